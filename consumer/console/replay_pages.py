"""Runs of replays: all, and one with how far it is and what can be done with it; as pages and as JSON."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from consumer.console import overview, replay_list, waiting_list
from consumer.console.message import said
from consumer.console.page import context_of, render
from consumer.console.replay_list import RunView


def page(request: Request) -> HTMLResponse:
    """All runs."""
    context = context_of(request)
    with context.tables() as tables:
        found = replay_list.latest(tables, now_ms=context.now_ms, here=context.runs_here())
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(request, "replays.html", missing=missing, waiting=count, runs=found)


def one(request: Request) -> Response:
    """One run."""
    found = _one(request)
    if found is None and request.path_params["run_id"] in context_of(request).runs_here():
        # Its record is on Kafka, and not in the tables yet; the page fetches itself again once it is.
        return said(request, 200, "The replay has begun", tone="good", back="/replays")
    if found is None:
        return said(request, 404, "There is no such replay", tone="warn", back="/replays")
    with context_of(request).tables() as tables:
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(request, "replay.html", missing=missing, waiting=count, view=found, run=found.run)


def all_as_json(request: Request) -> JSONResponse:
    """All runs for programs."""
    context = context_of(request)
    with context.tables() as tables:
        found = replay_list.latest(tables, now_ms=context.now_ms, here=context.runs_here())
    return JSONResponse({"replays": [each.as_json() for each in found]})


def one_as_json(request: Request) -> JSONResponse:
    """One run for programs."""
    found = _one(request)
    if found is None:
        return JSONResponse({"error": "there is no such replay"}, 404)
    return JSONResponse(found.as_json())


def _one(request: Request) -> RunView | None:
    context = context_of(request)
    with context.tables() as tables:
        return replay_list.of_id(
            tables, request.path_params["run_id"], now_ms=context.now_ms, here=context.runs_here()
        )

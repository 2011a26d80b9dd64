"""What an act on failures would do, before it is done: as a page and as JSON."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from consumer.console import act_subject, failure_selection, overview, waiting_list
from consumer.console.context import ACTS, REPLAYS_PER_S, ActName, Context
from consumer.console.message import said
from consumer.console.page import context_of, render, session_of
from consumer.console.rendering import plural
from consumer.failures import act_plan
from consumer.failures.act_plan import ActPlan
from consumer.failures.selection import Selection

SLOWEST_PER_S, FASTEST_PER_S = 0.1, 1_000.0
TITLES: Mapping[ActName, str] = {
    "replay": "Replay {}",
    "synced": "Close {} as entered by hand",
    "ignore": "Close {} as not to be in NetSuite",
    "reopen": "Reopen {}",
}
"""Of the acts, with a place for the number of documents."""


def page(request: Request) -> HTMLResponse | Response:
    """An act with its figures, and the form that does it."""
    act, fields = ACTS.get(request.path_params["act"]), dict(request.query_params)
    chosen = _chosen(request)
    if act is None or isinstance(chosen, str):
        return said(request, 404 if act is None else 422, _wrong(chosen))
    rate = rate_of(fields)
    with context_of(request).tables() as tables:
        plan = of(context_of(request), tables, act, chosen, rate_per_s=rate or REPLAYS_PER_S)
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(
        request, "act_preview.html", missing=missing, waiting=count, plan=plan, title=title_of(plan),
        sentences=list(act_plan.sentences(plan)), subject=act_subject.given_in(fields),
    )  # fmt: skip


def title_of(plan: ActPlan) -> str:
    """The act with its number of documents: ``Replay 2 documents``."""
    return TITLES[plan.act].format(plural(plan.documents, "document"))


def as_json(request: Request) -> JSONResponse:
    """The same for programs."""
    act, chosen = ACTS.get(request.path_params["act"]), _chosen(request)
    if act is None or isinstance(chosen, str):
        return JSONResponse({"error": _wrong(chosen)}, 404 if act is None else 422)
    rate = rate_of(dict(request.query_params))
    if rate is None:
        return JSONResponse({"error": WRONG_RATE}, 422)
    with context_of(request).tables() as tables:
        plan = of(context_of(request), tables, act, chosen, rate_per_s=rate)
    return JSONResponse(plan.as_json() | {"said": list(act_plan.sentences(plan))})


def of(
    context: Context, tables: sqlite3.Connection, act: ActName, selection: Selection, *, rate_per_s: float
) -> ActPlan:
    """The plan of an act on what is selected."""
    chosen: Any = (tables, selection, act_subject.state_of(act))
    return act_plan.of_groups(
        act,
        failure_selection.groups(*chosen, is_replay=act == "replay"),
        context.closed_at,
        counts=failure_selection.counts(*chosen, is_replay=act == "replay"),
        rate_per_s=rate_per_s,
    )


WRONG_RATE = f"The rate is a number of events a second from {SLOWEST_PER_S:g} to {FASTEST_PER_S:g}"


def rate_of(fields: Mapping[str, str]) -> float | None:
    """The rate that is asked for, `REPLAYS_PER_S` where none is; None for what is no rate."""
    text = fields.get("rate", "").strip()
    try:
        rate = float(text) if text else REPLAYS_PER_S
    except ValueError:
        return None
    return rate if math.isfinite(rate) and SLOWEST_PER_S <= rate <= FASTEST_PER_S else None


def _chosen(request: Request) -> Selection | str:
    fields = dict(request.query_params)
    if not act_subject.given_in(fields):
        return "The address names no failures: a failure, a cause or a filter is needed"
    return act_subject.of(fields, session_of(request).person.name)


def _wrong(chosen: Selection | str) -> str:
    return chosen if isinstance(chosen, str) else "There is no such act"

"""The same as JSON: ``/api/v1/…``; amounts are decimal strings, times RFC 3339."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from consumer.console import (
    act_list,
    amount_units,
    cause_list,
    json_row,
    overview,
    pause_list,
    record_view,
    result_list,
    signed_months,
    waiting_list,
)
from consumer.console.cause_list import CauseRow
from consumer.console.page import context_of, session_of


def books(request: Request) -> JSONResponse:
    """The first page."""
    context = context_of(request)
    with context.tables() as tables:
        view = overview.overview(tables, context.codes, now=context.clock.now())
        return JSONResponse(
            {
                "conclusion": {
                    "headline": view.conclusion.headline,
                    "detail": view.conclusion.detail,
                    "state": view.conclusion.tone,
                },
                "missing": _sums(view.missing.amounts),
                "open_documents": view.open_documents,
                "waiting_documents": view.waiting_documents,
                "paused": {code: pause.as_json() for code, pause in view.paused.items()},
                "written": dict(view.counts),
                "causes": [_cause(each) for each in view.causes],
                "refunds": [json_row.of(each) for each in view.refunds],
                "reconciliations": [each.model_dump(mode="json") for each in view.runs],
                "last_reconciliation": view.last_run.model_dump(mode="json") if view.last_run else None,
            }
        )


def causes(request: Request) -> JSONResponse:
    """All causes of open failures."""
    with context_of(request).tables() as tables:
        return JSONResponse({"causes": [_cause(each) for each in cause_list.causes(tables)]})


def cause(request: Request) -> JSONResponse:
    """The documents of one cause."""
    with context_of(request).tables() as tables:
        found = cause_list.of_id(tables, request.path_params["cause_id"])
        if found is None:
            return JSONResponse({"error": "nothing of this cause is open"}, 404)
        rows = cause_list.documents(tables, found.cause)
        return JSONResponse(_cause(found) | {"failures": [json_row.of(each) for each in rows]})


def waiting(request: Request) -> JSONResponse:
    """What waits for what."""
    with context_of(request).tables() as tables:
        return JSONResponse({"waiting": [json_row.of(each) for each in waiting_list.page(tables)]})


def record(request: Request) -> JSONResponse:
    """One document and what happened to it."""
    path = request.path_params
    with context_of(request).tables() as tables:
        view = record_view.of(tables, path["connection"], path["object"], path["lago_id"])
        if view is None:
            return JSONResponse({"error": "nothing is known of this document"}, 404)
        moments = [
            {"at": json_row.time(each.at_ms), "said": each.said, "detail": each.detail}
            for each in view.moments
        ]
        return JSONResponse(
            {
                "title": view.title,
                "result": json_row.of(view.result) if view.result else None,
                "failures": [json_row.of(each) for each in view.failures],
                "waiting": [json_row.of(each) for each in view.waiting],
                "moments": moments,
            }
        )


def search(request: Request) -> JSONResponse:
    """Results and failures that have the words of ``q``."""
    with context_of(request).tables() as tables:
        found = result_list.search(tables, request.query_params.get("q", ""))
        return JSONResponse(
            {
                "results": [json_row.of(each) for each in found.results],
                "failures": [json_row.of(each) for each in found.failures],
            }
        )


def connections(request: Request) -> JSONResponse:
    """The connections, and since when, by whom and why one is paused."""
    context = context_of(request)
    with context.tables() as tables:
        paused = pause_list.paused(tables, context.codes)
    return JSONResponse(
        {
            "connections": [
                {
                    "connection": each.code,
                    "account": each.account_id,
                    "environment": each.environment,
                    "paused": paused[each.code].as_json() if each.code in paused else None,
                }
                for each in context.badges
            ]
        }
    )


def audit(request: Request) -> JSONResponse:
    """The latest acts of people."""
    with context_of(request).tables() as tables:
        return JSONResponse({"acts": [json_row.of(each) for each in act_list.page(tables)]})


def months(request: Request) -> JSONResponse:
    """The months that are signed off."""
    with context_of(request).tables() as tables:
        found = signed_months.listed(tables, limit=signed_months.ALL)
    return JSONResponse({"months": [asdict(each) | {"sums": dict(each.sums)} for each in found]})


def session(request: Request) -> JSONResponse:
    """Who asks, what they may do, until when; and the token that their acts have to carry."""
    found = session_of(request)
    return JSONResponse(
        {
            "name": found.person.name,
            "role": found.person.role,
            "ends": json_row.time(found.ends_s * 1_000),
            "token": found.token,
        }
    )


ROUTES = [
    Route("/api/v1/session", session),
    Route("/api/v1/overview", books),
    Route("/api/v1/causes", causes),
    Route("/api/v1/causes/{cause_id}", cause),
    Route("/api/v1/waiting", waiting),
    Route("/api/v1/records/{connection}/{object}/{lago_id}", record),
    Route("/api/v1/search", search),
    Route("/api/v1/connections", connections),
    Route("/api/v1/audit", audit),
    Route("/api/v1/signed-months", months),
]


def _cause(found: CauseRow) -> dict[str, Any]:
    return {
        "id": found.cause.id,
        "connection": found.cause.connection,
        "code": found.cause.code,
        "key": found.cause.key,
        "text": found.text,
        "fix": found.fix,
        "who": found.who,
        "where": found.place,
        "documents": found.documents,
        "amounts": _sums(found.amounts),
        "oldest": json_row.time(found.oldest_ms),
    }


def _sums(amounts: Mapping[str, int]) -> dict[str, str]:
    return {currency: f"{amount_units.units(amount):f}" for currency, amount in amounts.items()}

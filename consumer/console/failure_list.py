"""Failures by filters, and what can be done with all that fit: as a page and as JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.console import (
    act_subject,
    failure_selection,
    json_row,
    overview,
    remark_list,
    waiting_list,
)
from consumer.console.failure_selection import PAGE, State
from consumer.console.message import said
from consumer.console.page import context_of, next_page, render, session_of, whole_number
from consumer.failures.selection import Selection

OBJECTS = ("invoice", "credit_note", "payment", "customer", "void")


def page(request: Request) -> Response:
    """The failures that fit, oldest first, above them the filters and the acts."""
    fields, state = dict(request.query_params), _state(request)
    selection = _selection(request)
    if isinstance(selection, str):
        return said(request, 422, selection, back="/failures")
    context, given = context_of(request), act_subject.given_in(fields)
    with context.tables() as tables:
        rows = failure_selection.page(tables, selection, state, after=_after(request))
        found = failure_selection.count(tables, selection, state)
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(
        request, "failures.html", missing=missing, waiting=count, rows=rows, given=given, state=state,
        subject=urlencode(given), found=found, objects=OBJECTS,
        next=next_page(request, rows, PAGE, after_ms="published_ms", after="id"),
    )  # fmt: skip


def as_json(request: Request) -> JSONResponse:
    """The same for programs; `next` is the address of the page that follows, and missing on the last one."""
    selection = _selection(request)
    if isinstance(selection, str):
        return JSONResponse({"error": selection}, 422)
    with context_of(request).tables() as tables:
        rows = failure_selection.page(tables, selection, _state(request), after=_after(request))
    found: dict[str, Any] = {"failures": [json_row.of(each) for each in rows]}
    following = next_page(request, rows, PAGE, after_ms="published_ms", after="id")
    return JSONResponse(found | ({"next": following} if following else {}))


def one_as_json(request: Request) -> JSONResponse:
    """One failure with its notes, and whose it is."""
    with context_of(request).tables() as tables:
        row = tables.execute(
            "SELECT * FROM failures WHERE id = ?", (request.path_params["error_id"],)
        ).fetchone()
        if row is None:
            return JSONResponse({"error": "there is no such failure"}, 404)
        notes = [json_row.of(each) for each in remark_list.notes(tables, [row["id"]])]
        assignment = remark_list.assignment(tables, row["id"])
    found = {"notes": notes, "assignment": json_row.of(assignment) if assignment else None}
    return JSONResponse(json_row.of(row) | found)


def _selection(request: Request) -> Selection | str:
    return act_subject.of(dict(request.query_params), session_of(request).person.name)


def _state(request: Request) -> State:
    return "closed" if request.query_params.get("state") == "closed" else "open"


def _after(request: Request) -> tuple[int, str]:
    return whole_number(request, "after_ms"), request.query_params.get("after", "")

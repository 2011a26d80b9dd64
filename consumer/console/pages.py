"""The pages that show: each reads one state of the tables and fills a template."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from consumer.console import (
    acceptance_list,
    act_list,
    act_preview,
    cause_list,
    overview,
    pause_list,
    record_view,
    remark_list,
    result_list,
    run_list,
    signed_months,
    waiting_list,
)
from consumer.console.context import REPLAYS_PER_S
from consumer.console.page import context_of, next_page, render, whole_number
from consumer.failures import act_plan
from consumer.failures.selection import Selection
from consumer.limits.pause import Pause
from consumer.reconcile.difference import TITLES

NOT_FOUND = 404


def books(request: Request) -> HTMLResponse:
    """The first page: are the books right, and what is to be done."""
    context = context_of(request)
    with context.tables() as tables:
        view = overview.overview(tables, context.codes, now=context.clock.now())
    return render(
        request, "overview.html", missing=view.missing, waiting=view.waiting_documents, view=view,
        causes=view.causes[: overview.CAUSES_SHOWN],
    )  # fmt: skip


def needs_action(request: Request) -> HTMLResponse:
    """All causes of open failures."""
    with context_of(request).tables() as tables:
        refunds = overview.refunds_to_make(tables)
        return _page(request, tables, "needs_action.html", causes=cause_list.causes(tables), refunds=refunds)


def cause(request: Request) -> HTMLResponse:
    """One cause with its documents."""
    after = (whole_number(request, "after_ms"), request.query_params.get("after", ""))
    with context_of(request).tables() as tables:
        found = cause_list.of_id(tables, request.path_params["cause_id"])
        if found is None:
            return _gone(request, tables, "Nothing of this cause is open", "/needs-action")
        rows = cause_list.documents(tables, found.cause, after=after)
        following = next_page(request, rows, cause_list.PAGE, after_ms="published_ms", after="id")
        return _page(request, tables, "cause.html", cause=found, documents=rows, next=following)


def failure(request: Request) -> HTMLResponse:
    """One failure: the document, the reason, the fix, and what can be done."""
    with context_of(request).tables() as tables:
        row = tables.execute(
            "SELECT * FROM failures WHERE id = ?", (request.path_params["error_id"],)
        ).fetchone()
        if row is None:
            return _gone(request, tables, "There is no such failure", "/needs-action")
        said = _sentences(request, tables, Selection(ids=frozenset({row["id"]})))
        return _page(
            request, tables, "failure.html", failure=row, ends=record_view.ENDS, sentences=said,
            notes=list(remark_list.notes(tables, [row["id"]])),
            assignment=remark_list.assignment(tables, row["id"]),
        )  # fmt: skip


def waiting(request: Request) -> HTMLResponse:
    """What waits for what."""
    after = (request.query_params.get("since", ""), request.query_params.get("after", ""))
    with context_of(request).tables() as tables:
        rows = waiting_list.page(tables, after=after)
        following = next_page(request, rows, waiting_list.PAGE, since="since", after="key")
        paused = _paused(request, tables)
        return _page(request, tables, "waiting.html", rows=rows, next=following, paused=paused)


def records(request: Request) -> HTMLResponse:
    """Results of one connection, the latest first."""
    context = context_of(request)
    code = request.query_params.get("connection", "") or next(iter(context.codes), "")
    chosen = request.query_params.get("object", "")
    chosen = chosen if chosen in result_list.OBJECTS else ""
    before = (
        (whole_number(request, "before_ms"), whole_number(request, "before"))
        if "before" in request.query_params
        else result_list.NEWEST
    )
    with context.tables() as tables:
        rows = result_list.page(tables, code, before=before, kind=chosen)
        following = next_page(request, rows, result_list.PAGE, before_ms="written_ms", before="id")
        counts = result_list.counts(tables, code)
        return _page(
            request, tables, "records.html", rows=rows, code=code, chosen=chosen, counts=counts,
            next=following,
        )  # fmt: skip


def record(request: Request) -> HTMLResponse:
    """One document and what happened to it."""
    with context_of(request).tables() as tables:
        path = request.path_params
        view = record_view.of(tables, path["connection"], path["object"], path["lago_id"])
        if view is None:
            return _gone(request, tables, "Nothing is known of this document", "/records")
        front = {each.code: each.lago_url for each in context_of(request).badges}.get(view.connection, "")
        return _page(request, tables, "record.html", view=view, lago_url=view.lago_address(front))


def search(request: Request) -> HTMLResponse:
    """Results and failures that have the words."""
    with context_of(request).tables() as tables:
        found = result_list.search(tables, request.query_params.get("q", ""))
        return _page(request, tables, "search.html", rows=found.results, failures=found.failures)


def reconciliation(request: Request) -> HTMLResponse:
    """One reconciliation, where none is named the one to read first; and those before it."""
    key, codes = request.path_params.get("key", ""), context_of(request).codes
    with context_of(request).tables() as tables:
        run = run_list.of_key(tables, key) if key else run_list.to_read_first(tables, codes)
        if key and run is None:
            return _gone(request, tables, "There is no such reconciliation", "/reconciliation")
        accepted = acceptance_list.standing(tables, run.connection) if run else {}
        return _page(
            request, tables, "reconciliation.html", run=run, runs=run_list.latest(tables), titles=TITLES,
            accepted=accepted, to_accept=acceptance_list.to_accept(run, accepted),
            to_take_back=acceptance_list.to_take_back(run, accepted), ended=_ended_month(request),
            jobs=context_of(request).jobs.jobs.values(), estimate=run_list.duration(run),
            months=signed_months.listed(tables),
        )  # fmt: skip


def months(request: Request) -> HTMLResponse:
    """All months that are signed off."""
    with context_of(request).tables() as tables:
        found = signed_months.listed(tables, limit=signed_months.ALL)
        return _page(request, tables, "months.html", months=found)


def connections(request: Request) -> HTMLResponse:
    """The connections without their secrets."""
    with context_of(request).tables() as tables:
        return _page(request, tables, "connections.html", paused=_paused(request, tables))


def audit(request: Request) -> HTMLResponse:
    """The acts of people, the latest first."""
    before = (request.query_params.get("at", "9999"), whole_number(request, "before", 2**62))
    with context_of(request).tables() as tables:
        rows = act_list.page(tables, before=before)
        following = next_page(request, rows, act_list.PAGE, at="at", before="place")
        return _page(request, tables, "audit.html", rows=rows, next=following)


def _paused(request: Request, tables: sqlite3.Connection) -> Mapping[str, Pause]:
    return pause_list.paused(tables, context_of(request).codes)


def _ended_month(request: Request) -> str:
    """The latest month that is over, like ``2026-10``."""
    return f"{context_of(request).clock.now().replace(day=1) - timedelta(days=1):%Y-%m}"


def _sentences(request: Request, tables: sqlite3.Connection, selection: Selection) -> list[str]:
    """What a replay of these would do."""
    plan = act_preview.of(context_of(request), tables, "replay", selection, rate_per_s=REPLAYS_PER_S)
    return list(act_plan.sentences(plan))


def _page(request: Request, tables: sqlite3.Connection, template: str, **values: Any) -> HTMLResponse:
    missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(request, template, missing=missing, waiting=count, **values)


def _gone(request: Request, tables: sqlite3.Connection, headline: str, back: str) -> HTMLResponse:
    missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(
        request, "message.html", status=NOT_FOUND, missing=missing, waiting=count,
        headline=headline, tone="warn", lines=("It may have been settled meanwhile.",), back=back,
    )  # fmt: skip

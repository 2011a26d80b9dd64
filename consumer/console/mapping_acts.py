"""What people do with the mapping: write a draft, back-test it, stop that, take the draft away."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from consumer.backtest.event_pair import EventPairs
from consumer.console import form, mapping_api, mapping_pages
from consumer.console.act_guard import guarded
from consumer.console.acts import REASON_LIMIT
from consumer.console.audit_entry import AuditEntry, EntryName
from consumer.console.mapping import draft
from consumer.console.mapping.backtest_run import BacktestRun
from consumer.console.mapping.configuration_file import Current
from consumer.console.mapping.draft import Draft
from consumer.console.mapping.event_run import EVENTS, MOST_EVENTS
from consumer.console.message import API, said
from consumer.console.page import context_of, session_of

BACK = "/mapping"
NO_REASON = "A reason is needed: it is all that a later reader of the audit has"
NO_REASON_GIVEN = "no reason was given"
"""In the audit, where a program stops a back-test without one."""
CHANGED = "The file has changed since this page was opened, and secrets stand in it. Open the page anew"


async def make(request: Request) -> Response:
    """Keep a changed text as a draft, and lead to its page."""
    context, fields = context_of(request), form.of(request)
    base = await asyncio.to_thread(context.mapping.file.current)
    if not isinstance(base, Current):
        return said(request, 409, f"{base.name} cannot be worked on: {base.reason}", back=BACK)
    if "text" not in fields:
        return said(request, 422, "The form has no text", back=BACK)
    if base.has_secrets and fields.get("base", base.digest) != base.digest:
        return said(request, 409, CHANGED, "Nothing of what you have written is kept.", back=BACK)
    actor, now_ms = session_of(request).person.name, context.now_ms
    async with context.mapping.one_at_a_time:
        made = await asyncio.to_thread(draft.of, fields["text"], base, actor=actor, made_ms=now_ms)
    if isinstance(made, str):
        return said(request, 413, made, back=BACK)
    context.mapping.drafts.keep(made)
    return _answered(request, made, 201)


async def backtest(request: Request, found: Draft) -> Response:
    """Begin a back-test of a draft."""
    reason, count = _reason(request), _count(request)
    if not reason:
        return said(request, 422, NO_REASON, back=mapping_pages.address_of(found))
    if count is None:
        wrong = f"The number of events is a whole number up to {MOST_EVENTS:,}"
        return said(request, 422, wrong, back=mapping_pages.address_of(found))
    if not found.connections or not found.base.connections:
        wrong = "A text with errors cannot be back-tested"
        return said(request, 409, wrong, back=mapping_pages.address_of(found))
    if found.run is not None and not found.run.is_over:
        return said(request, 409, "A back-test of it is under way", back=mapping_pages.address_of(found))
    run = BacktestRun(
        wanted=count,
        pairs=EventPairs(before=found.base.connections, after=found.connections),
        actor=session_of(request).person.name,
        reason=reason,
    )
    if not context_of(request).mapping.runs.ask(run):
        return said(request, 429, "Too many back-tests wait", back=mapping_pages.address_of(found))
    found.run = run
    _audited(request, "backtest", found, reason, events=str(count))
    return _answered(request, found, 202)


async def stop(request: Request, found: Draft) -> Response:
    """Stop the back-test of a draft; what it knows by then stays."""
    if found.run is None or found.run.is_over:
        return said(request, 409, "No back-test of it is under way", back=mapping_pages.address_of(found))
    found.run.stop(f"{session_of(request).person.name} stopped it")
    _audited(request, "backtest_stopped", found, _reason(request) or NO_REASON_GIVEN)
    return _answered(request, found, 200)


async def take_file(request: Request, found: Draft) -> Response:
    """The whole file, with its secrets."""
    return _taken(request, found, found.whole, "yaml")


async def take_patch(request: Request, found: Draft) -> Response:
    """The difference to the file, as ``git apply`` and ``patch`` take it."""
    patch = await asyncio.to_thread(lambda: found.patch)
    if not patch:
        return said(request, 409, "Nothing is changed", back=mapping_pages.address_of(found))
    return _taken(request, found, patch, "patch")


def _taken(request: Request, found: Draft, content: str, kind: Literal["yaml", "patch"]) -> Response:
    reason = _reason(request)
    if not reason:
        return said(request, 422, NO_REASON, back=mapping_pages.address_of(found))
    digest = hashlib.sha256(content.encode()).hexdigest()
    _audited(request, "download", found, reason, content=kind, sha256=digest)
    name = "".join(each if each.isalnum() or each in "._-" else "_" for each in found.base.name)
    name = name if kind == "yaml" else f"{name}.patch"
    headers = {"content-disposition": f"attachment; filename*=utf-8''{_quoted(name)}"}
    return Response(content, media_type=f"text/x-{kind}", headers=headers)


def _quoted(name: str) -> str:
    return name if name.isascii() else "connections.yaml"


def _audited(request: Request, name: EntryName, found: Draft, reason: str, **details: str) -> None:
    lines = f"{found.count('added')} added, {found.count('removed')} removed"
    context_of(request).keep(
        AuditEntry(
            name=name,
            actor=session_of(request).person.name,
            reason=reason,
            details={"draft": found.id, "lines": lines, **details},
        )
    )


def _answered(request: Request, found: Draft, status: int) -> Response:
    if request.url.path.startswith(API):
        return JSONResponse(mapping_api.draft_as_json(found), status)
    return RedirectResponse(mapping_pages.address_of(found), 303)


def _reason(request: Request) -> str:
    return form.of(request).get("reason", "").strip()[:REASON_LIMIT]


def _count(request: Request) -> int | None:
    text = form.of(request).get("events", str(EVENTS)).strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_EVENTS))
    return int(text) if is_number and 0 < int(text) <= MOST_EVENTS else None


def _of_draft(
    act: Callable[[Request, Draft], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        found = context_of(request).mapping.drafts.find(request.path_params["draft_id"])
        return await act(request, found) if found else said(request, 404, mapping_api.NO_DRAFT, back=BACK)

    return answer


ROUTES = [
    Route(f"{prefix}/mapping/drafts{path}", guarded(endpoint, act=act), methods=["POST"])
    for prefix in ("", "/api/v1")
    for path, endpoint, act in (
        ("", make, "draft"),
        ("/{draft_id}/backtest", _of_draft(backtest), "backtest"),
        ("/{draft_id}/stop", _of_draft(stop), "stop_backtest"),
        ("/{draft_id}/file", _of_draft(take_file), "download"),
        ("/{draft_id}/patch", _of_draft(take_patch), "download"),
    )
]

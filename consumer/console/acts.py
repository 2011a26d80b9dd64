"""What people do on pages: a form that passed `act_guard` becomes an act."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from consumer.console import cause_list, form
from consumer.console.context import Act, ActName
from consumer.console.message import said
from consumer.console.page import context_of, session_of
from consumer.errors import LagoNetsuiteError

DOCUMENTS_LIMIT = 100_000
REASON_LIMIT = 500
ACTS: dict[str, ActName] = {"replay": "replay", "synced": "synced", "ignore": "ignore", "reopen": "reopen"}


async def act(request: Request) -> Response:
    """Do what a form asks for; it answers with a page that says what became of it."""
    name, fields = ACTS.get(request.path_params["act"]), form.of(request)
    if name is None:
        return said(request, 404, "There is no such act")
    reason, ids = fields.get("reason", "").strip()[:REASON_LIMIT], _ids(request, fields)
    if not reason:
        return said(request, 422, "A reason is needed: it is all that a later reader of the audit has")
    if not ids:
        return said(request, 422, "Nothing of this is open any more")
    return await _done(
        request, Act(name=name, error_ids=ids, actor=session_of(request).person.name, reason=reason)
    )


async def _done(request: Request, wish: Act) -> Response:
    try:
        outcome = await context_of(request).act(wish)
    except LagoNetsuiteError as error:
        return said(request, 503, "It was not done", str(error))
    return said(request, 200, outcome.said, tone="good" if outcome.is_done else "warn")


def _ids(request: Request, fields: form.Fields) -> list[str]:
    if error_id := fields.get("error_id"):
        return [error_id]
    with context_of(request).tables() as tables:
        found = cause_list.of_id(tables, fields.get("cause", ""))
        if found is None:
            return []
        return [row["id"] for row in cause_list.documents(tables, found.cause, limit=DOCUMENTS_LIMIT)]

"""What people do on pages: a form that passed `act_guard` becomes an act."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from consumer.console import cause_list, form, job_acts
from consumer.console.context import AcceptanceAct, Act, ActName, AnyAct, SignOffAct
from consumer.console.message import said
from consumer.console.page import context_of, session_of
from consumer.errors import LagoNetsuiteError
from consumer.reconcile.sign_off import Month

DOCUMENTS_LIMIT = 100_000
REASON_LIMIT = 500
ACTS: dict[str, ActName] = {"replay": "replay", "synced": "synced", "ignore": "ignore", "reopen": "reopen"}
"""On failures."""
OF_BOOKS = ("accept", "take_back", "sign_off")
"""On what a reconciliation has found."""


async def act(request: Request) -> Response:
    """Do what a form asks for; it answers with a page that says what became of it."""
    name, reason = request.path_params["act"], _field(request, "reason")[:REASON_LIMIT]
    if name not in ACTS and name not in OF_BOOKS and name not in job_acts.NAMES:
        return said(request, 404, "There is no such act")
    if not reason:
        return said(request, 422, "A reason is needed: it is all that a later reader of the audit has")
    if name in job_acts.NAMES:
        return await job_acts.act(request, name, reason)
    wish = _on_books(request, name, reason) if name in OF_BOOKS else _on_failures(request, ACTS[name], reason)
    if isinstance(wish, str):
        return said(request, 422, wish, back=_back(name))
    return await _done(request, wish, _back(name))


async def _done(request: Request, wish: AnyAct, back: str) -> Response:
    try:
        outcome = await context_of(request).act(wish)
    except LagoNetsuiteError as error:
        return said(request, 503, "It was not done", str(error), back=back)
    # Of many documents a part may be done; of the books one thing is, or is not.
    status = 200 if outcome.is_done or isinstance(wish, Act) else 409
    tone = "good" if outcome.is_done else "warn"
    return said(request, status, outcome.said, *outcome.lines, tone=tone, back=back)


def _on_failures(request: Request, name: ActName, reason: str) -> Act | str:
    ids = _ids(request, form.of(request))
    if not ids:
        return "Nothing of this is open any more"
    return Act(name=name, error_ids=ids, actor=_actor(request), reason=reason)


def _on_books(request: Request, name: str, reason: str) -> AcceptanceAct | SignOffAct | str:
    """The act, or why the form is none."""
    code = _field(request, "connection")
    if code not in context_of(request).codes:
        return "The form names no connection of this console"
    if name == "sign_off":
        return _sign_off(request, code, reason)
    key = _field(request, "key")
    if not key:
        return "The form names no difference"
    undo = name == "take_back"
    return AcceptanceAct(connection=code, key=key, actor=_actor(request), reason=reason, undo=undo)


def _sign_off(request: Request, code: str, reason: str) -> SignOffAct | str:
    month = Month.of(_field(request, "month"))
    if month is None:
        return "The form names no month like 2026-10"
    return SignOffAct(connection=code, month=month, actor=_actor(request), reason=reason)


def _back(name: str) -> str:
    return "/reconciliation" if name in OF_BOOKS else "/needs-action"


def _field(request: Request, name: str) -> str:
    return form.of(request).get(name, "").strip()


def _actor(request: Request) -> str:
    return session_of(request).person.name


def _ids(request: Request, fields: form.Fields) -> list[str]:
    if error_id := fields.get("error_id"):
        return [error_id]
    with context_of(request).tables() as tables:
        found = cause_list.of_id(tables, fields.get("cause", ""))
        if found is None:
            return []
        return [row["id"] for row in cause_list.documents(tables, found.cause, limit=DOCUMENTS_LIMIT)]

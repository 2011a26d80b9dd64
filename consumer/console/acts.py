"""What people do on pages: forms with the session's token become acts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse

from consumer.console import cause_list, overview, waiting_list
from consumer.console.context import Act, ActName
from consumer.console.page import context_of, render, session_of
from consumer.console.session import is_same
from consumer.errors import LagoNetsuiteError

FORM_LIMIT_BYTES = 64 * 1024
DOCUMENTS_LIMIT = 100_000
REASON_LIMIT = 500
ACTS: dict[str, ActName] = {"replay": "replay", "synced": "synced", "ignore": "ignore", "reopen": "reopen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    status: int
    headline: str


async def act(request: Request) -> HTMLResponse:
    """Do what a form asks for; it answers with a page that says what became of it."""
    match _wish(request, await form_of(request)):
        case _Refusal() as refusal:
            return _said(request, refusal.status, refusal.headline)
        case wish:
            return await _done(request, wish)


async def _done(request: Request, wish: Act) -> HTMLResponse:
    try:
        outcome = await context_of(request).act(wish)
    except LagoNetsuiteError as error:
        return _said(request, 503, "It was not done", str(error))
    return _said(request, 200, outcome.said, tone="good" if outcome.is_done else "warn")


def _wish(request: Request, form: dict[str, str] | None) -> Act | _Refusal:
    """The act that a form asks for, or why it is refused; the token is compared before anything else."""
    name, person = ACTS.get(request.path_params["act"]), session_of(request).person
    if form is None:
        return _Refusal(status=413, headline="The form is too large")
    if not is_same(session_of(request).token, form.get("token", "")):
        return _Refusal(status=403, headline="The page was too old. Nothing was done; open it again")
    if name is None:
        return _Refusal(status=404, headline="There is no such act")
    if not person.may("operator"):
        return _Refusal(status=403, headline=f"{person.name} may look, and not act. Nothing was done")
    return _with_documents(request, form, name)


def _with_documents(request: Request, form: dict[str, str], name: ActName) -> Act | _Refusal:
    reason, ids = form.get("reason", "").strip()[:REASON_LIMIT], _ids(request, form)
    if not reason:
        return _Refusal(
            status=422, headline="A reason is needed: it is all that a later reader of the audit has"
        )
    if not ids:
        return _Refusal(status=422, headline="Nothing of this is open any more")
    return Act(name=name, error_ids=ids, actor=session_of(request).person.name, reason=reason)


async def form_of(request: Request) -> dict[str, str] | None:
    """The fields of an urlencoded form, of repeated ones the last; None when it is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_LIMIT_BYTES:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _ids(request: Request, form: dict[str, str]) -> list[str]:
    if error_id := form.get("error_id"):
        return [error_id]
    with context_of(request).tables() as tables:
        found = cause_list.of_id(tables, form.get("cause", ""))
        if found is None:
            return []
        return [row["id"] for row in cause_list.documents(tables, found.cause, limit=DOCUMENTS_LIMIT)]


def _said(request: Request, status: int, headline: str, *lines: str, tone: str = "bad") -> HTMLResponse:
    with context_of(request).tables() as tables:
        missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
    return render(
        request, "message.html", status=status, missing=missing, waiting=count,
        headline=headline, tone=tone, lines=lines, back="/needs-action",
    )  # fmt: skip

"""What an act passes before it is done: its form, the token of the session, the rate, and the role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil

import structlog
from starlette.requests import Request
from starlette.responses import Response

from consumer.console import form, message
from consumer.console.act_roles import ROLES
from consumer.console.audit_entry import AuditEntry
from consumer.console.origin import is_own
from consumer.console.page import context_of, session_of
from consumer.console.session import is_same
from consumer.ops.metrics.console import ActResult

Endpoint = Callable[[Request], Awaitable[Response]]

_RESULTS: dict[int, ActResult] = {403: "refused", 429: "too_often"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    status: int
    headline: str
    wait_s: float = 0.0
    is_audited: bool = False
    is_too_old: bool = False


def guarded(endpoint: Endpoint, act: str = "") -> Endpoint:
    """
    An endpoint that is reached only by those who may.

    Args:
        endpoint: does the act; it finds the fields with `form.of`.
        act: its name in `act_roles`; where it is empty, the path says it as ``{act}``.
    """

    async def answer(request: Request) -> Response:
        name = act or request.path_params["act"]
        refusal = _refusal(request, name, await form.read(request))
        said = await endpoint(request) if refusal is None else _refused(request, name, refusal)
        result = _RESULTS.get(said.status_code, "done" if said.status_code < 400 else "not_done")
        context_of(request).metrics.console_acted(act=name if name in ROLES else "unknown", result=result)
        return said

    return answer


def _refusal(request: Request, act: str, fields: form.Fields | form.Unreadable) -> _Refusal | None:
    """Why an act is not done; the token is compared before anything else is said."""
    session, needed = session_of(request), ROLES.get(act)
    person = session.person
    if isinstance(fields, form.Unreadable):
        return _Refusal(status=fields.status, headline=fields.reason)
    if not is_same(session.token, form.token_of(request)):
        headline = "The page was too old. Nothing was done; open it again"
        return _Refusal(status=403, headline=headline, is_too_old=True)
    if needed is None:
        return _Refusal(status=404, headline="There is no such act")
    if wait_s := context_of(request).act_rate.wait_s(person.name):
        headline = f"Too many acts within a minute. Nothing was done; try again in {ceil(wait_s)} s"
        return _Refusal(status=429, headline=headline, wait_s=wait_s)
    if not person.may(needed):
        headline = f"{person.name} is a {person.role}, and this needs the role {needed}. Nothing was done"
        return _Refusal(status=403, headline=headline, is_audited=True)
    return None


def _refused(request: Request, act: str, refusal: _Refusal) -> Response:
    context, person = context_of(request), session_of(request).person
    log.info("console_act_refused", act=act[:100], actor=person.name, status=refusal.status)
    if refusal.is_audited:
        details = {"act": act, "role": person.role}
        context.keep(
            AuditEntry(name="act_refused", actor=person.name, reason=refusal.headline, details=details)
        )
    if refusal.is_too_old and is_own(request, context.origin):
        return message.once_more(request, form.of(request))
    answer = message.said(request, refusal.status, refusal.headline)
    if refusal.wait_s:
        answer.headers["retry-after"] = str(ceil(refusal.wait_s))
    return answer

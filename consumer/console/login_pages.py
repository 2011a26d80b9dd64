"""Login, its answer, and logout: what is there before a session and after it."""

from __future__ import annotations

from math import ceil
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consumer.console import cookie, message
from consumer.console.audit_entry import AuditEntry
from consumer.console.login import kept_forms, login_request
from consumer.console.login.login import Login
from consumer.console.login.login_result import UNKNOWN, LoggedIn, LoginResult, Refused, Unreachable
from consumer.console.page import context_of, session_of
from consumer.console.session import COOKIE

LOGIN, LOST_FORM = "/login", "/login/form"
REQUEST_COOKIE = "lago_netsuite_login"
STATE_CHARS = 8
"""Of the state in the cookie's name, so that pages of one browser can log in side by side."""

log = structlog.get_logger(__name__)


async def login(request: Request) -> Response:
    """Send the browser to the provider."""
    desk = context_of(request).login
    if desk is None:
        return RedirectResponse("/", 303)
    if too_often := _too_often(request, desk):
        return too_often
    begun = await desk.begin(request.query_params.get("back", "/"))
    if isinstance(begun, Unreachable):
        return _unreachable(request, begun)
    answer = RedirectResponse(begun.address, 303)
    name = _cookie_name(begun.request.state)
    _set(request, answer, name, begun.cookie, login_request.LIFE_S)
    return answer


async def callback(request: Request) -> Response:
    """The browser comes back from the provider."""
    desk = context_of(request).login
    if desk is None:
        return RedirectResponse("/", 303)
    if too_often := _too_often(request, desk):
        return too_often
    query = dict(request.query_params)
    name = _cookie_name(query.get("state", ""))
    kept = cookie.value_of(request.scope, name, is_secure=context_of(request).is_secure)
    found = desk.read(kept, query.get("state", ""))
    if found is None:
        refused = Refused(reason="this login was not begun in this browser, or took too long")
        return _ended(request, refused, "/")
    answer = _ended(request, await desk.end(found, query), found.back)
    _set(request, answer, name, "")
    return answer


async def logout(request: Request) -> Response:
    """End the session here, and say where the provider's own one is ended."""
    context, session = context_of(request), session_of(request)
    context.sessions.end(session)
    context.keep(AuditEntry(name="logout", actor=session.person.name))
    address = await context.login.logout_address() if context.login else None
    elsewhere = (address, "Log out at the provider, too") if address else None
    answer = message.alone(
        request, 200, "You are logged out", link=("/", "Log in again"), elsewhere=elsewhere
    )
    _set(request, answer, COOKIE, "")
    return answer


async def lost_form(request: Request) -> Response:
    """The form that was sent when the session had ended, to be sent once more."""
    context = context_of(request)
    key = cookie.value_of(request.scope, kept_forms.COOKIE, is_secure=context.is_secure)
    found = context.login.forms.find(key) if context.login else None
    if found is None:
        return message.said(
            request, 404, "The form is not there any more", "Nothing of it was done.", tone="warn"
        )
    return message.once_more(request, found.fields, path=found.path, status=200)


def session_ended(request: Request, form_key: str = "") -> Response:
    """What is said to an act whose session has ended: nothing was done, and the form is kept."""
    back = LOST_FORM if form_key else "/"
    lines = (
        ["Nothing was done. Your form is there again after the login."] if form_key else ["Nothing was done."]
    )
    answer = message.alone(
        request, 401, "Your login has ended", *lines, link=(address_of(back), "Log in and go on")
    )
    if form_key:
        _set(request, answer, kept_forms.COOKIE, form_key, kept_forms.LIFE_S)
    return answer


def address_of(back: str) -> str:
    """The address of a login that leads back to a page."""
    return f"{LOGIN}?{urlencode({'back': login_request.local_path(back)})}"


def _ended(request: Request, result: LoginResult, back: str) -> Response:
    match result:
        case LoggedIn():
            return _begun(request, result, back)
        case Refused(reason=reason, actor=actor):
            log.warning("console_login_refused", reason=reason)
            context_of(request).metrics.console_logged_in(result="refused")
            context_of(request).keep(AuditEntry(name="login_refused", actor=actor, reason=reason))
            again = (address_of(back), "Log in again")
            return message.alone(
                request, 403, "You are not logged in", f"{reason[:1].upper()}{reason[1:]}.", link=again
            )
        case Unreachable():
            return _unreachable(request, result)


def _begun(request: Request, result: LoggedIn, back: str) -> Response:
    context = context_of(request)
    _, value = context.sessions.begin(result.person)
    context.metrics.console_logged_in(result="done")
    details = {"subject": result.subject, "role": result.person.role}
    context.keep(AuditEntry(name="login", actor=result.person.name, details=details))
    answer = RedirectResponse(back, 303)
    _set(request, answer, COOKIE, value)
    return answer


def _unreachable(request: Request, why: Unreachable) -> Response:
    context_of(request).metrics.console_logged_in(result="unreachable")
    again = (address_of(request.query_params.get("back", "/")), "Try again")
    return message.alone(
        request, 503, "Nobody can log in now", f"{why.reason[:1].upper()}{why.reason[1:]}.", link=again
    )


def _too_often(request: Request, desk: Login) -> Response | None:
    wait_s = desk.rate.wait_s(request.client.host if request.client else UNKNOWN)
    if not wait_s:
        return None
    context_of(request).metrics.console_logged_in(result="too_often")
    answer = message.alone(
        request,
        429,
        "Too many logins within a minute",
        f"Try again in {ceil(wait_s)} s.",
        link=("/", "Try again"),
    )
    answer.headers["retry-after"] = str(ceil(wait_s))
    return answer


def _cookie_name(state: str) -> str:
    safe = "".join(
        each for each in state[:STATE_CHARS] if each.isascii() and (each.isalnum() or each in "-_")
    )
    return f"{REQUEST_COOKIE}_{safe}"


def _set(request: Request, answer: Response, name: str, value: str, life_s: int | None = None) -> None:
    is_secure = context_of(request).is_secure
    answer.headers.append("set-cookie", cookie.header_of(name, value, is_secure=is_secure, life_s=life_s))

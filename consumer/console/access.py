"""What every request passes: who asks, and the headers that every answer carries."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from consumer.console import cookie, form, login_pages
from consumer.console.context import Context
from consumer.console.failing import Contained
from consumer.console.login.registration import CALLBACK
from consumer.console.origin import is_foreign, is_own
from consumer.console.person import Person
from consumer.console.session import COOKIE, Session

SAFE = frozenset({"GET", "HEAD"})
STATIC, HEALTHZ, OTHER = "/static/", "/healthz", "other"
PUBLIC = frozenset({login_pages.LOGIN, CALLBACK, HEALTHZ})
LOCAL = Person(name="local user", role="admin")
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # With no-referrer browsers would say "Origin: null" for our own forms.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Access:
    """Lets pass who is logged in; without a login there is only this machine, whose person it is."""

    def __init__(self, app: Starlette, context: Context) -> None:
        self._app = app
        self._paths = {each.endpoint: each.path for each in app.routes if isinstance(each, Route)}
        self._answering = Contained(app)
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._answering(scope, receive, send)
            return
        session, kept = self._session(scope)
        scope["console.session"] = session
        # Before anything is read: what changes while a page is made is news to it.
        scope["console.change"] = self._context.changes.number
        scope["app"] = self._app
        request = Request(scope, receive)
        answer = self._wrong_place(request) or await self._without_session(request, session)
        await (answer or self._answering)(scope, receive, self._with_headers(scope, send, kept))

    def _session(self, scope: Scope) -> tuple[Session | None, str | None]:
        """The session of the request, and the cookie of one that begins or is renewed."""
        sessions = self._context.sessions
        found = sessions.read(cookie.value_of(scope, COOKIE, is_secure=self._context.is_secure))
        if found is not None:
            return found, sessions.renewed(found) if _is_used(scope) else None
        return (None, None) if self._context.login else sessions.begin(LOCAL)

    def _wrong_place(self, request: Request) -> Response | None:
        """Why the request is not meant for this console, or not made by it."""
        context, host = self._context, request.headers.get("host", "")
        if context.login is None and _without_port(host) not in LOCAL_HOSTS:
            return JSONResponse({"error": "without a login the console answers to this machine only"}, 403)
        if context.origin and request.url.path != HEALTHZ and host != context.origin.partition("://")[2]:
            return JSONResponse({"error": f"the console is at {context.origin}"}, 421)
        if request.method not in SAFE and is_foreign(request, context.origin):
            return JSONResponse({"error": "this was sent by another site; nothing was done"}, 403)
        return None

    async def _without_session(self, request: Request, session: Session | None) -> Response | None:
        path = request.url.path
        if session is not None or path in PUBLIC or path.startswith(STATIC):
            return None
        if path.startswith("/api/") or "hx-request" in request.headers:
            return JSONResponse({"error": "log in first"}, 401)
        if request.method not in SAFE:
            return login_pages.session_ended(request, await self._kept(request))
        back = f"{path}{request.url.query and '?' + request.url.query}"
        return RedirectResponse(login_pages.address_of(back), 303)

    async def _kept(self, request: Request) -> str:
        """The key of a form that a page of ours has sent; empty for others, which are not kept."""
        login = self._context.login
        if login is None or not is_own(request, self._context.origin):
            return ""
        if login.rate.wait_s(request.client.host if request.client else ""):
            return ""
        fields = await form.read(request)
        return "" if isinstance(fields, form.Unreadable) else login.forms.keep(request.url.path, fields)

    def _counted(self, scope: Scope, status: int, begun_s: float) -> None:
        path = scope["path"]
        route = (
            STATIC if path.startswith(STATIC) else self._paths.get(scope.get("endpoint", self._app), OTHER)
        )
        seconds = self._context.clock.monotonic_s() - begun_s
        self._context.metrics.console_answered(route=route, status=status, seconds=seconds)

    def _with_headers(self, scope: Scope, send: Send, kept: str | None) -> Send:
        begun_s = self._context.clock.monotonic_s()
        is_static, is_secure = scope["path"].startswith(STATIC), self._context.is_secure

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counted(scope, message["status"], begun_s)
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "max-age=86400" if is_static else "no-store")
                if kept is not None and not _sets_session(headers, is_secure=is_secure):
                    headers.append("set-cookie", cookie.header_of(COOKIE, kept, is_secure=is_secure))
            await send(message)

        return sending


def _sets_session(headers: MutableHeaders, *, is_secure: bool) -> bool:
    """Whether the answer begins or ends a session itself."""
    name = cookie.name_of(COOKIE, is_secure=is_secure)
    return any(each.startswith(f"{name}=") for each in headers.getlist("set-cookie"))


def _is_used(scope: Scope) -> bool:
    """Whether a person asks; an open page fetches itself again without one."""
    return scope["path"] != "/live" and all(name != b"hx-request" for name, _ in scope["headers"])


def _without_port(host: str) -> str:
    """A host name without port: a page that rebinds DNS has another one."""
    return host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host

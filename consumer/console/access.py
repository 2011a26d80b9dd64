"""What every request passes: who asks, and the headers that every answer carries."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumer.console.context import Context
from consumer.console.origin import is_foreign
from consumer.console.person import Person
from consumer.console.session import COOKIE, Session

SAFE = frozenset({"GET", "HEAD"})
PUBLIC = ("/static/", "/login", "/healthz")
LOGIN = "/login"
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

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session, cookie = self._session(scope)
        scope["console.session"] = session
        answer = self._refusal(scope, session)
        await (answer or self._app)(scope, receive, self._with_headers(scope, send, cookie))

    def _session(self, scope: Scope) -> tuple[Session | None, str | None]:
        """The session of the request, and the cookie of one that begins."""
        found = self._context.sessions.read(_cookie(scope))
        if found is not None or not self._context.is_open:
            return found, None
        return self._context.sessions.begin(LOCAL)

    def _refusal(self, scope: Scope, session: Session | None) -> Response | None:
        path: str = scope["path"]
        if self._context.is_open and _host(scope) not in LOCAL_HOSTS:
            return JSONResponse({"error": "without a login the console answers to this machine only"}, 403)
        if scope["method"] not in SAFE and is_foreign(HTTPConnection(scope), self._context.origin):
            return JSONResponse({"error": "this was sent by another site; nothing was done"}, 403)
        if session is not None or path.startswith(PUBLIC):
            return None
        if path.startswith("/api/") or scope["method"] != "GET":
            return JSONResponse({"error": "log in first"}, 401)
        return RedirectResponse(LOGIN, 303)

    def _with_headers(self, scope: Scope, send: Send, cookie: str | None) -> Send:
        is_static = scope["path"].startswith("/static/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "max-age=86400" if is_static else "no-store")
                if cookie is not None:
                    headers.append("set-cookie", cookie_header(cookie, is_secure=scope["scheme"] == "https"))
            await send(message)

        return sending


def cookie_header(value: str, *, is_secure: bool) -> str:
    """The header that sets the session's cookie; an empty value ends it."""
    life = "; Max-Age=0" if not value else ""
    return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if is_secure else ''}{life}"


def _cookie(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                return ""
            return found.value if found else ""
    return ""


def _host(scope: Scope) -> str:
    """The host name of the request, without port: a page that rebinds DNS has another one."""
    named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    return named if named.endswith("]") else named.rsplit(":", 1)[0] if ":" in named else named

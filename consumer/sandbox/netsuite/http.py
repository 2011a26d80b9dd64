"""NetSuite over HTTP: logins, the concurrency limit and injected faults around the script runner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from email.utils import formatdate
from functools import partial
from typing import Protocol, Unpack
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumer.clock import Clock
from consumer.sandbox.netsuite import connection_abort, fault_response, oauth1, oauth2
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.concurrency_limit import ConcurrencyLimit
from consumer.sandbox.netsuite.console import RESTLET_PATH, Console
from consumer.sandbox.netsuite.current_account import ServerClock, Tenancy
from consumer.sandbox.netsuite.fault_injection import CallFault, Faults
from consumer.sandbox.netsuite.login_audit import Accepted, Attempt, AuditTrail, Refused
from consumer.sandbox.netsuite.suitescript import runner
from consumer.sandbox.netsuite.suitescript.response import Answer, refusal
from consumer.sandbox.netsuite.suitescript.runner import ScriptCall

MAX_THREADS = 64
MAX_BODY_BYTES = 10 * 1024 * 1024
_CONTENT_TYPES = {"application/json", "application/xml", "text/plain"}
_JSON = "application/json"


class Call(Protocol):
    """Runs a script; blocks until its response."""

    def __call__(self, account: Account, **requested: Unpack[ScriptCall]) -> Answer:
        """The response to one call."""
        ...


def create_app(account: Account, *, clock: Clock | None = None, call: Call = runner.call) -> Starlette:
    """
    The ASGI application of an account.

    Args:
        account: profile and books; the caller closes it.
        clock: for the expiry of tokens and the check of timestamps; default the account's clock.
        call: runs the scripts.
    """
    tenancy = Tenancy(account)
    server_clock = ServerClock(clock or account.clock, tenancy)
    front = Front(tenancy, server_clock, call)
    console = Console(
        tenancy, certificates=front.certificates, trail=front.trail, faults=front.faults, limit=front.limit
    )
    routes = [
        Route(oauth2.TOKEN_PATH, front.token, methods=["POST"]),
        Route(RESTLET_PATH, front.restlet, methods=["GET", "POST", "PUT", "DELETE"]),
        *console.routes(),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        front.close()

    return Starlette(
        routes=routes, lifespan=lifespan, middleware=[Middleware(DatedAnswers, clock=server_clock)]
    )


class DatedAnswers:
    """Adds ``Date`` with the servers' time to every response (RFC 9110 section 6.6.1)."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's response with ``Date``."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._clock.now().timestamp(), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        await self._app(scope, receive, dated)


class Front:
    """NetSuite's endpoints: token requests, and the checks before a call's script runs."""

    def __init__(self, tenancy: Tenancy, clock: Clock, call: Call) -> None:
        profile = tenancy.account.profile
        self._tenancy = tenancy
        self._clock = clock
        self._call = call
        self._signatures = oauth1.Signatures(profile, clock)
        # The concurrency limit bounds the calls in flight, so more threads than that are never used.
        threads = max(MAX_THREADS, profile.concurrency)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="restlet")
        self.certificates = oauth2.Certificates(profile, clock)
        self.trail = AuditTrail()
        self.faults: Faults = tenancy.account.faults
        self.limit = ConcurrencyLimit(profile)

    @property
    def _account(self) -> Account:
        return self._tenancy.account

    def close(self) -> None:
        """Shut the thread pool down."""
        self._threads.shutdown()

    async def token(self, request: Request) -> Response:
        """Grant an access token, or respond with an OAuth error code; the audit trail has the reason."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        result = self.certificates.grant(form)
        if isinstance(result, oauth2.Denied):
            self._note(request, Refused(scheme="token", reason=result.reason))
            return JSONResponse({"error": result.error}, status_code=400)
        self._note(request, result.integration)
        body = {
            "access_token": result.access_token,
            "expires_in": str(oauth2.TOKEN_LIFE_S),
            "token_type": "Bearer",
        }
        return JSONResponse(body)

    async def restlet(self, request: Request) -> Response:
        """Run the script of a call, or refuse the call with NetSuite's error."""
        login = self._login(request)
        if isinstance(login, Refused):
            return _refused(login, self._account.profile.account_id)
        if self._account.profile.user.web_services_only:
            answer = refusal("INVALID_LOGIN_CREDENTIALS", "You have entered an invalid role.")
            return Response(answer.body, status_code=401, media_type=_JSON)
        body = await request.body()
        if (refused := _refusal(request, body)) is not None:
            return refused
        text = body.decode("utf-8", "replace")
        fault = self.faults.take(text)
        if fault is not None and (struck := await fault_response.strike(fault, request)) is not None:
            return struck
        return await self._admit(request, login, text, fault)

    async def _admit(self, request: Request, login: Accepted, body: str, fault: CallFault | None) -> Response:
        with self.limit.enter(login) as admitted:
            if not admitted:
                return _sent(refusal("SSS_REQUEST_LIMIT_EXCEEDED", "Request Limit Exceeded!"))
            delay_s = fault.delay_s if fault is not None and fault.kind == "slow" else 0.0
            await asyncio.sleep(self._account.profile.latency.per_call_s + delay_s)
            answer = await self._run(request, body)
        if fault is not None and fault.kind == "reset_after_commit":
            return await connection_abort.drop(request)
        if "content-type" not in request.headers and answer.status == 200 and answer.content_type == _JSON:
            # The default type is text/plain, in which a script cannot return an object (section_4407965171).
            return _sent(
                refusal("INVALID_RETURN_DATA_FORMAT", "The data returned is not of type text/plain.")
            )
        return _sent(answer)

    async def _run(self, request: Request, body: str) -> Answer:
        params = dict(request.query_params)
        run = partial(
            self._call,
            self._account,
            script=params.pop("script", ""),
            deploy=params.pop("deploy", ""),
            verb=request.method,
            params=params,
            body=body if request.method in {"POST", "PUT"} else None,
        )
        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _login(self, request: Request) -> Accepted | Refused:
        authorization = request.headers.get("authorization", "")
        if authorization.lower().startswith("oauth"):
            attempt = Attempt(method=request.method, url=str(request.url), authorization=authorization)
            result = self._signatures.verify(attempt)
        else:
            result = self.certificates.verify(authorization)
        self._note(request, result)
        return result

    def _note(self, request: Request, result: Accepted | Refused) -> None:
        self.trail.note(self._clock.now(), request.url.path, result)


def _refused(login: Refused, realm: str) -> Response:
    """Refuse a login without the reason (Oracle section_4634920277 and subsect_158521885412)."""
    status = 400 if login.malformed else 401
    code = "INVALID_REQUEST" if login.malformed else "INVALID_LOGIN_ATTEMPT"
    message = "The request could not be understood by the server due to malformed syntax."
    answer = refusal(code, message if login.malformed else "Invalid login attempt.")
    error = "invalid_request" if login.malformed else "invalid_token"
    challenge = f'Bearer realm="{realm}", error="{error}", error_description="Invalid login attempt."'
    headers = {} if login.scheme == "oauth" else {"WWW-Authenticate": challenge}
    return Response(answer.body, status_code=status, media_type=_JSON, headers=headers)


def _refusal(request: Request, body: bytes) -> Response | None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if request.method in {"POST", "PUT"} and content_type not in _CONTENT_TYPES:
        answer = refusal("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")
        return Response(answer.body, status_code=415, media_type=_JSON)
    if request.method == "GET" and body:
        return _sent(refusal("INVALID_REQUEST", "A GET request must not have a body."))
    if len(body) > MAX_BODY_BYTES:
        return _sent(refusal("SSS_FILE_CONTENT_SIZE_EXCEEDED", "The request is larger than 10 MB."))
    return None


def _sent(answer: Answer) -> Response:
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type)

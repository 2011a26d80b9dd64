"""A proxy before the sandbox that refuses calls or delays logins, as a test needs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.integration.receiver import served
from tests.integration.running_programs import Sandbox

PASSED_ON = ("authorization", "content-type")
REFUSAL = {"error": {"code": "INVALID_LOGIN_ATTEMPT", "message": "Invalid login attempt."}}


@dataclass(slots=True, kw_only=True)
class Gate:
    """
    What it lets pass.

    Attributes:
        refuses_calls: whether the RESTlet answers 401, whatever the token.
        grants: cleared, a login is not answered.
        seen: how many requests of each kind came in: ``token``, ``restlet``.
    """

    netsuite: Sandbox
    http: httpx.AsyncClient
    origin: str = ""
    refuses_calls: bool = False
    grants: asyncio.Event = field(default_factory=asyncio.Event)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def restlet_url(self) -> str:
        return str(self.netsuite.get("credentials")["restlet_url"]).replace(self.netsuite.origin, self.origin)

    async def pass_on(self, request: Request) -> Response:
        is_login = request.url.path.endswith("/token")
        self.seen["token" if is_login else "restlet"] += 1
        if is_login:
            await self.grants.wait()
        if self.refuses_calls and not is_login:
            return JSONResponse(REFUSAL, status_code=401)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        kept = {
            name: request.headers[name]
            for name in ("authorization", "content-type")
            if name in request.headers
        }
        answer = await self.http.request(
            request.method, self.netsuite.origin + path, content=await request.body(), headers=kept
        )
        return Response(answer.content, answer.status_code, {"content-type": answer.headers["content-type"]})


@asynccontextmanager
async def gate(netsuite: Sandbox) -> AsyncIterator[Gate]:
    """One that lets everything pass at first."""
    async with httpx.AsyncClient(trust_env=False) as http:
        made = Gate(netsuite=netsuite, http=http)
        made.grants.set()
        app = Starlette(routes=[Route("/{path:path}", made.pass_on, methods=["GET", "POST"])])
        async with served(app) as made.origin:
            yield made

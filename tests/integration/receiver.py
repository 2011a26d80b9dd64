"""An endpoint on this machine that verifies every webhook both ways, as its owner would."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumer.ops import http

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes len").decode()


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came in; `answer` decides what is said."""

    origin: str = ""
    answer: Callable[[dict[str, Any]], Response] = lambda _: Response(status_code=204)
    ids: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        raw = await request.body()
        Webhook(SECRET).verify(raw, dict(request.headers))
        expected = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
        assert request.headers["X-Lago-Signature"] == expected
        assert request.headers["X-Lago-Signature-Algorithm"] == "hmac"
        assert request.headers["X-Lago-Unique-Key"] == request.headers["webhook-id"]
        body = json.loads(raw)
        self.ids.append(request.headers["webhook-id"])
        self.bodies.append(body)
        return self.answer(body)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The origin at which an application is reached for as long as the block lasts."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(http.serve(app, "127.0.0.1", 0, bound=port.set_result))
        try:
            yield f"http://127.0.0.1:{await port}"
        finally:
            serving.cancel()


@asynccontextmanager
async def receiver(**more: Any) -> AsyncIterator[Receiver]:
    """One that listens for as long as the block lasts."""
    made = Receiver(**more)
    async with served(Starlette(routes=[Route("/hook", made.receive, methods=["POST"])])) as origin:
        made.origin = f"{origin}/hook"
        yield made

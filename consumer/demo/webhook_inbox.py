"""
An inbox for signed webhooks that believes only what is signed.

It verifies them as their receivers would: Lago's three headers and those of Standard Webhooks
(https://www.standardwebhooks.com), both over the exact bytes of the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumer.clock import Clock
from schemas.error_event import WEBHOOK_TYPE

PATH = "/hooks"
TOLERANCE_S = 300
SECRET_PREFIX = "whsec_"  # noqa: S105 - marks a secret, is none


def refusal(secret: str, headers: Mapping[str, str], body: bytes, now_s: float) -> str | None:
    """Why a webhook is not to be believed, None when it is."""
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(now_s - int(timestamp)) > TOLERANCE_S:
        return "the timestamp is missing or too far from now"
    expected = "v1," + _standard(secret, webhook_id, timestamp, body)
    if not any(hmac.compare_digest(expected, one) for one in headers.get("webhook-signature", "").split(" ")):
        return "webhook-signature does not fit the body"
    if headers.get("x-lago-signature-algorithm") != "hmac":
        return "X-Lago-Signature-Algorithm is not hmac"
    if not hmac.compare_digest(_mac(secret.encode(), body), headers.get("x-lago-signature", "")):
        return "X-Lago-Signature does not fit the body"
    return None


@dataclass(slots=True, kw_only=True)
class Inbox:
    """
    Receives webhooks; keeps the verified ones by their id, so that a repeat counts once.

    Attributes:
        stumbles: how many webhooks about failures it answers 503 first, to be posted again.
        attempts: how often each id was posted.
    """

    secret: str
    clock: Clock
    stumbles: int = 0
    verified: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> dict[str, dict[str, Any]]:
        """What was told about failures, by id."""
        return {name: body for name, body in self.verified.items() if body["webhook_type"] == WEBHOOK_TYPE}

    @property
    def customers(self) -> set[str]:
        """Lago's ids of the customers it was told about."""
        told = (body["customer"]["lago_id"] for body in self.verified.values() if "customer" in body)
        return set(told)

    def app(self) -> Starlette:
        """The application that answers 204 to what it believes and 401 to what it does not."""
        return Starlette(routes=[Route(PATH, self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        reason = refusal(self.secret, request.headers, body, self.clock.now().timestamp())
        if reason is not None:
            self.refused.append(reason)
            return Response(reason, status_code=401)
        return self._take(request.headers["webhook-id"], json.loads(body))

    def _take(self, webhook_id: str, body: dict[str, Any]) -> Response:
        self.attempts[webhook_id] += 1
        if self.stumbles and body["webhook_type"] == WEBHOOK_TYPE:
            self.stumbles -= 1
            return Response("one moment, please", status_code=503)
        self.verified[webhook_id] = body
        return Response(status_code=204)


def _standard(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return _mac(key, f"{webhook_id}.{timestamp}.".encode() + body)


def _mac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()

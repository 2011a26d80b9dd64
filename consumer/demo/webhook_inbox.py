"""
A receiver of the relay's webhooks that accepts only valid signatures.

It verifies both signatures over the exact bytes of the body: Lago's headers and those of Standard Webhooks
(https://www.standardwebhooks.com).
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
    """The reason why a webhook's signatures are not valid; None when they are."""
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
    Receives webhooks, and keeps the verified ones by id, so that a retry counts once.

    Attributes:
        stumbles: the number of requests about failures that it still refuses with 503, to force retries.
        verified: the bodies by webhook id.
        refused: the reason of each refused request.
        attempts: the number of verified requests for each id.
    """

    secret: str
    clock: Clock
    stumbles: int = 0
    verified: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)

    @property
    def failures(self) -> dict[str, dict[str, Any]]:
        """The verified webhooks about failures, by id."""
        return {name: body for name, body in self.verified.items() if body["webhook_type"] == WEBHOOK_TYPE}

    @property
    def customers(self) -> set[str]:
        """The Lago ids of the customers in verified webhooks."""
        lago_ids = (body["customer"]["lago_id"] for body in self.verified.values() if "customer" in body)
        return set(lago_ids)

    def app(self) -> Starlette:
        """The application: 204 for a valid webhook, 401 for an invalid one."""
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

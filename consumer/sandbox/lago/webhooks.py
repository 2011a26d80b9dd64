"""
Webhooks as Lago posts them: signed, in at most three attempts, with the object as it is at delivery.

Source: lago-api ``app/models/webhook.rb``, ``SendHttpWebhookJob``; there is no attempt after the third.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from joserfc import jws
from joserfc.jwk import RSAKey

from consumer.sandbox.lago import serializers
from consumer.sandbox.lago.notation import body, id_of
from consumer.sandbox.lago.organization import Announcement, Organization

MAX_ATTEMPTS = 3
RETRY_AFTER_S = 3.0
KEY_BITS = 2048

Algorithm = Literal["hmac", "jwt"]
Sleep = Callable[[float], Awaitable[None]]


class Post(Protocol):
    """Posts a body to the endpoint; returns the HTTP status, None without a response."""

    async def __call__(self, content: bytes, headers: Mapping[str, str]) -> int | None:
        """Post once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """
    The keys of one organisation.

    Attributes:
        issuer: ``LAGO_API_URL``, the claim ``iss`` of its JWTs.
    """

    hmac_key: str = field(repr=False)
    private_key: RSAKey = field(repr=False)
    issuer: str

    def headers(self, content: bytes, algorithm: Algorithm, unique_key: str) -> dict[str, str]:
        """The headers of a webhook (``Webhook#generate_headers``)."""
        signature = self._mac(content) if algorithm == "hmac" else self._token(content)
        return {
            "content-type": "application/json",
            "X-Lago-Signature": signature,
            "X-Lago-Signature-Algorithm": algorithm,
            "X-Lago-Unique-Key": unique_key,
        }

    def _mac(self, content: bytes) -> str:
        return base64.b64encode(hmac.digest(self.hmac_key.encode(), content, hashlib.sha256)).decode()

    def _token(self, content: bytes) -> str:
        claims = json.dumps({"data": content.decode(), "iss": self.issuer})
        return jws.serialize_compact({"alg": "RS256"}, claims.encode(), self.private_key)


@dataclass(slots=True, kw_only=True)
class Webhooks:
    """
    Delivers an organisation's outbox to one endpoint, oldest first.

    Attributes:
        to_lose: number of next webhooks that are not sent, as if Lago's workers were down.
        lost: webhooks that were not sent, or that failed three times.
        delivered: number of webhooks that the endpoint accepted.
    """

    organization: Organization
    signer: Signer
    post: Post
    sleep: Sleep = asyncio.sleep
    algorithm: Algorithm = "hmac"
    to_lose: int = 0
    lost: list[Announcement] = field(default_factory=list)
    delivered: int = 0
    _count: int = 0

    async def drain(self) -> None:
        """Deliver all due webhooks; one that fails three times is lost, and the next one follows."""
        while self.organization.outbox:
            announced = self.organization.outbox.pop(0)
            if self.to_lose > 0:
                self.to_lose -= 1
                self.lost.append(announced)
            elif await self._deliver(announced):
                self.delivered += 1
            else:
                self.lost.append(announced)

    async def _deliver(self, announced: Announcement) -> bool:
        self._count += 1
        unique_key = id_of(self.organization.lago_id, "webhook", self._count)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            content = body(serializers.webhook(self.organization, announced))
            status = await self.post(content, self.signer.headers(content, self.algorithm, unique_key))
            if status is not None and 200 <= status < 300:
                return True
            if attempt < MAX_ATTEMPTS:
                await self.sleep(RETRY_AFTER_S)
        return False

"""
The public key that verifies Lago's JWT webhooks: from the configuration, or read from Lago and cached.

It is read from ``lago.api_url`` only. The operator sets that address, so it may be in a private network, as a
self-hosted Lago is. The key members of a JWT (``jku``, ``x5u``, ``jwk``) are not used, and redirects are not
followed: both come from outside, and could lead to addresses of the private network.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import httpx
import structlog

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.lago import http, signatures
from consumer.lago.lago_key import LagoKey
from schemas import wire

# Lago does not announce a new key, and anyone can send an invalid signature: so an invalid signature causes a
# new request for the key, but seldom.
ASK_AGAIN_AFTER_S = 60.0
ASK_AGAIN_AFTER_FAILURE_S = 5.0
ASK_LIMIT_S = 10.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """Lago's key is not available now."""

    reason: str


class PublicKey(Protocol):
    """The source of Lago's public key."""

    async def current(self) -> LagoKey | Unavailable:
        """The key, or why it is not available."""
        ...

    async def renewed(self, doubted: LagoKey) -> LagoKey | None:
        """Another key than `doubted`, when Lago has one; else None."""
        ...


class GivenKey:
    """The key of the configuration, which never changes."""

    def __init__(self, key: LagoKey) -> None:
        self._key = key

    async def current(self) -> LagoKey:
        """The key."""
        return self._key

    async def renewed(self, doubted: LagoKey) -> LagoKey | None:
        """The key when it is another than `doubted`; else None."""
        return None if self._key is doubted else self._key


class FetchedKey:
    """The key of ``GET /api/v1/webhooks/json_public_key``, cached until it does not verify a signature."""

    def __init__(
        self, connection: Connection, *, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """
        Prepare the HTTP client; nothing is sent yet.

        Raises:
            ConfigurationError: ``lago.api_url`` or ``lago.api_key`` is missing.
        """
        self._code = connection.code
        self._clock = clock
        self._connection = connection
        self._http = http.client(connection, transport, limit=http.KEY_ANSWERS)
        self._asking = asyncio.Lock()
        self._known: LagoKey | None = None
        self._next_at_s = clock.monotonic_s()
        self._last_reason = "Lago has not been asked for its public key yet"

    async def current(self) -> LagoKey | Unavailable:
        """The key, requested when it is not cached yet; never raises for Lago's responses."""
        known = self._known
        if known is not None:
            # Any invalid signature leads to `renewed`; other webhooks do not wait for that request.
            return known
        async with self._asking:
            if self._known is None and self._may_ask:
                await self._ask()
            return self._known or Unavailable(reason=self._last_reason)

    async def renewed(self, doubted: LagoKey) -> LagoKey | None:
        """Another key than `doubted`; sends at most one request a minute."""
        async with self._asking:
            if self._known is doubted and self._may_ask:
                await self._ask()
            return None if self._known is doubted else self._known

    async def aclose(self) -> None:
        """Close the HTTP client."""
        await self._http.aclose()

    @property
    def _may_ask(self) -> bool:
        return self._clock.monotonic_s() >= self._next_at_s

    async def _ask(self) -> None:
        answer = await self._answer()
        wait_s = ASK_AGAIN_AFTER_FAILURE_S if isinstance(answer, Unavailable) else ASK_AGAIN_AFTER_S
        self._next_at_s = self._clock.monotonic_s() + wait_s
        if isinstance(answer, Unavailable):
            self._last_reason = answer.reason
            _log.warning("lago_public_key_not_had", connection=self._code, reason=answer.reason)
        elif self._known is None or answer.as_dict() != self._known.as_dict():
            self._known = answer
            _log.info("lago_public_key_had", connection=self._code, thumbprint=answer.thumbprint())

    async def _answer(self) -> LagoKey | Unavailable:
        try:
            async with asyncio.timeout(ASK_LIMIT_S):
                response = await self._http.get("webhooks/json_public_key")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            cause = http.lost(error, self._connection)
            return Unavailable(reason=f"Lago does not give its public key: {cause}")
        if response.status_code != 200:
            return Unavailable(reason=f"Lago does not give its public key: HTTP {response.status_code}")
        return _key_of(response.content)


def _key_of(content: bytes) -> LagoKey | Unavailable:
    try:
        return signatures.public_key(str(wire.loads(content)["webhook"]["public_key"]))
    except (ValueError, KeyError, TypeError):
        return Unavailable(reason="Lago gives no public key that can be used")

"""
Tokens for Kafka's OAUTHBEARER (RFC 7628).

aiokafka asks for a token for each connection. A valid one is given to all of them, and a failure is kept for
a moment, since a lost broker makes many connections at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aiokafka import conn
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import SaslAuthenticationFailed
from pydantic import BaseModel, Field, ValidationError

from consumer.clock import Clock, SystemClock
from consumer.http_client.client_credentials import Granted, Refused

USED_SHARE_OF_LIFE = 0.8
FAILURE_KEPT_S = 2.0


class TokenNotGranted(SaslAuthenticationFailed):  # type: ignore[misc] # aiokafka is not typed
    """There is no token; `why` is a sentence without secrets."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Refusal(BaseModel):
    """The broker's answer to a token that it does not accept (RFC 7628 3.2.2)."""

    # Not \w, whose every repetition takes 100 KB in every process: pydantic's patterns are Unicode's.
    status: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")


class RefusalRead(conn.OAuthAuthenticator):  # type: ignore[misc] # aiokafka is not typed
    """Reads the broker's answer, which aiokafka 0.14 takes for a login whatever it says (its ``conn.py``)."""

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        """
        The next message to the broker; None after the last one.

        Raises:
            TokenNotGranted: the broker refuses the token, or there is none.
        """
        if payload:
            refused = Refused(why=f"the broker refuses the token ({_status(payload)})")
            self._sasl_oauth_token_provider.replace(refused)
            raise TokenNotGranted(refused.why)
        step: tuple[bytes, bool] | None = await super().step(payload)
        return step


def _status(payload: bytes) -> str:
    try:
        return _Refusal.model_validate_json(payload).status
    except ValidationError:
        return "without a reason"


conn.OAuthAuthenticator = RefusalRead


class TokenRequest(Protocol):
    """Gets one token; `consumer.http_client.client_credentials.TokenRequest`."""

    @property
    def client_id(self) -> str:
        """Who asks."""
        ...

    async def grant(self) -> Granted | Refused:
        """Ask the token server."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    result: Granted | Refused
    until_s: float


class Tokens(AbstractTokenProvider):  # type: ignore[misc] # aiokafka is not typed
    """The token of this process: cached for most of its life, requested once for all connections."""

    def __init__(
        self, request: TokenRequest, extensions: Mapping[str, str], *, clock: Clock | None = None
    ) -> None:
        """
        Prepare; nothing is sent yet.

        Args:
            request: how a token is got.
            extensions: what the broker gets beside it.
            clock: of the token's life.
        """
        self._request = request
        self._extensions = dict(extensions)
        self._clock = clock or SystemClock()
        self._lock = asyncio.Lock()
        self._kept: _Kept | None = None

    @property
    def client_id(self) -> str:
        """Who asks."""
        return self._request.client_id

    async def token(self) -> str:
        """
        A token with a part of its life before it.

        Raises:
            TokenNotGranted: the server gives none.
        """
        async with self._lock:
            if self._kept is None or self._clock.monotonic_s() >= self._kept.until_s:
                self._kept = self._keep(await self._request.grant())
            result = self._kept.result
        if isinstance(result, Refused):
            raise TokenNotGranted(result.why)
        return result.access_token

    def replace(self, refused: Refused) -> None:
        """Ask for another token after a moment: this one is revoked, or lives shorter than it was said to."""
        self._kept = self._keep(refused)

    def extensions(self) -> dict[str, str]:
        """What the broker gets beside the token."""
        return self._extensions

    def _keep(self, result: Granted | Refused) -> _Kept:
        kept_s = FAILURE_KEPT_S
        if isinstance(result, Granted):
            kept_s = result.expires_in * USED_SHARE_OF_LIFE
        return _Kept(result=result, until_s=self._clock.monotonic_s() + kept_s)

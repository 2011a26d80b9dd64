"""The login provider: its metadata and keys, kept for a while, read anew when they may have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from consumer.clock import Clock
from consumer.console.login import metadata
from consumer.console.login.login_result import Unreachable
from consumer.console.login.metadata import Metadata
from consumer.console.login.provider_http import Answer, ProviderHttp

READ_EVERY_S = 300.0
READ_AGAIN_AFTER_S = 60.0
"""At most so often the keys are read because a token fits none: anybody can send such a token."""
AGAIN_AFTER_FAILURE_S = 5.0
MOST_KEYS = 100
SMALLEST_RSA_BITS = 2_048
BITS_OF_A_CHARACTER = 6

Changed = Callable[[bool], None]

log = structlog.get_logger(__name__)


class Provider:
    """
    What is known of one provider.

    Attributes:
        trouble: why it could not be reached the last time, as a sentence; empty while it can.
    """

    def __init__(self, issuer: str, http: ProviderHttp, clock: Clock, changed: Changed) -> None:
        """Nothing is asked yet; `changed` is called whenever it is asked, with whether that failed."""
        self.trouble = ""
        self._changed = changed
        self._issuer, self._http, self._clock = issuer, http, clock
        self._asking = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._keys: Sequence[Key] = ()
        self._read_s = self._keys_read_s = self._failed_s = float("-inf")

    async def run(self) -> None:
        """Keep what is known fresh until cancelled, so that pages say when nobody could log in."""
        while True:
            await self.metadata()
            await asyncio.sleep(READ_AGAIN_AFTER_S)

    async def metadata(self) -> Metadata | Unreachable:
        """Its metadata; five minutes old at most while it answers, else as old as they are."""
        async with self._asking:
            if self._clock.monotonic_s() - self._read_s >= READ_EVERY_S:
                await self._read()
            return self._metadata or Unreachable(reason=self.trouble)

    async def keys(self) -> Sequence[Key]:
        """The keys that it signs with."""
        await self.metadata()
        return self._keys

    async def newer_keys(self, doubted: Sequence[Key]) -> Sequence[Key]:
        """Its keys after a token fitted none of `doubted`: it may have changed them."""
        async with self._asking:
            is_due = self._clock.monotonic_s() - self._keys_read_s >= READ_AGAIN_AFTER_S
            if self._keys is doubted and is_due and self._metadata:
                await self._read_keys(self._metadata)
            return self._keys

    async def _read(self) -> None:
        if self._clock.monotonic_s() - self._failed_s < AGAIN_AFTER_FAILURE_S:
            return
        found = _object(await self._http.get(metadata.address_of(self._issuer)))
        read = found if isinstance(found, Unreachable) else metadata.read(found, self._issuer)
        if isinstance(read, Unreachable):
            self._failed(read)
        elif await self._read_keys(read):
            self._metadata, self._read_s = read, self._clock.monotonic_s()

    async def _read_keys(self, known: Metadata) -> bool:
        self._keys_read_s = self._clock.monotonic_s()
        found = _object(await self._http.get(known.jwks_uri))
        keys = found if isinstance(found, Unreachable) else _keys(found)
        if isinstance(keys, Unreachable):
            self._failed(keys)
            return False
        self._keys, self.trouble = keys, ""
        self._changed(False)
        return True

    def _failed(self, why: Unreachable) -> None:
        self.trouble, self._failed_s = why.reason, self._clock.monotonic_s()
        log.warning("console_login_provider_failed", reason=why.reason)
        self._changed(True)


def _object(answer: Answer | Unreachable) -> Mapping[str, Any] | Unreachable:
    if isinstance(answer, Unreachable):
        return answer
    if answer.status != 200:
        return Unreachable(reason=f"the login provider answers HTTP {answer.status}")
    return answer.body


def _keys(body: Mapping[str, Any]) -> Sequence[Key] | Unreachable:
    """The public keys that verify signatures; others are passed over (RFC 7517 5)."""
    given = body.get("keys")
    listed = given[:MOST_KEYS] if isinstance(given, list) else []
    found = [key for each in listed if (key := _key(each)) is not None]
    return found or Unreachable(reason="the login provider publishes no key that verifies a signature")


def _key(given: object) -> Key | None:
    if not isinstance(given, dict) or given.get("use", "sig") != "sig" or not _is_public(given):
        return None
    try:
        return JWKRegistry.import_key(given)
    except (JoseError, ValueError, TypeError, KeyError, OverflowError):
        return None


def _is_public(given: Mapping[str, Any]) -> bool:
    """Whether a key can be shown to everybody: no shared secret, and not so short that it is found out."""
    bits = len(str(given.get("n", ""))) * BITS_OF_A_CHARACTER
    return given.get("kty") != "oct" and (given.get("kty") != "RSA" or bits >= SMALLEST_RSA_BITS)

"""
One attempt to post a webhook, to allowed addresses only.

A name is resolved once, and the connection is made to the checked address, so that a second DNS response
cannot lead into the private network; certificate and ``Host`` are those of the name. Redirects are not
followed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx
import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random

from consumer import __version__
from consumer.clock import Clock
from consumer.http_client import connect_failure
from consumer.http_client.client import over_aiohttp
from consumer.relay.address import Address, is_allowed
from consumer.relay.endpoint import Target

CONNECT_LIMIT_S = 5.0
ATTEMPT_LIMIT_S = 20.0
ANSWER_LIMIT_BYTES = 16 * 1024
EXCERPT_CHARS = 256
CONNECT_ATTEMPTS = 2
CONNECTIONS = 10
BODY_LIMIT_S = 2.0

Resolve = Callable[[str], Awaitable[Sequence[Address]]]
"""The addresses of a host; raises OSError when it has none."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """
    The response of an endpoint.

    Attributes:
        excerpt: the beginning of the body, for people.
        retry_after_s: seconds of ``Retry-After``; None without one.
        took_s: duration of the attempt, in seconds.
    """

    status: int
    excerpt: str = ""
    retry_after_s: float | None = None
    took_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.status} {self.excerpt}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered:
    """There is no response: the endpoint is not reachable, not allowed, or too slow."""

    reason: str

    def __str__(self) -> str:
        return self.reason


Answer = Answered | NotAnswered


class Egress:
    """Posts to one endpoint; its connections are not shared with other endpoints."""

    def __init__(
        self,
        target: Target,
        *,
        clock: Clock,
        resolve: Resolve,
        transport: httpx.AsyncBaseTransport | None = None,
        limit_s: float = ATTEMPT_LIMIT_S,
    ) -> None:
        """
        Prepare; nothing is sent yet.

        Args:
            target: where to post.
            clock: for dates in ``Retry-After``.
            resolve: resolves a name; endpoints share one, since they may share a host.
            transport: replaces the network in tests.
            limit_s: timeout of a whole attempt, in seconds.
        """
        self._target = target
        self._clock = clock
        self._resolve = resolve
        self._limit_s = limit_s
        self._client = over_aiohttp(
            transport=transport,
            timeout=httpx.Timeout(limit_s, connect=min(limit_s, CONNECT_LIMIT_S)),
            limits=httpx.Limits(max_connections=CONNECTIONS),
            # A proxy would resolve the name itself, without the check of addresses.
            trust_env=False,
            headers={"user-agent": f"lago-netsuite/{__version__}", "accept-encoding": "identity"},
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post these bytes once; never raises, an error is a value too."""
        started_s = time.perf_counter()
        try:
            async with asyncio.timeout(self._limit_s):
                address = await self._address()
                if isinstance(address, NotAnswered):
                    return address
                return await self._exchange(address, body, headers, started_s)
        except (TimeoutError, httpx.TimeoutException):
            return NotAnswered(reason=f"no answer within {self._limit_s:.0f} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            cause = connect_failure.sentence(error, self._target.host) or str(error)
            return NotAnswered(reason=f"{type(error).__name__}: {cause}"[:EXCERPT_CHARS])

    async def _address(self) -> Address | NotAnswered:
        host = self._target.host
        found = await self._resolve(host)
        allowed = [each for each in found if is_allowed(each, may_be_private=self._target.may_be_private)]
        if not found or len(allowed) < len(found):
            # One forbidden address among allowed ones is an attack or a mistake, so none is used.
            return NotAnswered(reason=f"{host} leads to an address that must not be posted to")
        return allowed[0]

    async def _exchange(
        self, address: Address, body: bytes, headers: Mapping[str, str], started_s: float
    ) -> Answered:
        async for attempt in AsyncRetrying(
            # No request has been sent then, so a retry cannot post the webhook twice.
            retry=retry_if_exception_type((httpx.ConnectError, httpx.ConnectTimeout)),
            stop=stop_after_attempt(CONNECT_ATTEMPTS),
            wait=wait_random(0.05, 0.2),
            reraise=True,
        ):
            with attempt:
                return await self._send(address, body, headers, started_s)
        raise AssertionError("tenacity gives up by raising")

    async def _send(
        self, address: Address, body: bytes, headers: Mapping[str, str], started_s: float
    ) -> Answered:
        target = self._target
        host = f"[{address}]" if address.version == 6 else str(address)
        async with self._client.stream(
            "POST",
            f"{target.scheme}://{host}:{target.port}{target.target}",
            content=body,
            headers={**headers, "host": target.authority},
            # The certificate is verified for the name, not for the address.
            extensions={"sni_hostname": target.host},
        ) as response:
            text = await _beginning(response)
        return Answered(
            status=response.status_code,
            excerpt=text,
            retry_after_s=_retry_after_s(response.headers.get("retry-after"), self._clock),
            took_s=time.perf_counter() - started_s,
        )


async def _beginning(response: httpx.Response) -> str:
    read = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            # Raw: a compressed body could decompress to any size.
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= ANSWER_LIMIT_BYTES:
                    break
    except (TimeoutError, httpx.HTTPError) as error:
        # Only the status decides; an incomplete body does not matter.
        log.info("answer_broke_off", status=response.status_code, error=type(error).__name__)
    text = bytes(read[: EXCERPT_CHARS * 4]).decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)[:EXCERPT_CHARS].strip()


def _retry_after_s(text: str | None, clock: Clock) -> float | None:
    """The seconds of ``Retry-After``, a number or a date (RFC 9110, 10.2.3); None for anything else."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - clock.now()).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None

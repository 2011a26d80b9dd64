"""Lago's REST API, as far as events lack something: the customer behind an external id."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import structlog
import tenacity
from cachetools import TLRUCache

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.http_client.answer_limit import KIBIBYTE
from consumer.lago import http
from consumer.lago.lookup_result import Answer, Failed, Found, LookUp, Missing
from consumer.lago.rate_limit import Pace
from schemas import wire

__all__ = ["Answer", "Failed", "Found", "LagoApi", "LookUp", "Missing"]

REQUESTS_PER_S = 50  # Lago's limit for an organisation, all keys together
MAX_ATTEMPTS = 3
LONGEST_WAIT_S = 10.0
FOUND_TTL_S = 300.0
MISSING_TTL_S = 30.0
CACHED_ANSWERS = 10_000
ORDINARY_ANSWER_BYTES = 4 * KIBIBYTE
LONGEST_HOLD_S = 60.0
# What has kept us waiting once is not asked again within the same permit.
_QUICKLY_LOST = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)

Sleep = Callable[[float], Awaitable[None]]
_Kept = Found | Missing

_log = structlog.get_logger(__name__)
_backoff = tenacity.wait_exponential_jitter(multiplier=0.5, max=5, jitter=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """What one request came to; `repeat` says whether another is worth its while within seconds."""

    answer: Answer
    repeat: bool = False


class LagoApi:
    """
    Asks one Lago organisation about its customers.

    Answers are kept for a while, and who asks for what is being asked already waits for that answer. Connect
    errors, 429 and 5xx are tried again for a few seconds; everything slower is the caller's to repeat.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """
        Reveal the API key and prepare the HTTP client; nothing is sent yet.

        Args:
            connection: whose ``lago.api_url`` and ``lago.api_key`` to use.
            clock: tells when an answer is too old and when the next request may go.
            transport: stands in for the network in tests.
            sleep: waits between requests.

        Raises:
            ConfigurationError: a setting or its secret is missing; it is named.
        """
        self._connection = connection
        self._sleep = sleep
        self._http = http.client(connection, transport)
        self._pace = Pace(REQUESTS_PER_S, clock=clock)
        self._flights: dict[str, asyncio.Future[Answer]] = {}
        self._cache: TLRUCache[str, _Kept] = TLRUCache(
            CACHED_ANSWERS, ttu=_goes_stale, timer=clock.monotonic_s, getsizeof=_size_of
        )

    async def customer(self, external_id: str) -> Answer:
        """The customer with that external id, or why it cannot be had; never raises for what Lago answers."""
        while True:
            known = self._cache.get(external_id)
            if known is not None:
                return known
            flight = self._flights.get(external_id)
            if flight is None:
                return await self._lead(external_id)
            await asyncio.wait([flight])
            # Who led may have been cancelled; then it is somebody else's turn.
            if not flight.cancelled():
                return flight.result()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _lead(self, external_id: str) -> Answer:
        flight = self._flights[external_id] = asyncio.get_running_loop().create_future()
        try:
            answer = await self._ask(external_id)
            if isinstance(answer, Found | Missing):
                self._cache[external_id] = answer
            flight.set_result(answer)
        finally:
            del self._flights[external_id]
            flight.cancel()
        return answer

    async def _ask(self, external_id: str) -> Answer:
        async def attempt() -> _Attempt:
            return await self._attempt(external_id)

        last: _Attempt = await tenacity.AsyncRetrying(
            sleep=self._sleep,
            stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
            wait=_backoff,
            retry=tenacity.retry_if_result(_is_worth_repeating),
            retry_error_callback=_outcome,
        )(attempt)
        return last.answer

    async def _attempt(self, external_id: str) -> _Attempt:
        if self._pace.wait_s > LONGEST_WAIT_S:
            reason = "Lago's rate limit is used up"
            return _Attempt(answer=Failed(reason=reason, retry_after_s=self._pace.wait_s))
        if (wait_s := self._pace.take()) > 0:
            await self._sleep(wait_s)
        try:
            async with asyncio.timeout(http.ATTEMPT_LIMIT_S):
                response = await self._http.get(f"customers/{quote(external_id, safe='')}")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return self._lost(error)
        return self._judge(response, external_id)

    def _lost(self, error: Exception) -> _Attempt:
        cause = http.lost(error, self._connection)
        reason = f"Lago does not answer at {self._setting('api_url')}: {cause}"
        return self._failed(reason, code=type(error).__name__, repeat=isinstance(error, _QUICKLY_LOST))

    def _judge(self, response: httpx.Response, external_id: str) -> _Attempt:
        status, content = response.status_code, _json(response)
        match status:
            case 200 if isinstance(content, dict) and isinstance(content.get("customer"), dict):
                return _Attempt(answer=Found(customer=content["customer"], size_bytes=len(response.content)))
            case 404 if not response.content or (isinstance(content, dict) and _is_about_customer(content)):
                return _Attempt(answer=Missing(external_id=external_id))
            case 401 | 403:
                reason = f"Lago refuses the key of {self._setting('api_key')} (HTTP {status})"
                return self._failed(f"{reason}: it must be valid and allowed to read customers", code=status)
            case 429:
                return self._throttled(response)
            case _ if status >= 500:
                return self._failed(f"Lago answers HTTP {status}", code=status, repeat=True)
            case _:
                reason = f"{self._setting('api_url')} does not lead to Lago's API (HTTP {status})"
                return self._failed(reason, code=status)

    def _throttled(self, response: httpx.Response) -> _Attempt:
        seconds = _seconds(response.headers.get("x-ratelimit-reset", "")) or 1.0
        self._pace.hold(seconds)
        reason = "Lago's rate limit is used up (HTTP 429)"
        return self._failed(reason, code=429, repeat=True, retry_after_s=seconds)

    def _failed(
        self, reason: str, *, code: object, repeat: bool = False, retry_after_s: float | None = None
    ) -> _Attempt:
        _log.warning("lago_attempt_failed", connection=self._connection.code, code=code)
        return _Attempt(answer=Failed(reason=reason, retry_after_s=retry_after_s), repeat=repeat)

    def _setting(self, key: str) -> str:
        place = f"lago.{key}"
        return f"{place} of connection {self._connection.code} at {self._connection.at(place)}"


def _size_of(answer: _Kept) -> int:
    """How many ordinary answers a kept one counts for: many large ones must not fill the memory."""
    return 1 + (answer.size_bytes // ORDINARY_ANSWER_BYTES if isinstance(answer, Found) else 0)


def _goes_stale(_: str, answer: _Kept, now_s: float) -> float:
    return now_s + (FOUND_TTL_S if isinstance(answer, Found) else MISSING_TTL_S)


def _is_worth_repeating(attempt: _Attempt) -> bool:
    # Who is asked to wait longer than this must not hold a permit meanwhile.
    asked_s = attempt.answer.retry_after_s if isinstance(attempt.answer, Failed) else None
    return attempt.repeat and (asked_s or 0.0) <= LONGEST_WAIT_S


def _outcome(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _json(response: httpx.Response) -> Any:
    try:
        return wire.loads(response.content)
    except ValueError:
        return None


def _is_about_customer(content: dict[str, Any]) -> bool:
    """Whether a 404 says that the customer is unknown, and not that there is no such page."""
    return content.get("code") in {None, "customer_not_found"}


def _seconds(text: str) -> float | None:
    """Seconds that a header asks to wait, within reason; None when it names none."""
    try:
        return min(max(0.0, float(text)), LONGEST_HOLD_S)
    except ValueError:
        return None

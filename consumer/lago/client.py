"""
Requests to one Lago organisation, with a rate limit, limits on time and size, and a few retries.

A response is a value: a `Body`, `Absent`, `Refused`, or `Failed` with a sentence. No response raises.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import httpx
import structlog
import tenacity

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.lago import http
from consumer.lago.lookup_result import Failed
from consumer.lago.rate_limit import Pace, allowance_of
from consumer.lago.reply import Absent, Body, Refused, Reply, WriteReply
from schemas import wire

# Lago allows 50 for an organisation, all keys together; one less, since its seconds are not ours.
REQUESTS_PER_S = 49
MAX_ATTEMPTS = 3
LONGEST_WAIT_S = 10.0
LONGEST_HOLD_S = 60.0
# Errors that occur quickly are retried; a read timeout is not, since it has held the permit for long already.
_QUICKLY_LOST = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
# The code of a 403 for a key without the permission (lago-api ``Api::BaseController#authorize``).
_NOT_PERMITTED = re.compile(r"(?P<mode>read|write)_action_not_allowed_for_(?P<resource>[a-z_]{1,60})")

_NO_SUCH_PATH = "resource_not_found"

Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)
_backoff = tenacity.wait_exponential_jitter(multiplier=0.5, max=5, jitter=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """The result of one request; `repeat` is whether a retry may succeed within seconds."""

    reply: WriteReply
    repeat: bool = False


class NetworkOptions(TypedDict, total=False):
    """
    What tests replace.

    Attributes:
        transport: the network.
        sleep: waits between requests.
    """

    transport: httpx.AsyncBaseTransport | None
    sleep: Sleep


class LagoClient:
    """
    Reads from one Lago organisation, at most `REQUESTS_PER_S` requests a second.

    Connect errors, 429 and 5xx are retried for a few seconds; the caller retries after longer times.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        requests_per_s: int = REQUESTS_PER_S,
        when_free_per_s: int | None = None,
    ) -> None:
        """
        Reveal the API key and prepare the HTTP client; nothing is sent yet.

        Args:
            connection: whose ``lago.api_url`` and ``lago.api_key`` to use.
            clock: for the rate limit.
            transport: replaces the network in tests.
            sleep: waits between requests.
            requests_per_s: at most, of this client.
            when_free_per_s: at most, while Lago says that its limit is mostly free; the same by default.

        Raises:
            ConfigurationError: a setting or its secret is missing; the message names it.
        """
        self._connection = connection
        self._sleep = sleep
        self._http = http.client(connection, transport)
        self._pace = Pace(requests_per_s, clock=clock, when_free_per_s=when_free_per_s)

    async def get(self, path: str, *, resource: str, params: Mapping[str, str | int] | None = None) -> Reply:
        """
        The JSON object at a path below ``/api/v1``.

        Args:
            path: percent-encoded.
            resource: Lago's name of the resource (``customer``, ``payment``), for sentences.
            params: query parameters.
        """
        reply = await self._repeated("GET", path, resource, params=dict(params or {}))
        return self.misplaced(reply.status) if isinstance(reply, Refused) else reply

    async def send(
        self, method: Literal["POST", "PUT", "PATCH"], path: str, content: Mapping[str, Any], *, resource: str
    ) -> WriteReply:
        """
        Make a change that may be repeated.

        Args:
            method: Lago's for it.
            path: as in `get`.
            content: the JSON body.
            resource: Lago's name of what is written.
        """
        return await self._repeated(method, path, resource, json=content)

    async def _repeated(self, method: str, path: str, resource: str, **sent: Any) -> WriteReply:
        async def attempt() -> _Attempt:
            return await self._attempt(method, path, resource, sent)

        last: _Attempt = await tenacity.AsyncRetrying(
            sleep=self._sleep,
            stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
            wait=_backoff,
            retry=tenacity.retry_if_result(_is_worth_repeating),
            retry_error_callback=_outcome,
        )(attempt)
        return last.reply

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _attempt(self, method: str, path: str, resource: str, sent: dict[str, Any]) -> _Attempt:
        if self._pace.wait_s > LONGEST_WAIT_S:
            reason = "Lago's rate limit is used up"
            return _Attempt(reply=Failed(reason=reason, retry_after_s=self._pace.wait_s))
        if (wait_s := self._pace.take()) > 0:
            await self._sleep(wait_s)
        try:
            async with asyncio.timeout(http.ATTEMPT_LIMIT_S):
                response = await self._http.request(method, path, **sent)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return self._lost(error)
        self._pace.allow(allowance_of(response.headers))
        return self._judge(response, resource)

    def _lost(self, error: Exception) -> _Attempt:
        cause = http.lost(error, self._connection)
        reason = f"Lago does not answer at {self._setting('api_url')}: {cause}"
        return self._failed(
            Failed(reason=reason), code=type(error).__name__, repeat=isinstance(error, _QUICKLY_LOST)
        )

    def _judge(  # noqa: PLR0911 - one row a status
        self, response: httpx.Response, resource: str
    ) -> _Attempt:
        status, content = response.status_code, _json(response)
        match status:
            case 200 | 201 if isinstance(content, dict):
                return _Attempt(reply=Body(content=content, size_bytes=len(response.content)))
            case 404 if not response.content or _is_about_an_object(content):
                return _Attempt(reply=Absent())
            case 401 | 403:
                refusal = Failed(reason=self._refusal(status, content, resource), is_about_key=True)
                return self._failed(refusal, code=status)
            case 405 | 422 if isinstance(content, dict) and "code" in content:
                return _Attempt(reply=Refused(status=status, code=str(content["code"])))
            case 429:
                return self._throttled(response)
            case _ if status >= 500:
                return self._failed(Failed(reason=f"Lago answers HTTP {status}"), code=status, repeat=True)
            case _:
                return self._failed(self.misplaced(status), code=status)

    def _refusal(self, status: int, content: Any, resource: str) -> str:
        code = content.get("code") if isinstance(content, dict) else None
        refused = _NOT_PERMITTED.fullmatch(code) if isinstance(code, str) else None
        if refused:
            may_not = f"may not {refused['mode']} {_plural(refused['resource'])}"
            return f"Lago says that the key of {self._setting('api_key')} {may_not} (HTTP {status})"
        reason = f"Lago refuses the key of {self._setting('api_key')} (HTTP {status})"
        return f"{reason}: it must be valid and allowed to read {_plural(resource)}"

    def _throttled(self, response: httpx.Response) -> _Attempt:
        seconds = _seconds(response.headers.get("x-ratelimit-reset", "")) or 1.0
        self._pace.hold(seconds)
        failed = Failed(reason="Lago's rate limit is used up (HTTP 429)", retry_after_s=seconds)
        return self._failed(failed, code=429, repeat=True)

    def _failed(self, failed: Failed, *, code: object, repeat: bool = False) -> _Attempt:
        _log.warning("lago_attempt_failed", connection=self._connection.code, code=code)
        return _Attempt(reply=failed, repeat=repeat)

    def misplaced(self, status: int = 200) -> Failed:
        """The failure for a response of another shape than Lago's: the address leads elsewhere."""
        return Failed(reason=f"{self._setting('api_url')} does not lead to Lago's API (HTTP {status})")

    def _setting(self, key: str) -> str:
        place = f"lago.{key}"
        return f"{place} of connection {self._connection.code} at {self._connection.at(place)}"


def _plural(resource: str) -> str:
    return resource.replace("_", " ") + "s"


def _is_worth_repeating(attempt: _Attempt) -> bool:
    # A longer wait must not hold a permit: the record is parked instead.
    asked_s = attempt.reply.retry_after_s if isinstance(attempt.reply, Failed) else None
    return attempt.repeat and (asked_s or 0.0) <= LONGEST_WAIT_S


def _outcome(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _json(response: httpx.Response) -> Any:
    try:
        return wire.loads(response.content)
    except ValueError:
        return None


def _is_about_an_object(content: Any) -> bool:
    """Whether a 404 is about a missing object (``customer_not_found``) and not about a wrong path."""
    code = content.get("code") if isinstance(content, dict) else ""
    if code in {None, _NO_SUCH_PATH}:
        return code is None
    return isinstance(code, str) and code.endswith("_not_found")


def _seconds(text: str) -> float | None:
    """The seconds of a header, from 0 to `LONGEST_HOLD_S`; None when it is not a number."""
    try:
        return min(max(0.0, float(text)), LONGEST_HOLD_S)
    except ValueError:
        return None

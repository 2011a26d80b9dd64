"""The client of one connection's RESTlet: sends the same bytes until there is an outcome or no retry left."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar

import httpx
import structlog
import tenacity

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.errors import ContractError
from consumer.events.headers import Headers
from consumer.http_client.answer_limit import AnswerUnreadable
from consumer.http_client.prepared_requests import PreparedRequests, Query
from consumer.netsuite import credentials, http_response, response_outcome
from consumer.netsuite.batch import Batch, batches
from consumer.netsuite.http import ANSWERS, JSON_HEADERS, TOKEN_ANSWERS, ResponseHook, builder
from consumer.netsuite.oauth2 import LoginFailed
from consumer.outcome import AccountDown, Ambiguous, Outcome, Throttled, Unavailable
from consumer.tracing.tracer import OFF, Tracer, answered
from schemas import reading, wire

MAX_ATTEMPTS = 3
LONGEST_WAIT_S = 10.0
ATTEMPT_LIMIT_S = 400  # for login, connecting, writing and reading together

PingResult = wire.Response | Throttled | Unavailable | AccountDown
Judged = TypeVar("Judged", response_outcome.ResponseOutcome, response_outcome.ResponseOutcome | wire.Response)
Sleep = Callable[[float], Awaitable[None]]
Refused = Callable[[float], None]
"""Called with the monotonic time, in seconds, at which a refused attempt began."""

_log = structlog.get_logger()
_backoff = tenacity.wait_exponential_jitter(multiplier=0.5, max=5, jitter=1)


class Client:
    """
    Writes to one NetSuite account.

    Within one `write` connect errors, refused calls, 502, 503 and failed logins are retried for a few
    seconds. The caller retries after longer times, and calls that may have been executed.
    """

    def __init__(  # noqa: PLR0913 - its parts, and their replacements in tests
        self,
        connection: Connection,
        *,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        refused: Refused = lambda _: None,
        on_response: ResponseHook | None = None,
        tracer: Tracer = OFF,
    ) -> None:
        """
        Reveal the connection's secrets and prepare its HTTP clients; nothing is sent yet.

        Args:
            connection: whose account and RESTlet to write to.
            clock: for the timestamps of signatures and the expiry of tokens.
            transport: replaces the network in tests.
            sleep: waits between attempts.
            tracer: makes a span of every attempt, whose context is sent to NetSuite.
            refused: called for every attempt that the account refused for its concurrency limit, also for
                those that are retried here.
            on_response: called for every response.

        Raises:
            ConfigurationError: a secret is missing or not a key, or restlet_url is invalid; each is named.
        """
        self._connection = connection
        self._clock = clock
        self._sleep = sleep
        self._refused = refused
        self._tracer = tracer
        self._about = {"http.request.method": "POST", "lago_netsuite.connection": connection.code}
        self._restlet = credentials.restlet(connection)
        build = builder(connection, transport, on_response)
        self._login = build(1, {}, TOKEN_ANSWERS)
        self._auth = credentials.auth(connection, clock=clock, http=self._login)
        self._http = build(connection.concurrency, JSON_HEADERS, ANSWERS)
        self._requests = PreparedRequests(self._http, self._restlet.url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def write(self, request: wire.WriteRequest) -> Outcome:
        """
        Send the items of a request; returns one outcome.

        Once an attempt may have been executed, the failure of a later one does not change that: the outcome
        stays `Ambiguous`.
        """
        [outcome] = await self.write_many((request,))
        return outcome

    async def write_many(self, requests: Sequence[wire.WriteRequest]) -> list[Outcome]:
        """Send several requests in the smallest number of calls, in sequence; one outcome for each."""
        return [outcome for batch in batches(requests) for outcome in await self._write(batch)]

    async def _write(self, batch: Batch) -> list[Outcome]:
        body = batch.request.body()
        attempts: list[list[Outcome]] = []

        async def attempt() -> response_outcome.ResponseOutcome:
            with self._tracer.begin("POST", kind="client", attributes=self._about) as span:
                got = await self._send("POST", self._restlet.query, body, span.headers)
                answered(span, got.status if isinstance(got, http_response.HttpResponse) else None)
            with self._tracer.begin("verify"):
                judged = self._judge(got, batch)
            attempts.append([each.outcome for each in judged])
            # All are retried or none; a failed one is chosen for the log.
            return next((each for each in judged if not each.is_success), judged[0])

        await self._persist(attempt)
        return [_honest(outcomes) for outcomes in zip(*attempts, strict=True)]

    async def ping(self) -> PingResult:
        """
        Read the RESTlet's version, account and environment; an outcome when that fails.

        An account or environment that is not the connection's is `AccountDown`, with both in its reason.
        """
        answered = await self._read("GET", (*self._restlet.query, ("op", "ping")), None)
        if isinstance(answered, wire.Response):
            return answered
        match answered.outcome:
            case Throttled() | Unavailable() | AccountDown() as outcome:
                return outcome
            case other:
                raise ContractError(f"a ping cannot be {type(other).__name__}")

    async def ask(self, question: reading.Question) -> response_outcome.ResponseOutcome | wire.Response:
        """Send what only reads; where there is no response, the outcome says why, and by which code."""
        return await self._read("POST", self._restlet.query, question.body())

    async def _read(
        self, method: str, query: Query, body: bytes | None
    ) -> response_outcome.ResponseOutcome | wire.Response:
        async def attempt() -> response_outcome.ResponseOutcome | wire.Response:
            got = await self._send(method, query, body)
            if isinstance(got, response_outcome.ResponseOutcome):
                return response_outcome.nothing_sent(got, self._connection)
            return response_outcome.of_ping(got, self._connection)

        return await self._persist(attempt)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        await self._login.aclose()

    def _judge(
        self, got: http_response.HttpResponse | response_outcome.ResponseOutcome, batch: Batch
    ) -> list[response_outcome.ResponseOutcome]:
        if isinstance(got, response_outcome.ResponseOutcome):
            return [got] * len(batch.parts)
        return response_outcome.of_batch(got, batch, self._connection)

    async def _send(
        self, method: str, query: Query, body: bytes | None, context: Headers = ()
    ) -> http_response.HttpResponse | response_outcome.ResponseOutcome:
        try:
            async with asyncio.timeout(ATTEMPT_LIMIT_S):
                request = self._requests.request(method, query, body, context)
                response = await self._http.send(request, auth=self._auth)
        except LoginFailed as failed:
            return failed.response_outcome
        except AnswerUnreadable as error:
            return response_outcome.of_unreadable(error, self._clock.now(), self._connection)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return response_outcome.of_exception(error, self._connection)
        return http_response.HttpResponse.of(response, self._clock.now())

    async def _persist(self, attempt: Callable[[], Awaitable[Judged]]) -> Judged:
        numbers = itertools.count(1)

        async def logged() -> Judged:
            started_s = self._clock.monotonic_s()
            judged = await attempt()
            self._log_failure(judged, next(numbers))
            if _is_refusal(judged):
                self._refused(started_s)
            return judged

        first = await logged()
        return await self._repeated(first, logged) if _is_worth_repeating(first) else first

    async def _repeated(self, first: Judged, attempt: Callable[[], Awaitable[Judged]]) -> Judged:
        done = [first]  # nearly all calls are done then, and tenacity would cost a tenth of their CPU time

        async def next_attempt() -> Judged:
            return done.pop() if done else await attempt()

        return await tenacity.AsyncRetrying(
            sleep=self._sleep,
            stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
            wait=_wait_s,
            retry=tenacity.retry_if_result(_is_worth_repeating),
            retry_error_callback=_last,
        )(next_attempt)

    def _log_failure(self, judged: response_outcome.ResponseOutcome | wire.Response, attempt: int) -> None:
        if isinstance(judged, wire.Response) or judged.is_success:
            return
        _log.warning(
            "netsuite_attempt_failed",
            connection=self._connection.code,
            attempt=attempt,
            outcome=type(judged.outcome).__name__,
            code=judged.code,
        )


def _is_refusal(judged: response_outcome.ResponseOutcome | wire.Response) -> bool:
    outcome = None if isinstance(judged, wire.Response) else judged.outcome
    return isinstance(outcome, Throttled) and outcome.by == "account"


def _is_worth_repeating(judged: response_outcome.ResponseOutcome | wire.Response) -> bool:
    if isinstance(judged, wire.Response):
        return False
    # A longer wait must not hold a permit: the record is parked instead.
    return judged.repeat and (judged.retry_after_s or 0) <= LONGEST_WAIT_S


def _wait_s(state: tenacity.RetryCallState) -> float:
    judged = state.outcome.result() if state.outcome else None
    asked_s = judged.retry_after_s if isinstance(judged, response_outcome.ResponseOutcome) else None
    return max(asked_s or 0.0, _backoff(state))


def _last(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _honest(outcomes: Sequence[Outcome]) -> Outcome:
    """The last outcome; but an earlier `Ambiguous` one when the last attempt was not executed."""
    earlier = [one for one in outcomes if isinstance(one, Ambiguous)]
    return earlier[0] if earlier and isinstance(outcomes[-1], Throttled | Unavailable) else outcomes[-1]

"""One connection's way to its RESTlet: the same bytes, sent until there is an outcome or patience ends."""

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
from consumer.netsuite import credentials, http_answer, response_outcome
from consumer.netsuite.batch import Batch, batches
from consumer.netsuite.connection_pool import Pool
from consumer.netsuite.http import ANSWERS, JSON_HEADERS, TOKEN_ANSWERS, ResponseHook, address, builder
from consumer.netsuite.oauth2 import LoginFailed
from consumer.outcome import AccountDown, Ambiguous, Outcome, Throttled, Unavailable
from consumer.tracing.tracer import OFF, Tracer, answered
from schemas import reading, wire

MAX_ATTEMPTS = 3
LONGEST_WAIT_S = 10.0
ATTEMPT_LIMIT_S = 400  # a login, connecting, writing and reading, even when the answer dribbles in

PingResult = wire.Response | Throttled | Unavailable | AccountDown
Judged = TypeVar("Judged", response_outcome.ResponseOutcome, response_outcome.ResponseOutcome | wire.Response)
Query = Sequence[tuple[str, str]]
Sleep = Callable[[float], Awaitable[None]]
Refused = Callable[[float], None]
"""Takes the monotonic time at which a refused attempt began, in seconds."""

_log = structlog.get_logger()
_backoff = tenacity.wait_exponential_jitter(multiplier=0.5, max=5, jitter=1)


class Client:
    """
    Writes to one NetSuite account.

    Within one `write` connect errors, refused calls, 502, 503 and failed logins are tried again for a few
    seconds. Everything slower, and everything that may have been carried out, is the caller's to repeat.
    """

    def __init__(  # noqa: PLR0913 - what it needs, and what stands in for that in tests
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
            clock: stamps signatures and tells when a token expires.
            transport: stands in for the network in tests.
            sleep: waits between attempts.
            tracer: makes a span of every attempt, whose context NetSuite is sent.
            refused: is told of every attempt that the account refused for its limit, also of those that are
                tried again here.
            on_response: is told of every answer.

        Raises:
            ConfigurationError: a secret is missing or no key, or restlet_url is unusable; each is named.
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
        self._pool = Pool(
            connection.concurrency, lambda connections: build(connections, JSON_HEADERS, ANSWERS)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def write(self, request: wire.WriteRequest) -> Outcome:
        """
        Send the items of a request and tell what became of them, as one outcome.

        Once an attempt may have been carried out, a later one that did not come through cannot tell: the
        outcome stays `Ambiguous`.
        """
        [outcome] = await self.write_many((request,))
        return outcome

    async def write_many(self, requests: Sequence[wire.WriteRequest]) -> list[Outcome]:
        """Send several requests in as few calls as hold them, one after the other; an outcome for each."""
        return [outcome for batch in batches(requests) for outcome in await self._write(batch)]

    async def _write(self, batch: Batch) -> list[Outcome]:
        body = batch.request.body()
        attempts: list[list[Outcome]] = []

        async def attempt() -> response_outcome.ResponseOutcome:
            with self._tracer.begin("POST", kind="client", attributes=self._about) as span:
                got = await self._send("POST", self._restlet.query, body, span.headers)
                answered(span, got.status if isinstance(got, http_answer.Answer) else None)
            with self._tracer.begin("verify"):
                judged = self._judge(got, batch)
            attempts.append([each.outcome for each in judged])
            # All are worth repeating, or none; what has failed is what is worth a line of log.
            return next((each for each in judged if not each.is_success), judged[0])

        await self._persist(attempt)
        return [_honest(outcomes) for outcomes in zip(*attempts, strict=True)]

    async def ping(self) -> PingResult:
        """
        Ask the RESTlet who it is: version, account and environment, or why that cannot be told.

        An account or environment that is not the connection's is `AccountDown` and names both.
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
        """Ask what only reads; the verdict says why there is no answer, and by which code."""
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
        """Close every connection."""
        await self._pool.aclose()
        await self._login.aclose()

    def _judge(
        self, got: http_answer.Answer | response_outcome.ResponseOutcome, batch: Batch
    ) -> list[response_outcome.ResponseOutcome]:
        if isinstance(got, response_outcome.ResponseOutcome):
            return [got] * len(batch.parts)
        return response_outcome.of_batch(got, batch, self._connection)

    async def _send(
        self, method: str, query: Query, body: bytes | None, context: Headers = ()
    ) -> http_answer.Answer | response_outcome.ResponseOutcome:
        headers = {name: value.decode("latin-1") for name, value in context} or None
        try:
            async with asyncio.timeout(ATTEMPT_LIMIT_S):
                with self._pool.client() as http:
                    url = address(self._restlet.url, query)
                    response = await http.request(method, url, content=body, headers=headers, auth=self._auth)
        except LoginFailed as failed:
            return failed.response_outcome
        except AnswerUnreadable as error:
            return response_outcome.of_unreadable(error, self._clock.now(), self._connection)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return response_outcome.of_exception(error, self._connection)
        return http_answer.Answer.of(response, self._clock.now())

    async def _persist(self, attempt: Callable[[], Awaitable[Judged]]) -> Judged:
        numbers = itertools.count(1)

        async def logged() -> Judged:
            started_s = self._clock.monotonic_s()
            judged = await attempt()
            self._log_failure(judged, next(numbers))
            if _is_refusal(judged):
                self._refused(started_s)
            return judged

        return await tenacity.AsyncRetrying(
            sleep=self._sleep,
            stop=tenacity.stop_after_attempt(MAX_ATTEMPTS),
            wait=_wait_s,
            retry=tenacity.retry_if_result(_is_worth_repeating),
            retry_error_callback=_last,
        )(logged)

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
    if isinstance(judged, wire.Response) or not isinstance(judged.outcome, Throttled):
        return False
    return judged.outcome.by == "account"


def _is_worth_repeating(judged: response_outcome.ResponseOutcome | wire.Response) -> bool:
    if isinstance(judged, wire.Response):
        return False
    # Who is asked to wait longer than this must not hold a permit meanwhile.
    return judged.repeat and (judged.retry_after_s or 0) <= LONGEST_WAIT_S


def _wait_s(state: tenacity.RetryCallState) -> float:
    judged = state.outcome.result() if state.outcome else None
    asked_s = judged.retry_after_s if isinstance(judged, response_outcome.ResponseOutcome) else None
    return max(asked_s or 0.0, _backoff(state))


def _last(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _honest(outcomes: Sequence[Outcome]) -> Outcome:
    """Take the last outcome, unless it says "not carried out" where an earlier attempt may have been."""
    earlier = [one for one in outcomes if isinstance(one, Ambiguous)]
    return earlier[0] if earlier and isinstance(outcomes[-1], Throttled | Unavailable) else outcomes[-1]

"""
Post the webhooks of one endpoint: the relay's `Deliver`.

| Response of the endpoint | What follows |
|---|---|
| 2xx | delivered |
| 410 | the endpoint is disabled at once; other webhooks wait |
| 429 | retry by the schedule, not before its ``Retry-After``; fewer concurrent posts |
| 502, 503, 504 | retry by the schedule, not before its ``Retry-After`` |
| any other, none, or a redirect | retry by the schedule |

After the last attempt of the schedule the webhook is published as undeliverable, and settled once Kafka has
acknowledged that. Attempts are counted in this process: a restart begins the schedule again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from consumer import errors
from consumer.clock import Clock
from consumer.events import headers as event_headers
from consumer.events.headers import Headers
from consumer.ops.best_effort import BestEffort
from consumer.outcome import (
    AccountDown,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Release,
    Throttled,
    Unavailable,
    internal_error,
    nothing_held,
)
from consumer.record import Publish, Record, Source
from consumer.relay import message as messages
from consumer.relay import schedule, signing, undeliverable_event
from consumer.relay.egress import Answer, Answered
from consumer.relay.endpoint import Endpoint
from consumer.relay.endpoint_health import EndpointHealth
from consumer.relay.message import Message, message_of
from consumer.relay.observer import Observer
from consumer.relay.schedule import Jitter
from consumer.tracing.contained_tracer import contained
from consumer.tracing.record_spans import RecordSpan, record_spans
from consumer.tracing.tracer import OFF, Tracer, answered, publishing

UNDELIVERABLE_CODE = "webhook_undeliverable"

log = structlog.get_logger(__name__)


class Post(Protocol):
    """Posts bytes once; `consumer.relay.egress.Egress.post`."""

    async def __call__(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Post once; never raises, an error is a value too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempts:
    """The attempts of a webhook: failures that count, and when the next one is due (monotonic)."""

    failures: int
    due_s: float
    last_answer: str


class Relay:
    """Posts the subscribed webhooks of one endpoint."""

    def __init__(  # noqa: PLR0913 - everything the way needs, by keyword, once
        self,
        endpoint: Endpoint,
        *,
        organization_id: str,
        post: Post,
        publish: Publish,
        clock: Clock,
        jitter: Jitter,
        observer: Observer,
        tracer: Tracer = OFF,
        is_left_alone: Callable[[], bool] = lambda: False,
        delays_s: tuple[float, ...] = schedule.DELAYS_S,
    ) -> None:
        """
        Begin with an enabled endpoint.

        Args:
            endpoint: where to post.
            organization_id: Lago's, of the endpoint's connection.
            post: makes one attempt.
            publish: publishes undeliverable webhooks.
            clock: wall time for signatures, monotonic time for delays.
            jitter: for the delays of the schedule.
            observer: counts attempts.
            tracer: continues the record's trace, also in the webhook's headers.
            is_left_alone: whether the circuit breaker is open; then a failure does not count as an attempt.
            delays_s: the schedule.
        """
        self._endpoint = endpoint
        self._organization_id = organization_id
        self._post = post
        self._tracer = contained(tracer)
        self._publish = publishing(publish, self._tracer)
        self._clock = clock
        self._jitter = jitter
        self._observer = observer
        self._best_effort = BestEffort(monotonic_s=clock.monotonic_s)
        self._is_left_alone = is_left_alone
        self._delays_s = delays_s
        self._health = EndpointHealth(clock)
        self._attempts: dict[Source, _Attempts] = {}
        self._observe_disabled(is_disabled=False)

    async def deliver(self, records: Sequence[Record], _: Release = nothing_held) -> Sequence[Outcome]:
        """
        Post the records' webhooks; returns one outcome for each.

        Raises:
            ContractError: Kafka did not acknowledge an undeliverable webhook.
        """
        with record_spans(self._tracer, records, self._clock.now(), self._endpoint.connection) as spans:
            return [await self._traced(record, span) for record, span in zip(records, spans, strict=True)]

    async def _traced(self, record: Record, span: RecordSpan) -> Outcome:
        with span.span.current():
            outcome = await self._deliver(record)
        span.led_to(outcome)
        return outcome

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        """
        Publish a record whose budget is spent as undeliverable.

        Raises:
            ContractError: Kafka did not acknowledge it; the record must not be settled yet.
        """
        message = self._message_or_bytes(record)
        if isinstance(message, Message):
            attempts = self._attempts.get(record.source)
            answer = attempts.last_answer if attempts else rejected.message
            await self._give_up_on(record, message, attempts.failures if attempts else 0, answer)

    def _message_or_bytes(self, record: Record) -> Message | Ignored:
        """The webhook of a record; its bytes when our code fails to make one, so that they are published."""
        try:
            return message_of(record, self._endpoint, self._organization_id)
        except BaseException as error:
            if not errors.is_defect(error):
                raise
            return messages.of_bytes(record, self._endpoint)

    async def _deliver(self, record: Record) -> Outcome:
        message = message_of(record, self._endpoint, self._organization_id)
        if isinstance(message, Ignored):
            return message
        if record.defect is not None:
            refused = internal_error(record.defect, "while it looked for what this event queues behind")
            await self._give_up_on(record, message, 0, refused.message)
            return refused
        attempts = self._attempts.get(record.source)
        early_s = attempts.due_s - self._clock.monotonic_s() if attempts else 0.0
        if early_s > 0:
            # After a rebalance the engine has lost the schedule. "script": the endpoint has not refused it.
            return Throttled(reason="not due yet", retry_after_s=early_s, by="script")
        if not self._health.may_post():
            return AccountDown(reason=f"endpoint {self._endpoint.id} is disabled: {self._health.reason}")
        return await self._attempt(record, message)

    async def _attempt(self, record: Record, message: Message) -> Outcome:
        timestamp_s = int(self._clock.now().timestamp())
        headers = signing.headers(
            self._endpoint.keys, webhook_id=message.id, timestamp_s=timestamp_s, body=message.body
        )
        began_s = self._clock.monotonic_s()
        with self._tracer.begin("POST", kind="client", attributes={"http.request.method": "POST"}) as span:
            context = span.headers or event_headers.trace(record)
            answer = await self._post(message.body, headers | _texts(context))
            status = answer.status if isinstance(answer, Answered) else None
            answered(span, status)
        took_s = self._clock.monotonic_s() - began_s
        with self._best_effort.of("webhook_attempted"):
            self._observer.webhook_attempted(endpoint=self._endpoint.id, status=status, seconds=took_s)
        if status is not None and 200 <= status < 300:
            return self._succeeded(record)
        log.warning(
            "webhook_failed", endpoint=self._endpoint.id, webhook_id=message.id, answer=str(answer)[:80]
        )
        if status == 410:
            return self._disabled("it answered 410 Gone")
        self._health.failed()
        if self._health.reason is not None:
            return self._disabled(self._health.reason)
        return await self._failed(record, message, answer)

    def _succeeded(self, record: Record) -> Outcome:
        if self._health.is_disabled:
            log.info("endpoint_enabled", endpoint=self._endpoint.id)
        self._health.succeeded()
        self._observe_disabled(is_disabled=False)
        self._attempts.pop(record.source, None)
        return Delivered(written=())

    def _disabled(self, reason: str) -> Outcome:
        self._health.disable(reason)
        self._observe_disabled(is_disabled=True)
        log.error("endpoint_disabled", endpoint=self._endpoint.id, reason=reason)
        return AccountDown(reason=f"endpoint {self._endpoint.id} is disabled: {reason}")

    def _observe_disabled(self, *, is_disabled: bool) -> None:
        with self._best_effort.of("webhook_endpoint_disabled"):
            self._observer.webhook_endpoint_disabled(endpoint=self._endpoint.id, is_disabled=is_disabled)

    async def _failed(self, record: Record, message: Message, answer: Answer) -> Outcome:
        attempts = self._attempts.get(record.source)
        failures = (attempts.failures if attempts else 0) + (0 if self._is_left_alone() else 1)
        asked_s = answer.retry_after_s if isinstance(answer, Answered) else None
        delay_s = schedule.delay_s(failures, asked_s, self._jitter, self._delays_s)
        if delay_s is None:
            await self._give_up_on(record, message, failures, str(answer))
            details = {"attempts": str(failures), "endpoint": self._endpoint.id}
            return Rejected(code=UNDELIVERABLE_CODE, message=str(answer), details=details)
        due_s = self._clock.monotonic_s() + delay_s
        self._attempts[record.source] = _Attempts(failures=failures, due_s=due_s, last_answer=str(answer))
        if isinstance(answer, Answered) and answer.status == 429:
            return Throttled(reason=str(answer), retry_after_s=delay_s)
        return Unavailable(reason=str(answer), retry_after_s=delay_s)

    async def _give_up_on(self, record: Record, message: Message, failures: int, answer: str) -> None:
        await self._publish(
            undeliverable_event.event_of(
                record, message, self._endpoint, attempts=failures, last_answer=answer, now=self._clock.now()
            )
        )
        self._attempts.pop(record.source, None)
        with self._best_effort.of("webhook_undeliverable"):
            self._observer.webhook_undeliverable(endpoint=self._endpoint.id)
        log.error("webhook_undeliverable", endpoint=self._endpoint.id, webhook_id=message.id)


def _texts(headers: Headers) -> dict[str, str]:
    return {name: value.decode("latin-1") for name, value in headers}

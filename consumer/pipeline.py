"""
One connection's way from a Kafka record to NetSuite, on one screen: decode, enrich, route, map, write, tell.

What happens to the offset is the engine's business; this module only says what became of the record, and has
told the world before it says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import structlog

from consumer import bookings, enrichment, routing
from consumer.clock import Clock
from consumer.connection import Connection
from consumer.foresight import Foreseen, Foresight
from consumer.lago.answer import LookUp
from consumer.mapping.mapped import Mapped, Mapping, Refused
from consumer.observer import Observer
from consumer.outcome import (
    AlreadyThere,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Release,
    Unavailable,
    name_of,
    nothing_held,
)
from consumer.ownership import Ownership
from consumer.record import Publish, Record
from consumer.report import Attempt, Reporter
from consumer.trace import OFF, Tracer, publishing
from consumer.trail import NO_TRAIL, Trail, together, trails
from schemas import envelope
from schemas.envelope import Envelope, Undecodable
from schemas.wire import WriteRequest

Write = Callable[[Sequence[WriteRequest]], Awaitable[Sequence[Outcome]]]
"""Carries requests out together; an outcome for each."""

Got = TypeVar("Got")

log = structlog.get_logger(__name__)


class Pipeline:
    """Carries records of one connection, and remembers nothing of them."""

    def __init__(  # noqa: PLR0913 - everything the way needs, by keyword, once
        self,
        *,
        connection: Connection,
        reports_orphans: bool,
        all_connections: Sequence[Connection],
        write: Write,
        publish: Publish,
        clock: Clock,
        look_up: LookUp | None = None,
        observer: Observer | None = None,
        tracer: Tracer = OFF,
    ) -> None:
        """Keep what the way needs; without `look_up` no event waits for Lago's API."""
        self._code = connection.code
        self._tracer = tracer
        self._ownership = Ownership(
            connection=connection, all_connections=all_connections, reports_orphans=reports_orphans
        )
        self._reporter = Reporter.of(connection)
        self._write = write
        self._publish = publishing(publish, tracer)
        self._look_up = look_up
        self._clock = clock
        self._observer = observer
        self._foresight = Foresight(self._foresee)

    def prepare(self, records: Sequence[Record]) -> None:
        """Map the records that come next, before there is a permit for them."""
        if self._tracer is OFF:  # a trace is to show when it was done
            self._foresight.prepare(records)

    async def deliver(self, records: Sequence[Record], release: Release = nothing_held) -> Sequence[Outcome]:
        """
        What became of each record; a settled one has been told to Kafka, acknowledged, before.

        Before that, as soon as it is known, `release` frees the permit.

        Raises:
            ContractError: Kafka did not acknowledge what had to be told of one of them: none may be settled
                yet. The same calls are repeated, and NetSuite answers "already there".
        """
        if self._tracer is OFF:
            return await self._deliver(records, [NO_TRAIL] * len(records), release)
        with trails(self._tracer, records, self._clock.now(), connection=self._code) as begun:
            marked = [trail.marked(record) for trail, record in zip(begun, records, strict=True)]
            outcomes = await self._deliver(marked, begun, release)
            for trail, outcome in zip(begun, outcomes, strict=True):
                trail.led_to(outcome)
        return outcomes

    async def _deliver(
        self, records: Sequence[Record], begun: Sequence[Trail], release: Release
    ) -> list[Outcome]:
        foreseen = list(map(self._seen, records, begun))
        events = [each.event for each in foreseen]
        plans = await self._plans(foreseen, begun)
        started_s = self._clock.monotonic_s()
        outcomes = await self._carry_out(plans, begun)
        release(outcomes)
        call_ms = (self._clock.monotonic_s() - started_s) * 1000
        self._note_tries(events, outcomes, call_ms / 1000)
        told = zip(records, events, plans, outcomes, begun, strict=True)
        await _all(self._tell(*each, self._attempt(each[0], call_ms)) for each in told)
        return outcomes

    async def give_up(self, record: Record, outcome: Rejected) -> None:
        """
        Tell of a record whose time or attempts are used up.

        Raises:
            ContractError: Kafka did not acknowledge; the record must not be settled yet.
        """
        with trails(self._tracer, [record], self._clock.now(), connection=self._code) as [trail]:
            marked = trail.marked(record)
            event = self._seen(marked, trail).event
            with trail.span.current():
                await self._tell_failure(marked, event, outcome, self._attempt(record, call_ms=0.0))
            trail.led_to(outcome)

    def _seen(self, record: Record, trail: Trail) -> Foreseen:
        return self._foresight.of(record) if trail is NO_TRAIL else self._foresee(record, trail)

    def _foresee(self, record: Record, trail: Trail = NO_TRAIL) -> Foreseen:
        with trail.step("decode"):
            event = envelope.decode(record.value)
        with trail.step("map"):
            plan = routing.plan(event, self._ownership)
            return Foreseen(event=event, plan=plan, unknown=enrichment.wanted(event, plan, self._ownership))

    async def _plans(
        self, foreseen: Sequence[Foreseen], begun: Sequence[Trail]
    ) -> Sequence[Mapping | Unavailable]:
        if all(each.unknown is None for each in foreseen):
            return [each.plan for each in foreseen]
        return await _all(map(self._plan, foreseen, begun))

    async def _plan(self, seen: Foreseen, trail: Trail) -> Mapping | Unavailable:
        event, customer = seen.event, seen.unknown
        if customer is None or isinstance(event, Undecodable):
            return seen.plan
        if self._look_up is None or not customer.external_id:
            return enrichment.unasked(seen.plan, customer, event, self._ownership)
        with trail.step("look_up"):
            answer = await self._look_up(customer.external_id)
            enriched = enrichment.answered(event, customer, answer, self._ownership)
        return routing.plan(enriched, self._ownership) if isinstance(enriched, Envelope) else enriched

    async def _carry_out(
        self, plans: Sequence[Mapping | Unavailable], begun: Sequence[Trail]
    ) -> list[Outcome]:
        mapped = [(plan, trail) for plan, trail in zip(plans, begun, strict=True) if isinstance(plan, Mapped)]
        for plan, _ in mapped:
            self._note_fallbacks(plan)
        requests = [plan.request for plan, _ in mapped]
        with together([trail for _, trail in mapped]):
            written = iter(await self._write(requests) if requests else ())
        return [next(written) if isinstance(plan, Mapped) else _unsent(plan) for plan in plans]

    async def _tell(
        self,
        record: Record,
        event: Envelope | Undecodable,
        plan: Mapping | Unavailable,
        outcome: Outcome,
        trail: Trail,
        attempt: Attempt,
    ) -> None:
        with trail.span.current():
            await self._tell_world(record, event, plan, outcome, attempt)

    async def _tell_world(
        self,
        record: Record,
        event: Envelope | Undecodable,
        plan: Mapping | Unavailable,
        outcome: Outcome,
        attempt: Attempt,
    ) -> None:
        if isinstance(outcome, Rejected):
            await self._tell_failure(record, event, outcome, attempt)
        elif isinstance(outcome, Delivered | AlreadyThere) and isinstance(event, Envelope):
            action = plan.action if isinstance(plan, Mapped) else None
            for result in self._reporter.results(record, event, outcome.written, attempt, action):
                await self._publish(result)
            self._note_bookings(event, outcome, attempt)

    async def _tell_failure(
        self, record: Record, event: Envelope | Undecodable, outcome: Rejected, attempt: Attempt
    ) -> None:
        await self._publish(self._reporter.failure(record, event, outcome, attempt))
        if self._observer is not None:
            self._observer.error_published(connection=self._code, code=outcome.code)
            self._note_bookings(event, outcome, attempt)

    def _note_tries(
        self, events: Sequence[Envelope | Undecodable], outcomes: Sequence[Outcome], took_s: float
    ) -> None:
        for event, outcome in zip(events, outcomes, strict=True):
            if self._observer is not None and not isinstance(outcome, Ignored):
                kind = event.object_type if isinstance(event, Envelope) else ""
                self._observer.delivered(
                    object=bookings.object_of(kind), outcome=name_of(outcome), seconds=took_s
                )

    def _note_bookings(self, event: Envelope | Undecodable, outcome: Outcome, attempt: Attempt) -> None:
        if self._observer is None or isinstance(event, Undecodable):
            return
        at_s = attempt.now.timestamp()
        for booking in bookings.of(event, outcome):
            self._observer.booked(connection=self._code, booking=booking, at_s=at_s)

    def _attempt(self, record: Record, call_ms: float) -> Attempt:
        now = self._clock.now()
        first_at = record.first_tried_at or now
        return Attempt(number=record.tries, first_at=first_at, now=now, call_ms=call_ms)

    def _note_fallbacks(self, plan: Mapped) -> None:
        for choice in plan.fallbacks:
            log.warning("fallback_used", connection=self._code, subject=choice.subject, at=choice.at)
            if self._observer is not None:
                self._observer.fallback_used(connection=self._code, rule=choice.rule)


def _unsent(plan: Refused | Ignored | Unavailable) -> Outcome:
    return plan.rejection if isinstance(plan, Refused) else plan


async def _all(awaitables: Iterable[Awaitable[Got]]) -> list[Got]:
    """Side by side, each to its end; only then what one of them raised."""
    ended = await asyncio.gather(*awaitables, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if not isinstance(each, BaseException)]

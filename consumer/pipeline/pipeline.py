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

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.events.outgoing import Attempt, Reporter
from consumer.lago.lookup_result import LookUp
from consumer.mapping.result import Mapped, Mapping, Refused
from consumer.outcome import (
    AlreadyThere,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Release,
    Unavailable,
    nothing_held,
)
from consumer.pipeline.fallback_event import ContainedReporter
from consumer.pipeline.observer import Observations, Observer
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.planner import Planner
from consumer.pipeline.prefetch import Foreseen, Foresight
from consumer.record import Publish, Record
from consumer.tracing.contained_tracer import contained
from consumer.tracing.record_spans import NO_TRAIL, Trail, together, trails
from consumer.tracing.tracer import OFF, Tracer, publishing
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
        self._tracer = contained(tracer)
        self._planner = Planner(
            Ownership(connection=connection, all_connections=all_connections, reports_orphans=reports_orphans)
        )
        self._reporter = ContainedReporter(reporter=Reporter.of(connection))
        self._write = write
        self._publish = publishing(publish, self._tracer)
        self._look_up = look_up
        self._clock = clock
        self._observations = Observations(connection.code, observer)
        self._foresight = Foresight(self._planner.foresee)

    def prepare(self, records: Sequence[Record]) -> None:
        """Map the records that come next, before there is a permit for them."""
        if self._tracer is OFF:  # a trace is to show when it was done
            self._foresight.prepare(records)

    async def deliver(self, records: Sequence[Record], release: Release = nothing_held) -> Sequence[Outcome]:
        """
        What became of each record; a settled one has been told to Kafka, acknowledged, before.

        Before that, as soon as it is known, `release` frees the permit. What our own code raises on a record
        is the end of that one alone (`consumer.errors`); what a call raises concerns all that are in it.

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
        plans = await self._plans(records, foreseen, begun)
        started_s = self._clock.monotonic_s()
        outcomes = await self._carry_out(plans, begun)
        release(outcomes)
        call_ms = (self._clock.monotonic_s() - started_s) * 1000
        self._observations.tried(events, outcomes, call_ms / 1000)
        told = zip(records, events, plans, outcomes, begun, strict=True)
        return await _all(self._tell(*each, self._attempt(each[0], call_ms)) for each in told)

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
        return self._foresight.of(record) if trail is NO_TRAIL else self._planner.foresee(record, trail)

    async def _plans(
        self, records: Sequence[Record], foreseen: Sequence[Foreseen], begun: Sequence[Trail]
    ) -> Sequence[Mapping | Unavailable]:
        if all(each.unknown is None for each in foreseen):
            return [each.plan for each in foreseen]
        return await _all(map(self._plan, records, foreseen, begun))

    async def _plan(self, record: Record, seen: Foreseen, trail: Trail) -> Mapping | Unavailable:
        customer = seen.unknown
        if customer is None:
            return seen.plan
        if self._look_up is None or not customer.external_id:
            return self._planner.unasked(record, seen)
        with trail.step("look_up"):
            answer = await self._look_up(customer.external_id)
        return self._planner.answered(record, seen, answer)

    async def _carry_out(
        self, plans: Sequence[Mapping | Unavailable], begun: Sequence[Trail]
    ) -> list[Outcome]:
        mapped = [(plan, trail) for plan, trail in zip(plans, begun, strict=True) if isinstance(plan, Mapped)]
        for plan, _ in mapped:
            self._observations.fell_back(plan)
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
    ) -> Outcome:
        """What the record has come to in the end."""
        with trail.span.current():
            if isinstance(outcome, Rejected):
                return await self._tell_failure(record, event, outcome, attempt)
            if not isinstance(outcome, Delivered | AlreadyThere) or isinstance(event, Undecodable):
                return outcome
            action = plan.action if isinstance(plan, Mapped) else None
            results = self._reporter.results(record, event, outcome.written, attempt, action)
            if isinstance(results, Rejected):
                return await self._tell_failure(record, event, results, attempt)
            for result in results:
                await self._publish(result)
            self._observations.booked(event, outcome, attempt.now)
            return outcome

    async def _tell_failure(
        self, record: Record, event: Envelope | Undecodable, outcome: Rejected, attempt: Attempt
    ) -> Rejected:
        failure, ended = self._reporter.failure(record, event, outcome, attempt)
        await self._publish(failure)
        self._observations.error_published(ended.code)
        self._observations.booked(event, ended, attempt.now)
        return ended

    def _attempt(self, record: Record, call_ms: float) -> Attempt:
        now = self._clock.now()
        first_at = record.first_tried_at or now
        return Attempt(number=record.tries, first_at=first_at, now=now, call_ms=call_ms)


def _unsent(plan: Refused | Ignored | Unavailable) -> Outcome:
    return plan.rejection if isinstance(plan, Refused) else plan


async def _all(awaitables: Iterable[Awaitable[Got]]) -> list[Got]:
    """Side by side, each to its end; only then what one of them raised."""
    ended = await asyncio.gather(*awaitables, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if not isinstance(each, BaseException)]

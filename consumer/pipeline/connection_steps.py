"""The steps themselves: what one connection does with a record, where nothing goes wrong in our own code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.events import summary
from consumer.events.outgoing import Attempt
from consumer.lago.lookup_result import LookUp, LookupResult
from consumer.mapping import blamed_setting
from consumer.mapping.result import Mapped, Mapping, Refused
from consumer.outcome import Confirmed, Ignored, Outcome, Rejected, Unavailable
from consumer.pipeline import enrichment, routing
from consumer.pipeline.enrichment import Wanted
from consumer.pipeline.fallback_event import ContainedOutgoingEvents
from consumer.pipeline.known_zones import KnownZones
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.steps import PlannedEvent, Steps, WriteResult
from consumer.record import Publish, Record
from schemas import envelope
from schemas.envelope import Envelope, Undecodable
from schemas.wire import WriteRequest

SHADOW = Ignored(rule="shadow")
"""The outcome of what a connection with ``mode: shadow`` would write."""

Write = Callable[[Sequence[WriteRequest]], Awaitable[Sequence[Outcome]]]
"""Carries requests out together; an outcome for each."""


class ConnectionSteps:
    """The steps of one connection; without `look_up` no event waits for Lago's API."""

    def __init__(
        self,
        *,
        ownership: Ownership,
        outgoing: ContainedOutgoingEvents,
        write: Write,
        publish: Publish,
        look_up: LookUp | None,
        clock: Clock,
    ) -> None:
        self._ownership = ownership
        self._outgoing = outgoing
        self._write = write
        self._publish = publish
        self._look_up = look_up
        self._clock = clock
        self._zones = KnownZones()

    def steps(self) -> Steps:
        """All of them, to be wrapped."""
        return Steps(
            decode=self.decode,
            plan=self.plan,
            look_up=self.look_up,
            enrich=self.enrich,
            write=self.write,
            publish=self.publish,
        )

    def decode(self, record: Record) -> Envelope | Undecodable:
        """The event in the record's value; a payment with the time zone that earlier events have named."""
        return self._zones.completed(envelope.decode(record.value))

    def plan(self, _: Record, event: Envelope | Undecodable) -> PlannedEvent:
        """The event routed and mapped, as far as it says itself whose it is."""
        plan = routing.plan(event, self._ownership)
        customer = enrichment.wanted(event, plan, self._ownership)
        if customer is None or isinstance(event, Undecodable):
            return _planned(event, plan)
        if self._look_up is None or not customer.external_id:
            return _planned(event, enrichment.unasked(plan, customer, event, self._ownership))
        return PlannedEvent(event=event, plan=plan, unknown=customer)

    async def look_up(self, _: Record, customer: Wanted) -> LookupResult:
        """
        What Lago's API says about the customer.

        Raises:
            LookupError: the connection has no API; no plan of such a connection names a customer.
        """
        if self._look_up is None:
            raise LookupError("this connection has no Lago API")
        return await self._look_up(customer.external_id)

    def enrich(self, _: Record, planned: PlannedEvent, looked_up: LookupResult) -> PlannedEvent:
        """The plan now that the customer is known: the event routed and mapped once more, with it."""
        event, customer = planned.event, planned.unknown
        if customer is None or isinstance(event, Undecodable):
            return planned
        enriched = enrichment.answered(event, customer, looked_up, self._ownership)
        plan = routing.plan(enriched, self._ownership) if isinstance(enriched, Envelope) else enriched
        return _planned(event, plan)

    async def write(self, _: Sequence[Record], planned: Sequence[PlannedEvent]) -> WriteResult:
        """Send what is mapped in one call, in shadow nothing; what is not mapped has its outcome already."""
        started_s = self._clock.monotonic_s()
        if self._ownership.connection.mode == "shadow":
            return WriteResult(outcomes=[_shadowed(each.plan) for each in planned], call_s=0.0)
        requests = [each.plan.request for each in planned if isinstance(each.plan, Mapped)]
        written = iter(await self._write(requests) if requests else ())
        outcomes = [_outcome(each.plan, written, self._ownership.connection) for each in planned]
        return WriteResult(outcomes=outcomes, call_s=self._clock.monotonic_s() - started_s)

    async def publish(
        self, record: Record, planned: PlannedEvent, outcome: Outcome, attempt: Attempt
    ) -> Outcome:
        """What is to be known of a settled record, acknowledged by Kafka; of any other nothing."""
        if isinstance(outcome, Confirmed):
            outcome = await self._publish_results(record, planned, outcome, attempt)
        if isinstance(outcome, Rejected):
            failure, outcome = self._outgoing.failure(record, planned.event, outcome, attempt)
            await self._publish(failure)
        return outcome

    async def _publish_results(
        self, record: Record, planned: PlannedEvent, outcome: Confirmed, attempt: Attempt
    ) -> Outcome:
        if isinstance(planned.event, Undecodable):
            return outcome
        action = planned.plan.action if isinstance(planned.plan, Mapped) else None
        results = self._outgoing.results(record, planned.event, outcome, attempt, action)
        if isinstance(results, Rejected):
            return results
        for result in results:
            await self._publish(result)
        return outcome


def _planned(event: Envelope | Undecodable, plan: Mapping | Unavailable) -> PlannedEvent:
    if isinstance(plan, Mapped) and isinstance(event, Envelope):
        event = summary.without_details(event)
    return PlannedEvent(event=event, plan=plan)


def _shadowed(plan: Mapping | Unavailable) -> Outcome:
    if isinstance(plan, Mapped):
        return SHADOW
    return plan.rejection if isinstance(plan, Refused) else plan


def _outcome(plan: Mapping | Unavailable, written: Iterator[Outcome], connection: Connection) -> Outcome:
    if isinstance(plan, Mapped):
        return blamed_setting.explained(next(written), plan.decisions, connection)
    return plan.rejection if isinstance(plan, Refused) else plan

"""
One connection's way from a Kafka record to NetSuite: decode, enrich, route, map, write, publish.

What happens to the offset is decided by the engine; this module only gives what became of the record, after
that has been published. The steps are in `connection_steps`; what is around them is put there by `assembly`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from consumer.clock import Clock
from consumer.events.outgoing import Attempt
from consumer.outcome import Outcome, Rejected, Release, nothing_held
from consumer.pipeline.prefetch import Prefetch
from consumer.pipeline.steps import PlannedEvent, Steps
from consumer.record import Record

Got = TypeVar("Got")


class Pipeline:
    """Carries records of one connection; keeps nothing of them but what is mapped before its turn."""

    def __init__(self, steps: Steps, clock: Clock) -> None:
        self._steps = steps
        self._clock = clock
        self._prefetch = Prefetch(self._planned)

    def prepare(self, records: Sequence[Record]) -> None:
        """Map the records that come next, before there is a permit for them."""
        self._prefetch.prepare(records)

    async def deliver(self, records: Sequence[Record], release: Release = nothing_held) -> Sequence[Outcome]:
        """
        What became of each record; what is to be published of a settled one is acknowledged by then.

        Before that, as soon as the outcomes are known, `release` frees the permit. What our own code raises
        on a record is the end of that one alone (`consumer.errors`); what a call raises concerns all in it.

        Raises:
            ContractError: Kafka did not acknowledge what had to be published of one of them: none may be
                settled yet. The same calls are repeated, and NetSuite answers "already there".
        """
        planned = list(map(self._prefetch.of, records))
        if any(each.unknown for each in planned):
            planned = await _all([*map(self._enriched, records, planned)])
        written = await self._steps.write(records, planned)
        release(written.outcomes)
        attempts = [self._attempt(record, written.call_s) for record in records]
        return await _all([*map(self._steps.publish, records, planned, written.outcomes, attempts)])

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        """
        Publish the error event of a record whose time or attempts are used up.

        Raises:
            ContractError: Kafka did not acknowledge; the record must not be settled yet.
        """
        attempt = self._attempt(record, call_s=0.0)
        await self._steps.publish(record, self._prefetch.of(record), rejected, attempt)

    def _planned(self, record: Record) -> PlannedEvent:
        return self._steps.plan(record, self._steps.decode(record))

    async def _enriched(self, record: Record, planned: PlannedEvent) -> PlannedEvent:
        if planned.unknown is None:
            return planned
        return self._steps.enrich(record, planned, await self._steps.look_up(record, planned.unknown))

    def _attempt(self, record: Record, call_s: float) -> Attempt:
        now = self._clock.now()
        first_at = record.first_tried_at or now
        return Attempt(number=record.tries, first_at=first_at, now=now, call_ms=call_s * 1000)


async def _all(awaitables: Sequence[Awaitable[Got]]) -> list[Got]:
    """Side by side, each to its end; only then what one of them raised."""
    if len(awaitables) == 1:  # without a task of its own
        return [await awaitables[0]]
    ended = await asyncio.gather(*awaitables, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if not isinstance(each, BaseException)]

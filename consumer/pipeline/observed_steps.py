"""The steps with their figures: what is written and what is published is counted. None of that raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from consumer.events.outgoing import Attempt
from consumer.mapping.result import Mapped
from consumer.outcome import AlreadyThere, Delivered, Outcome, Rejected
from consumer.pipeline.observer import Observations
from consumer.pipeline.steps import PlannedEvent, Steps, WriteResult
from consumer.record import Record


def observed(steps: Steps, observations: Observations) -> Steps:
    """The same steps; `write` and `publish` are counted."""
    own = _ObservedSteps(steps, observations)
    return replace(steps, write=own.write, publish=own.publish)


class _ObservedSteps:
    def __init__(self, steps: Steps, observations: Observations) -> None:
        self._steps = steps
        self._observations = observations

    async def write(self, records: Sequence[Record], planned: Sequence[PlannedEvent]) -> WriteResult:
        for each in planned:
            if isinstance(each.plan, Mapped):
                self._observations.fell_back(each.plan)
        result = await self._steps.write(records, planned)
        self._observations.tried([each.event for each in planned], result.outcomes, result.call_s)
        return result

    async def publish(
        self, record: Record, planned: PlannedEvent, outcome: Outcome, attempt: Attempt
    ) -> Outcome:
        ended = await self._steps.publish(record, planned, outcome, attempt)
        if isinstance(ended, Rejected):
            self._observations.error_published(ended.code)
        if isinstance(ended, Rejected | Delivered | AlreadyThere):
            self._observations.booked(planned.event, ended, attempt.now)
        return ended

"""
A pipeline with spans around it: one a record, and in it one a step.

Nothing of it is in the pipeline: each delivery gets steps that know the spans of its records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from consumer.clock import Clock
from consumer.events.outgoing import Attempt
from consumer.lago.lookup_result import LookupResult
from consumer.mapping.result import Mapped
from consumer.outcome import Outcome, Rejected, Release, nothing_held
from consumer.pipeline.enrichment import Wanted
from consumer.pipeline.pipeline import Pipeline
from consumer.pipeline.steps import PlannedEvent, Steps, WriteResult
from consumer.record import Record, Source
from consumer.tracing.record_spans import RecordSpan, record_spans, shared_write
from consumer.tracing.tracer import Tracer
from schemas.envelope import Envelope, Undecodable


class TracedPipeline:
    """Carries records as `consumer.pipeline.pipeline.Pipeline` does."""

    def __init__(
        self, made: Callable[[Callable[[Steps], Steps]], Pipeline], *, tracer: Tracer, clock: Clock, code: str
    ) -> None:
        """
        Keep what is needed to make a pipeline for each delivery.

        Args:
            made: a pipeline whose steps are wrapped by what it is given.
            tracer: makes the spans.
            clock: says when a delivery begins.
            code: of the connection.
        """
        self._made = made
        self._tracer = tracer
        self._clock = clock
        self._code = code

    def prepare(self, records: Sequence[Record]) -> None:
        """Nothing: a trace is to show when a record is mapped."""

    async def deliver(self, records: Sequence[Record], release: Release = nothing_held) -> Sequence[Outcome]:
        """
        As `Pipeline.deliver`.

        Raises:
            ContractError: as there.
        """
        with record_spans(self._tracer, records, self._clock.now(), self._code) as spans:
            marked = [span.marked(record) for span, record in zip(spans, records, strict=True)]
            outcomes = await self._pipeline(marked, spans).deliver(marked, release)
            for span, outcome in zip(spans, outcomes, strict=True):
                span.led_to(outcome)
        return outcomes

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        """
        As `Pipeline.give_up`.

        Raises:
            ContractError: as there.
        """
        with record_spans(self._tracer, [record], self._clock.now(), self._code) as [span]:
            marked = span.marked(record)
            await self._pipeline([marked], [span]).give_up(marked, rejected)
            span.led_to(rejected)

    def _pipeline(self, records: Sequence[Record], spans: Sequence[RecordSpan]) -> Pipeline:
        by_source = {record.source: span for record, span in zip(records, spans, strict=True)}
        return self._made(lambda steps: _traced(steps, by_source))


def _traced(steps: Steps, spans: dict[Source, RecordSpan]) -> Steps:
    own = _TracedSteps(steps, spans)
    return replace(
        steps, decode=own.decode, plan=own.plan, look_up=own.look_up, write=own.write, publish=own.publish
    )


class _TracedSteps:
    def __init__(self, steps: Steps, spans: dict[Source, RecordSpan]) -> None:
        self._steps = steps
        self._spans = spans

    def decode(self, record: Record) -> Envelope | Undecodable:
        with self._spans[record.source].step("decode"):
            return self._steps.decode(record)

    def plan(self, record: Record, event: Envelope | Undecodable) -> PlannedEvent:
        with self._spans[record.source].step("map"):
            return self._steps.plan(record, event)

    async def look_up(self, record: Record, customer: Wanted) -> LookupResult:
        with self._spans[record.source].step("look_up"):
            return await self._steps.look_up(record, customer)

    async def write(self, records: Sequence[Record], planned: Sequence[PlannedEvent]) -> WriteResult:
        pairs = zip(records, planned, strict=True)
        sent = [self._spans[record.source] for record, each in pairs if isinstance(each.plan, Mapped)]
        with shared_write(sent):
            return await self._steps.write(records, planned)

    async def publish(
        self, record: Record, planned: PlannedEvent, outcome: Outcome, attempt: Attempt
    ) -> Outcome:
        with self._spans[record.source].span.current():
            return await self._steps.publish(record, planned, outcome, attempt)

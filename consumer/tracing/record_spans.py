"""The spans of records in a pipeline or a relay, one per record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from consumer.events import headers
from consumer.outcome import Ambiguous, Ignored, Outcome, Rejected, Settled, name_of
from consumer.record import Record
from consumer.tracing.tracer import Span, Tracer


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpan:
    """The span of one delivery of a record."""

    tracer: Tracer
    span: Span

    def step(self, name: str, *, links: Sequence[Span] = ()) -> Span:
        """Begin a child span for a step."""
        with self.span.current():
            return self.tracer.begin(name, links=links)

    def marked(self, record: Record) -> Record:
        """The record; with this span's trace context when it has none."""
        if not self.span.headers or headers.trace(record):
            return record
        return replace(record, headers=headers.retraced(record.headers, self.span.headers))

    def led_to(self, outcome: Outcome) -> None:
        """Set the record's outcome as attributes and status."""
        self.span.note({"lago_netsuite.outcome": name_of(outcome)})
        if isinstance(outcome, Rejected):
            self.span.fail(outcome.code)
        elif isinstance(outcome, Ambiguous) or not isinstance(outcome, Settled):
            self.span.fail(name_of(outcome))
        elif isinstance(outcome, Ignored):
            self.span.note({"lago_netsuite.rule": outcome.rule})


@contextmanager
def shared_write(spans: Sequence[RecordSpan]) -> Iterator[None]:
    """
    The step ``write`` of the records of one call.

    The call's span is a child of the first record's, because it has one parent; the others link to that.
    """
    if not spans:
        yield
        return
    first = spans[0].step("write")
    with ExitStack() as steps:
        for other in spans[1:]:
            steps.callback(other.step("write", links=[first]).end)
        first.note({"lago_netsuite.records": len(spans)})
        with first:
            yield


@contextmanager
def record_spans(
    tracer: Tracer, records: Sequence[Record], now: datetime, connection: str
) -> Iterator[list[RecordSpan]]:
    """A span for each record; all end with the block."""
    begun = [_begun(tracer, record, now, connection) for record in records]
    try:
        yield begun
    except Exception as error:
        for each in begun:
            each.span.fail(type(error).__name__)
        raise
    finally:
        for each in begun:
            each.span.end()


def _begun(tracer: Tracer, record: Record, now: datetime, connection: str) -> RecordSpan:
    carrier = headers.trace(record)
    waited_from = record.first_tried_at.timestamp() if record.first_tried_at else record.timestamp_ms / 1_000
    about: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": record.source.topic,
        "messaging.destination.partition.id": str(record.source.partition),
        "messaging.kafka.offset": record.source.offset,
        "lago_netsuite.connection": connection,
        "lago_netsuite.tries": record.tries,
    }
    name = f"process {record.source.topic}"
    span = tracer.begin(name, kind="consumer", carrier=carrier, attributes=about)
    begun = RecordSpan(tracer=tracer, span=span)
    with span.current():
        tracer.begin("wait", began_s=min(waited_from, now.timestamp())).end()
    return begun

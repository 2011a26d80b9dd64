"""What becomes of events that were sent just now, as the topics of outcomes say it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import ValidationError

from consumer.kafka import position_tail, snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_tail import Place
from consumer.record import Record
from schemas import error_event, error_mark, error_resolved, result
from schemas.error_event import ErrorEvent
from schemas.result import Result

OUTCOMES = (result.TOPIC, error_event.TOPIC)


@dataclass(slots=True, kw_only=True)
class Sent:
    """One event that was taken, by its trace, and what has become of it so far."""

    title: str
    object: str
    trace_id: str
    results: list[Result] = field(default_factory=list)
    error: ErrorEvent | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the event was rejected, or its object is written; it may write a customer first."""
        is_written = any((each.object == "customer") == (self.object == "customer") for each in self.results)
        return self.error is not None or is_written


async def ends(cluster: Cluster) -> Mapping[Place, int]:
    """
    Where the topics of outcomes end now: what was published before is of other events.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    extents = await snapshot_reader.extents(cluster, OUTCOMES)
    return {place: end for place, (_, end) in extents.items()}


async def follow(cluster: Cluster, positions: Mapping[Place, int], sent: Mapping[str, Sent]) -> None:
    """
    Note outcomes, from the positions on, until every event has one.

    Args:
        cluster: the Kafka cluster.
        positions: what `ends` gave before the events were sent.
        sent: the events by trace.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    async with position_tail.tail(cluster, OUTCOMES, positions) as batches:
        async for batch in batches:
            for record in batch.records:
                note(record, sent)
            if all(each.has_ended for each in sent.values()):
                return


def note(record: Record, sent: Mapping[str, Sent]) -> None:
    """Note what one record says of these events, if it says anything."""
    is_error = record.source.topic.endswith(error_event.TOPIC)
    is_about_one = record.header(error_mark.HEADER) or record.header("ce_type") == error_resolved.WEBHOOK_TYPE
    if record.value is None or is_about_one:
        return
    with suppress(ValidationError):
        kind = ErrorEvent if is_error else Result
        found = kind.model_validate_json(record.value)
        about = sent.get(found.trace_id or "")
        if about and isinstance(found, ErrorEvent):
            about.error = found
        elif about and isinstance(found, Result):
            about.results.append(found)

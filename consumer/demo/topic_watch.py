"""Read the topics: the position of each webhook, its outcome, and the position of each replayed event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from consumer.demo.outcomes import Endings, Place
from consumer.demo.processes_under_test import Ground
from consumer.demo.scenario_event import ScenarioEvent
from consumer.failures.original import REPLAY_OF
from consumer.kafka import topics
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_tail import tail
from consumer.lago.signatures import UNIQUE_KEY_HEADER
from consumer.record import Record
from schemas import envelope, error_event, error_mark, result
from schemas.envelope import Envelope
from schemas.error_event import ErrorEvent
from schemas.error_resolved import WEBHOOK_TYPE as RESOLVED_TYPE
from schemas.result import Result

LOOK_EVERY_S = 0.02
ORIGIN = "origin"
"""The header of events that are made from Lago's API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFromLago:
    """
    An event that was made from Lago's API.

    Attributes:
        origin: ``lago_api`` for a payment that the worker has read, ``backfill``.
        lago_id: of the object.
    """

    origin: str
    lago_id: str
    place: Place


@dataclass(slots=True, kw_only=True)
class TopicRecords:
    """
    The records read so far.

    Attributes:
        endings: results and error events.
        arrivals: the position of each webhook, by its unique key.
        replays: the position of each replayed event, by the id of its error event.
        last_results: the offset of the last result, by topic and partition.
        from_lago: the events that were made from Lago's API, in the order of their arrival.
    """

    endings: Endings = field(default_factory=Endings)
    arrivals: dict[str, Place] = field(default_factory=dict)
    replays: dict[str, Place] = field(default_factory=dict)
    last_results: dict[tuple[str, int], int] = field(default_factory=dict)
    from_lago: list[ReadFromLago] = field(default_factory=list)

    def has_ended(self, step: ScenarioEvent) -> bool:
        """Whether a result or an error event of it is published."""
        place = self.arrivals.get(step.unique_key)
        return place in self.endings.results or place in self.endings.errors

    def note(self, record: Record) -> None:
        """Add one record of any of the topics."""
        if record.source.topic.endswith(result.TOPIC):
            self.endings.note_result(Result.model_validate_json(record.value or b""))
            self.last_results[record.source.topic, record.source.partition] = record.source.offset
        elif not record.source.topic.endswith(error_event.TOPIC):
            self._note_input(record)
        elif record.header(error_mark.HEADER) is None and record.header("ce_type") != RESOLVED_TYPE:
            self.endings.note_error(ErrorEvent.model_validate_json(record.value or b""))

    def _note_input(self, record: Record) -> None:
        source = record.source
        place = (source.topic, source.partition, source.offset)
        replay_of, unique_key = record.header(REPLAY_OF), record.header(UNIQUE_KEY_HEADER)
        origin, event = record.header(ORIGIN), envelope.decode(record.value)
        if replay_of is not None:
            self.replays[replay_of] = place
        elif origin is not None and isinstance(event, Envelope):
            self.from_lago.append(ReadFromLago(origin=origin, lago_id=event.object_id, place=place))
        elif unique_key is not None:
            self.arrivals[unique_key] = place

    def read_by(self, origin: str) -> list[ReadFromLago]:
        """The events of one origin."""
        return [each for each in self.from_lago if each.origin == origin]


async def until(claim: Callable[[], bool], *, limit_s: float) -> None:
    """Wait until `claim` is true, `limit_s` at most; returns normally in both cases."""
    give_up_at_s = time.monotonic() + limit_s
    while not claim():
        if time.monotonic() > give_up_at_s:
            return
        await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def watching(processes: Ground) -> AsyncIterator[TopicRecords]:
    """Collect the records of the topics while the block runs."""
    seen = TopicRecords()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_watch(processes, seen))
        try:
            yield seen
        finally:
            task.cancel()


async def _watch(processes: Ground, seen: TopicRecords) -> None:
    names = (*topics.names("input"), result.TOPIC, error_event.TOPIC)
    async with tail(Cluster.of(processes.settings), names) as records:
        async for record in records:
            seen.note(record)

"""Follow topics from stored positions without a consumer group, batch by batch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from consumer.errors import StartupError
from consumer.kafka import topics
from consumer.kafka.access import denial
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.poller import record_of
from consumer.kafka.topic_tail import Place
from consumer.record import Record

log = structlog.get_logger(__name__)

POLL_LIMIT_MS = 250
REQUEST_LIMIT_S = 20.0
LARGEST_BATCH = 10_000
"""Records: of a backlog so many, since a transaction of many rows takes less time by row."""
GATHER_LIMIT_S = 1.0
"""For so long a batch of a backlog grows."""
FETCH_LIMIT_BYTES = 16 * 1024 * 1024
"""Of all partitions of a broker, which are kept in memory until they are taken."""
SPAN_S = 60.0
ASK_EVERY_S = 5.0
"""A broker that is away looks like one without new records, so then it is asked how far the topics are."""
ANSWER_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """
    Records as they were polled, in order within each partition; none when nothing is new.

    Attributes:
        behind: how many records the topics have beyond these, by the last answers of the brokers.
        silent_s: how long ago Kafka is known to have answered.
    """

    records: Sequence[Record]
    behind: int
    silent_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """The first offset of a partition, and the one after its last."""

    begin: int
    end: int


class PositionLostError(StartupError):
    """A stored position lies beyond the end of its topic, so what was read before is of another topic."""


@asynccontextmanager
async def tail(
    cluster: Cluster, names: Iterable[str], positions: Mapping[Place, int]
) -> AsyncIterator[AsyncIterator[Batch]]:
    """
    The records of topics from the positions on, for `SPAN_S`; topics that do not exist are left out.

    Whoever follows for longer opens it again, which finds new topics and partitions.

    Args:
        cluster: the Kafka cluster.
        names: of the topics, without prefix.
        positions: the next offset by topic (with its prefix) and partition; others begin at their beginning.

    Raises:
        StartupError: Kafka cannot be reached.
        PositionLostError: a position is beyond the end of its partition: the topic was made anew.
    """
    consumer = cluster.reader(fetch_limit_bytes=FETCH_LIMIT_BYTES)
    await cluster.start(consumer)
    try:
        places = await _places(cluster, names)
        extents = await _extents(consumer, places)
        lost = [
            place for place in places if positions.get((place.topic, place.partition), 0) > extents[place].end
        ]
        if lost:
            raise PositionLostError(f"the topic {lost[0].topic} was made anew")
        consumer.assign(places)
        for place in places:
            consumer.seek(place, max(extents[place].begin, positions.get((place.topic, place.partition), 0)))
        yield _batches(consumer, places, extents)
    except (KafkaError, TimeoutError) as error:
        denied = isinstance(error, KafkaError) and denial(error, user=cluster.user, operation="READ")
        said = f"Kafka gives no records: {str(error) or type(error).__name__}"
        raise StartupError(denied or said) from error
    finally:
        await stop(consumer)


async def _places(cluster: Cluster, names: Iterable[str]) -> list[TopicPartition]:
    wanted = [cluster.topic(name) for name in names]
    async with cluster.admin() as admin, asyncio.timeout(REQUEST_LIMIT_S):
        found = await topics.visible(admin, wanted)
    for denied in topics.absent([], found.hidden, user=cluster.user, operation="READ"):
        log.warning("topics_not_shown", error=denied)
    return [TopicPartition(name, number) for name in wanted for number in range(found.counts.get(name, 0))]


async def _extents(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]
) -> dict[TopicPartition, Extent]:
    if not places:
        return {}
    async with asyncio.timeout(REQUEST_LIMIT_S):
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
    return {place: Extent(begin=begins[place], end=ends[place]) for place in places}


async def _batches(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition], extents: Mapping[TopicPartition, Extent]
) -> AsyncIterator[Batch]:
    ends_s = time.monotonic() + SPAN_S
    answered_s = time.monotonic()
    while (now_s := time.monotonic()) < ends_s:
        batch = await _gathered(consumer, places, extents)
        if not batch.records and now_s - answered_s >= ASK_EVERY_S:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await consumer.end_offsets(places)
            answered_s = time.monotonic()
        elif batch.records:
            answered_s = time.monotonic()
        yield replace(batch, silent_s=time.monotonic() - answered_s)


async def _gathered(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition], extents: Mapping[TopicPartition, Extent]
) -> Batch:
    """What is there now; of a backlog as much as a batch takes, since a fetch brings little of it."""
    records: list[Record] = []
    ends_s = time.monotonic() + GATHER_LIMIT_S
    while True:
        room = LARGEST_BATCH - len(records)
        found = await consumer.getmany(timeout_ms=POLL_LIMIT_MS, max_records=room)
        records += [record_of(message) for messages in found.values() for message in messages]
        behind = await _behind(consumer, places, extents)
        is_full = len(records) == LARGEST_BATCH or time.monotonic() >= ends_s
        if not found or not behind or is_full:
            return Batch(records=records, behind=behind)


async def _behind(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition], extents: Mapping[TopicPartition, Extent]
) -> int:
    behind = 0
    for place in places:
        end = consumer.highwater(place) or extents[place].end
        behind += max(0, end - await consumer.position(place))
    return behind

"""Read records without a consumer group, up to the log end offset at the beginning of the read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_fixed

from consumer.errors import StartupError
from consumer.kafka import visible_topics
from consumer.kafka.access import denial, is_transient
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.partitioner import partition_of
from consumer.kafka.poller import record_of
from consumer.kafka.topic_tail import Place, committed
from consumer.record import Record, Source

POLL_LIMIT_MS = 500
SILENT_POLLS = 10
REQUEST_LIMIT_S = 20.0
COORDINATOR_ATTEMPTS = 30  # 15 s: the groups of a killed broker move after 9 (broker.session.timeout.ms)
COORDINATOR_WAIT_S = 0.5
# A seek discards prefetched records, so smaller gaps are read through instead.
READ_OVER = 2_000


async def exists(cluster: Cluster, topic: str) -> bool:
    """
    Whether Kafka has the topic; its name is without prefix.

    Raises:
        StartupError: Kafka cannot be reached, or does not let this client see the topic.
    """
    name = cluster.topic(topic)
    return name in await visible_topics.counts(cluster, name)


async def history(
    cluster: Cluster,
    topic: str,
    *,
    since_ms: int | None = None,
    keys: Collection[bytes] | None = None,
    begins: Mapping[Place, int] | None = None,
) -> AsyncIterator[Record]:
    """
    All records of a topic up to its end offsets of now.

    Args:
        cluster: the Kafka cluster.
        topic: its name without prefix.
        since_ms: begin at the first record with this timestamp (milliseconds since the epoch) or later.
        keys: only the partitions of these keys; None for all.
        begins: begin at these offsets of partitions, or where `since_ms` says so before them.

    Raises:
        StartupError: Kafka cannot be reached, lacks the topic, or stops responding.
    """
    name = cluster.topic(topic)
    count = (await visible_topics.counts(cluster, name)).get(name)
    if count is None:
        raise StartupError(f"Kafka lacks the topic {name}: create it with `lago-netsuite topics create`")
    numbers = range(count) if keys is None else {partition_of(key, range(count), ()) for key in keys}
    places = [TopicPartition(name, number) for number in sorted(numbers)]
    if not places:
        return
    async with _reader(cluster) as consumer:
        async with asyncio.timeout(REQUEST_LIMIT_S):
            ends = await consumer.end_offsets(places)
            starts = await _starts(consumer, places, since_ms, ends, begins)
        open_places = {place: ends[place] for place in places if starts[place] < ends[place]}
        consumer.assign(list(open_places))
        for place in open_places:
            consumer.seek(place, starts[place])
        async for record in until(consumer, open_places):
            yield record


async def originals(
    cluster: Cluster, sources: Iterable[Source]
) -> AsyncGenerator[tuple[Source, Record | None], None]:
    """
    The records at given positions, in the order of offsets per partition; None for a deleted record.

    Topic names have the prefix.

    Raises:
        StartupError: Kafka cannot be reached, or stops responding.
    """
    wanted: dict[TopicPartition, list[Source]] = defaultdict(list)
    for source in sorted(sources, key=lambda each: (each.topic, each.partition, each.offset)):
        wanted[TopicPartition(source.topic, source.partition)].append(source)
    counts = await visible_topics.counts(cluster, *{each.topic for each in wanted}) if wanted else {}
    for place in [place for place in wanted if place.partition >= counts.get(place.topic, 0)]:
        for source in wanted.pop(place):
            yield source, None
    if not wanted:
        # An aiokafka client that is stopped right after its start raises CancelledError.
        return
    async with _reader(cluster) as consumer:
        for place, of_place in wanted.items():
            extent = await _extent(consumer, place)
            async for found in _of_partition(consumer, place, of_place, extent):
                yield found


async def extents(cluster: Cluster, topics_: Sequence[str]) -> Mapping[Place, tuple[int, int]]:
    """
    The log start and log end offsets, by topic (with its prefix) and partition; names are without prefix.

    Raises:
        StartupError: Kafka cannot be reached, or stops responding.
    """
    names = [cluster.topic(each) for each in topics_]
    counts = await visible_topics.counts(cluster, *names)
    places = [TopicPartition(name, number) for name in names for number in range(counts.get(name, 0))]
    async with _reader(cluster) as consumer, asyncio.timeout(REQUEST_LIMIT_S):
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    return {(each.topic, each.partition): (begins[each], ends[each]) for each in places}


async def positions(cluster: Cluster, group: str) -> Mapping[Place, int]:
    """
    The committed offsets of a group, by topic (with its prefix) and partition.

    Raises:
        StartupError: Kafka cannot be reached, or has no coordinator for the group yet.
    """
    try:
        async for attempt in AsyncRetrying(
            # A new broker creates its offsets topic at the first request. AttributeError: aiokafka's client
            # raises it when a coordinator responds with an error code.
            retry=retry_if_exception(is_transient),
            stop=stop_after_attempt(COORDINATOR_ATTEMPTS),
            wait=wait_fixed(COORDINATOR_WAIT_S),
            reraise=True,
        ):
            with attempt:
                return await committed(cluster, group)
    except GroupAuthorizationFailedError as error:
        named = GroupAuthorizationFailedError(group)
        raise StartupError(denial(named, user=cluster.user, operation="DESCRIBE")) from error
    except (KafkaError, AttributeError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise StartupError(f"Kafka does not say how far the group {group} is: {reason}") from error
    raise AssertionError("tenacity gives up by raising")


@asynccontextmanager
async def _reader(cluster: Cluster) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = cluster.reader()
    await cluster.start(consumer)
    try:
        yield consumer
    except (KafkaError, TimeoutError) as error:
        denied = isinstance(error, KafkaError) and denial(error, user=cluster.user, operation="READ")
        said = f"Kafka does not give its records: {str(error) or type(error).__name__}"
        raise StartupError(denied or said) from error
    finally:
        await stop(consumer)


async def _starts(
    consumer: AIOKafkaConsumer,
    places: Sequence[TopicPartition],
    since_ms: int | None,
    ends: Mapping[TopicPartition, int],
    begins: Mapping[Place, int] | None,
) -> Mapping[TopicPartition, int]:
    starts: dict[TopicPartition, int] = await consumer.beginning_offsets(places)
    if begins is not None:
        # An offset beyond the end is one of a topic that was made anew.
        given = {place: begins.get((place.topic, place.partition), 0) for place in places}
        starts = {
            place: max(at, given[place]) if given[place] <= ends[place] else at
            for place, at in starts.items()
        }
    if since_ms is None:
        return starts
    found = await consumer.offsets_for_times(dict.fromkeys(places, since_ms))
    times = {place: at.offset if at else ends[place] for place, at in found.items()}
    return times if begins is None else {place: min(starts[place], times[place]) for place in places}


async def until(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> AsyncIterator[Record]:
    """
    The records of an assigned consumer up to these end offsets; `ends` loses what is read.

    Raises:
        StartupError: Kafka stops responding.
    """
    silent = 0
    while ends:
        batches = await consumer.getmany(*ends, timeout_ms=POLL_LIMIT_MS)
        silent = 0 if batches else silent + 1
        for place, messages in batches.items():
            for message in messages:
                if message.offset < ends[place]:
                    yield record_of(message)
        for place in [place for place in ends if await consumer.position(place) >= ends[place]]:
            del ends[place]
        if silent >= SILENT_POLLS:
            listed = ", ".join(f"{place.topic}/{place.partition}" for place in ends)
            raise StartupError(f"Kafka does not give the rest of {listed}")


async def _of_partition(
    consumer: AIOKafkaConsumer, place: TopicPartition, wanted: Sequence[Source], extent: tuple[int, int]
) -> AsyncIterator[tuple[Source, Record | None]]:
    begin, end = extent
    if end:
        consumer.assign([place])
    position = -READ_OVER
    for source in wanted:
        if not begin <= source.offset < end:
            yield source, None
            continue
        if not position <= source.offset < position + READ_OVER:
            consumer.seek(place, source.offset)
        found = await _at(consumer, place, source.offset, end)
        position = source.offset + 1
        yield source, found


async def _extent(consumer: AIOKafkaConsumer, place: TopicPartition) -> tuple[int, int]:
    """The log start offset and the log end offset."""
    async with asyncio.timeout(REQUEST_LIMIT_S):
        [begin] = (await consumer.beginning_offsets([place])).values()
        [end] = (await consumer.end_offsets([place])).values()
        return begin, end


async def _at(consumer: AIOKafkaConsumer, place: TopicPartition, offset: int, end: int) -> Record | None:
    """The record at an offset at or after the position; None when the log has no record there."""
    for _ in range(SILENT_POLLS):
        while messages := (await consumer.getmany(place, timeout_ms=POLL_LIMIT_MS, max_records=1)).get(place):
            [message] = messages
            if message.offset == offset:
                return record_of(message)
            if message.offset > offset:
                consumer.seek(place, message.offset)
                return None
        if await consumer.position(place) >= end:
            return None
    raise StartupError(f"Kafka does not give {place.topic}/{place.partition}/{offset}")

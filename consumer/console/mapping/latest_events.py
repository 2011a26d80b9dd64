"""The latest events of the input topics, read outside of any consumer group."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

from consumer.console.mapping.event_runs import Latest
from consumer.errors import StartupError
from consumer.kafka import snapshot_reader, topics
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_tail import Place


@asynccontextmanager
async def opened(cluster: Cluster, count: int) -> AsyncIterator[Latest]:
    """
    The last records of every partition, alike of each, at most so many together.

    Customers come first, then invoices, notes and payments, as a worker needs them.

    Raises:
        StartupError: Kafka cannot be reached, lacks the topics, or stops responding.
    """
    first, *_ = topics.names("input")
    if not await snapshot_reader.exists(cluster, first):
        name = cluster.topic(first)
        raise StartupError(f"Kafka lacks the topic {name}: create it with `lago-netsuite topics create`")
    extents = await snapshot_reader.extents(cluster, topics.names("input"))
    begins = begins_of(extents, count)
    total = sum(extents[place][1] - begin for place, begin in begins.items())
    async with aclosing(_values(cluster, begins)) as values:
        yield Latest(count=total, values=values)


def begins_of(extents: Mapping[Place, tuple[int, int]], count: int) -> Mapping[Place, int]:
    """
    Where to begin in each partition: it has its equal share, and what shorter ones leave of theirs.

    Args:
        extents: the first offset of each partition and the one after its last.
        count: how many records, of all partitions together.
    """
    begins: dict[Place, int] = {}
    left = count
    by_length = sorted(extents.items(), key=lambda each: each[1][1] - each[1][0])
    for number, (place, (begin, end)) in enumerate(by_length):
        taken = min(end - begin, left // (len(by_length) - number))
        begins[place] = end - taken
        left -= taken
    return begins


async def _values(cluster: Cluster, begins: Mapping[Place, int]) -> AsyncGenerator[bytes | None, None]:
    for name in topics.names("input"):
        of_topic = {place: begin for place, begin in begins.items() if place[0] == cluster.topic(name)}
        if of_topic:
            async for record in snapshot_reader.history(cluster, name, begins=of_topic):
                yield record.value

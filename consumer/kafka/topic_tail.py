"""Read topics without a consumer group, and the committed offsets of a group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer

from consumer.kafka.admin import Admin
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.poller import record_of
from consumer.record import Record

POLL_LIMIT_MS = 200
REQUEST_LIMIT_S = 10.0

Place = tuple[str, int]


@asynccontextmanager
async def tail(cluster: Cluster, topics: Sequence[str]) -> AsyncIterator[AsyncIterator[Record]]:
    """
    All records of the topics from their beginning, without end; names are without prefix.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    consumer = cluster.reader(*(cluster.topic(name) for name in topics))
    await cluster.start(consumer)
    try:
        yield _records(consumer)
    finally:
        await stop(consumer)


async def committed(cluster: Cluster, group: str) -> Mapping[Place, int]:
    """The committed offsets of a group, by topic (with its prefix) and partition."""
    async with cluster.admin() as admin:
        return await committed_now(admin, group)


async def committed_now(admin: Admin, group: str) -> Mapping[Place, int]:
    """As `committed`, by a client that is connected."""
    async with asyncio.timeout(REQUEST_LIMIT_S):
        found = await admin.list_consumer_group_offsets(group)
    return {(place.topic, place.partition): position.offset for place, position in found.items()}


async def _records(consumer: AIOKafkaConsumer) -> AsyncIterator[Record]:
    while True:
        batches = await consumer.getmany(timeout_ms=POLL_LIMIT_MS)
        for messages in batches.values():
            for message in messages:
                yield record_of(message)

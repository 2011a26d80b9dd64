"""
Restore the committed position and offset map of assigned partitions.

aiokafka's ``committed()`` returns no metadata, so the admin client reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from consumer.engine import offset_map
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition, Position
from consumer.engine.offset_map import OffsetMap, Unusable
from consumer.errors import StartupError
from consumer.kafka.cluster import Cluster
from consumer.ops.metrics import Metrics
from consumer.ops.once_a_minute import OnceAMinute

REQUEST_LIMIT_S = 10.0

Committed = Callable[[Collection[Partition]], Awaitable[Mapping[Partition, Position]]]
"""The committed position of each partition that has one."""

Begins = Callable[[Collection[Partition]], Awaitable[Mapping[Partition, int]]]
"""The log start offset of each partition."""

log = structlog.get_logger(__name__)


class Seeder:
    """
    Initialises assigned partitions in the engine with their committed state.

    Not in the rebalance callback: aiokafka returns records before the callback has ended, and ignores its
    errors (aio-libs/aiokafka#738). Until a partition is seeded it is paused, and none of its records is
    admitted.
    """

    def __init__(
        self,
        *,
        consumer: AIOKafkaConsumer,
        engine: Engine,
        committed: Committed,
        begins: Begins,
        metrics: Metrics,
    ) -> None:
        self._consumer = consumer
        self._begins = begins
        self._engine = engine
        self._committed = committed
        self._metrics = metrics
        self._once = OnceAMinute()

    async def seed(self) -> bool:
        """
        Seed unseeded partitions; returns whether all are. A failure is logged, and the next poll retries.
        """
        owned_partitions = self._engine.owned_partitions
        epochs = {partition: owned_partitions.epoch(partition) for partition in owned_partitions.unseeded}
        if not epochs:
            return True
        try:
            async with asyncio.timeout(REQUEST_LIMIT_S):
                found = await self._committed(epochs.keys())
                begins = await self._begins(found.keys())
        except (KafkaError, StartupError, TimeoutError, AttributeError) as error:
            # AttributeError: aiokafka's client raises it when a coordinator responds with an error code.
            if self._once.may_say(type(error).__name__):
                log.warning("committed_offsets_unknown", error=str(error) or type(error).__name__)
            return False
        for partition, epoch in epochs.items():
            if epoch is not None:
                self._seed(partition, epoch, found.get(partition), begins.get(partition, 0))
        return True

    def _seed(self, partition: Partition, epoch: int, position: Position | None, begin: int) -> None:
        known = self._read(partition, position) if position else None
        if not self._engine.seed(partition, epoch, known):
            return
        self._count_lost(partition, known, begin)
        tp = TopicPartition(partition.topic, partition.number)
        if known is not None and tp in self._consumer.assignment():
            self._consumer.seek(tp, known.base)

    def _count_lost(self, partition: Partition, known: OffsetMap | None, begin: int) -> None:
        self._metrics.topic_begins(topic=partition.topic)
        lost = offset_map.open_before(known, begin) if known else 0
        if lost:
            log.error("unsettled_records_deleted", partition=str(partition), count=lost, begin=begin)
            self._metrics.offset_gap(topic=partition.topic, count=lost)

    def _read(self, partition: Partition, position: Position) -> OffsetMap:
        match offset_map.decode(position.metadata, position.offset):
            case Unusable(reason=reason):
                log.warning("offset_map_ignored", partition=str(partition), reason=reason)
                self._metrics.offset_map_rejected(reason=reason)
                return OffsetMap(base=position.offset, end=position.offset)
            case known:
                return known


def committed_by(cluster: Cluster, group: str) -> Committed:
    """The positions of a consumer group."""
    return partial(_committed, cluster, group)


def begins_of(consumer: AIOKafkaConsumer) -> Begins:
    """The log start offsets, read by a consumer."""
    return partial(_begins, consumer)


async def _begins(consumer: AIOKafkaConsumer, partitions: Collection[Partition]) -> Mapping[Partition, int]:
    if not partitions:
        return {}
    asked = [TopicPartition(partition.topic, partition.number) for partition in partitions]
    found = await consumer.beginning_offsets(asked)
    return {Partition(topic=tp.topic, number=tp.partition): begin for tp, begin in found.items()}


async def _committed(
    cluster: Cluster, group: str, partitions: Collection[Partition]
) -> Mapping[Partition, Position]:
    asked = [TopicPartition(partition.topic, partition.number) for partition in partitions]
    async with cluster.admin() as admin:
        found = await admin.list_consumer_group_offsets(group, partitions=asked)
    return {
        Partition(topic=tp.topic, number=tp.partition): Position(offset=at.offset, metadata=at.metadata or "")
        for tp, at in found.items()
        if at.offset >= 0
    }

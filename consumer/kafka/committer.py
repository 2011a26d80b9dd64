"""Commit the positions of settled records, of changed partitions only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaConnectionError,
    KafkaError,
    OffsetMetadataTooLargeError,
)
from aiokafka.structs import OffsetAndMetadata

from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition, Position
from consumer.ops.metrics import Metrics
from consumer.ops.metrics.stream import CommitResult
from consumer.ops.once_a_minute import OnceAMinute

COMMIT_EVERY_S = 1.0
COMMIT_LIMIT_S = 5.0

log = structlog.get_logger(__name__)


class Committer:
    """Commits each partition's lowest unsettled offset, with the offset map of settled ones as metadata."""

    def __init__(self, *, consumer: AIOKafkaConsumer, engine: Engine, metrics: Metrics) -> None:
        self._consumer = consumer
        self._metrics = metrics
        self._is_refused = False
        self._once = OnceAMinute()
        self._engine = engine
        self._acknowledged: dict[Partition, Position] = {}
        # Two concurrent commits could reach the broker in the wrong order and reset a position.
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_refused(self) -> bool:
        """Whether Kafka has responded to the last commit with an error; False while it cannot be reached."""
        return self._is_refused

    async def run(self) -> None:
        """Commit once a second until cancelled."""
        while True:
            await asyncio.sleep(COMMIT_EVERY_S)
            await self.commit()

    async def commit(self) -> bool:
        """
        Commit now, within `COMMIT_LIMIT_S`; returns whether Kafka has all positions of settled records.

        A failed commit loses nothing: the next commit includes it, and the partition's next owner delivers
        uncommitted records again, which is idempotent.
        """
        began_s = time.perf_counter()
        result = await self._try()
        if result is not None:
            self._metrics.committed(result=result, seconds=time.perf_counter() - began_s)
        return result in {None, "ok"}

    def forget(self) -> None:
        """Drop all acknowledged positions, after partitions were revoked."""
        self._acknowledged.clear()

    async def _try(self) -> CommitResult | None:
        """The result of the commit; None when there was nothing to commit."""
        self._is_refused = False
        try:
            # aiokafka retries a failing commit without limit.
            async with asyncio.timeout(COMMIT_LIMIT_S), self._one_at_a_time:
                return "ok" if await self._commit_changes() else None
        except (CommitFailedError, IllegalStateError) as error:
            # The group has rebalanced in the meantime, which is normal.
            log.info("commit_superseded", error=str(error))
            return "superseded"
        except (KafkaError, TimeoutError) as error:
            if self._once.may_say(type(error).__name__):
                log.warning("commit_failed", error=str(error) or type(error).__name__)
            self._is_refused = not isinstance(error, KafkaConnectionError | TimeoutError)
            return "failed"

    async def _commit_changes(self) -> bool:
        changed = {
            partition: position
            for partition, position in self._engine.owned_partitions.positions().items()
            if self._acknowledged.get(partition) != position
        }
        if changed:
            await self._send(changed)
            self._acknowledged |= changed
        return bool(changed)

    async def _send(self, positions: Mapping[Partition, Position]) -> None:
        for position in positions.values():
            if position.metadata:
                self._metrics.offset_map_written(size_bytes=len(position.metadata))
        try:
            await self._consumer.commit(_offsets(positions))
        except OffsetMetadataTooLargeError:
            # offset.metadata.max.bytes is below its default: without the offset map, settled records above
            # the position are delivered again after a restart, which is idempotent.
            longest = max(len(position.metadata) for position in positions.values())
            log.warning("offset_map_refused", longest_chars=longest)
            bare = {partition: replace(position, metadata="") for partition, position in positions.items()}
            await self._consumer.commit(_offsets(bare))


def _offsets(positions: Mapping[Partition, Position]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {
        TopicPartition(partition.topic, partition.number): OffsetAndMetadata(
            position.offset, position.metadata
        )
        for partition, position in positions.items()
    }

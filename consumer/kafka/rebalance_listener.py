"""The rebalance listener: drains and commits before partitions are revoked, and registers assigned ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from consumer.engine.engine import Engine
from consumer.kafka.cluster import REBALANCE_LIMIT_MS
from consumer.kafka.committer import COMMIT_LIMIT_S, Committer
from consumer.kafka.poller import partition_of
from consumer.ops.metrics import Metrics

# The group waits for each member up to the rebalance timeout, which must include a commit and some reserve.
DRAIN_LIMIT_S = REBALANCE_LIMIT_MS / 1_000 - COMMIT_LIMIT_S - 5.0

Drained = Callable[[float], Awaitable[bool]]
"""Waits until no delivery is in flight, at most so many seconds; returns whether none is."""

log = structlog.get_logger(__name__)


class Membership(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """
    The callbacks of the consumer group.

    aiokafka logs an error of a callback and continues, so neither callback may leave an inconsistent state.
    """

    def __init__(
        self,
        *,
        consumer: AIOKafkaConsumer,
        engine: Engine,
        committer: Committer,
        drained: Drained,
        changed: Callable[[bool], None],
        metrics: Metrics,
    ) -> None:
        self._consumer = consumer
        self._engine = engine
        self._committer = committer
        self._drained = drained
        self._changed = changed
        self._metrics = metrics

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """
        Start no delivery, wait for those in flight, commit, and drop the partitions, in `DRAIN_LIMIT_S`.
        """
        if not revoked:
            return
        self._changed(False)
        self._engine.hold()
        self._consumer.pause(*(set(revoked) & self._consumer.assignment()))
        try:
            if not await self._drained(DRAIN_LIMIT_S):
                # A call in flight is not cancelled, since its result would be unknown. It goes on, and the
                # partition's next owner finds its record by the external id.
                log.warning("revoked_with_deliveries_under_way", under_way=self._engine.in_flight)
            await self._committer.commit()
        finally:
            self._engine.forget(partition_of(tp) for tp in revoked)
            self._committer.forget()
        log.info("partitions_revoked", partitions=_listed(revoked))

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Register the partitions, paused until they are seeded: aiokafka does not wait for this callback."""
        self._consumer.pause(*(set(assigned) & self._consumer.assignment()))
        self._engine.assign(partition_of(tp) for tp in assigned)
        self._changed(True)
        self._metrics.rebalanced()
        log.info("partitions_assigned", partitions=_listed(assigned))


def _listed(partitions: Collection[TopicPartition]) -> list[str]:
    return sorted(f"{tp.topic}/{tp.partition}" for tp in partitions)

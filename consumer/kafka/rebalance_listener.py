"""Partitions coming and going: nothing is lost hold of before it is finished, committed and forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from consumer.engine.engine import Engine
from consumer.kafka.cluster import REBALANCE_LIMIT_MS
from consumer.kafka.committer import COMMIT_LIMIT_S, Committer
from consumer.kafka.poller import partition_of
from consumer.ops.metrics import Metrics

# The group waits so long for every member; a commit and some slack must fit in too.
DRAIN_LIMIT_S = REBALANCE_LIMIT_MS / 1_000 - COMMIT_LIMIT_S - 5.0

Drained = Callable[[float], Awaitable[bool]]
"""Waits until no delivery is under way, at most so many seconds; whether none is."""

log = structlog.get_logger(__name__)


class Membership(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """
    Follows the consumer group.

    aiokafka logs whatever a callback raises and goes on, so neither may leave a half-way state behind.
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
        """Start nothing more, wait for what is under way, commit, forget: within the group's patience."""
        if not revoked:
            return
        self._changed(False)
        self._engine.hold()
        self._consumer.pause(*(set(revoked) & self._consumer.assignment()))
        try:
            if not await self._drained(DRAIN_LIMIT_S):
                # A call under way is not cancelled: that would make its result unknown. It ends when it ends,
                # and the partition's next owner finds what it wrote by its external id.
                log.warning("revoked_with_deliveries_under_way", under_way=self._engine.in_flight)
            await self._committer.commit()
        finally:
            self._engine.forget(partition_of(tp) for tp in revoked)
            self._committer.forget()
        log.info("partitions_revoked", partitions=_listed(revoked))

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Own the partitions, paused until they are seeded: aiokafka does not wait for this to end."""
        self._consumer.pause(*(set(assigned) & self._consumer.assignment()))
        self._engine.assign(partition_of(tp) for tp in assigned)
        self._changed(True)
        self._metrics.rebalanced()
        log.info("partitions_assigned", partitions=_listed(assigned))


def _listed(partitions: Collection[TopicPartition]) -> list[str]:
    return sorted(f"{tp.topic}/{tp.partition}" for tp in partitions)

"""
One stream of records from Kafka to a `Deliver`, with all its parts: a connection's, or any other's.

Four things go on side by side: polling, delivering, committing, and following the consumer group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom

import structlog

from consumer.clock import Clock
from consumer.dispatcher import Deliver, Dispatcher, Surrender
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.committer import Committer
from consumer.kafka.membership import Membership
from consumer.kafka.source import LaneOf, Poller
from consumer.limits.gate import Gate
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics

SILENCE_LIMIT_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What a flow is to do.

    Attributes:
        name: of the connection, in logs and metrics.
        group: the consumer group.
        instance_id: for static membership; None joins anew at each start.
        topics: without the deployment's prefix.
        permits: how many deliveries may be under way.
        drain_budget_s: how long to wait for those when stopping.
    """

    name: str
    group: str
    instance_id: str | None = None
    topics: Sequence[str]
    lane_of: LaneOf
    permits: int
    drain_budget_s: float
    park_max_age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all flows of a process share."""

    cluster: Cluster
    metrics: Metrics
    health: Health
    clock: Clock


class Flow:
    """Runs a plan; must be made and run within one event loop."""

    def __init__(self, plan: Plan, around: Surroundings, *, deliver: Deliver, give_up: Surrender) -> None:
        self._plan = plan
        self._around = around
        self._engine = Engine(
            gate=Gate(permits=plan.permits),
            backoff=Backoff(jitter=SystemRandom().random, park_max_age_s=plan.park_max_age_s),
            clock=around.clock,
        )
        self._consumer = around.cluster.consumer(group=plan.group, instance_id=plan.instance_id)
        self._dispatcher = Dispatcher(
            name=plan.name,
            engine=self._engine,
            deliver=deliver,
            give_up=give_up,
            metrics=around.metrics,
            clock=around.clock,
        )
        self._poller = Poller(
            consumer=self._consumer,
            engine=self._engine,
            lane_of=plan.lane_of,
            metrics=around.metrics,
            polled=self._polled,
            admitted=self._dispatcher.wake,
        )
        self._committer = Committer(consumer=self._consumer, engine=self._engine)
        self._is_assigned = False
        around.health.expect(plan.name)

    async def run(self, stopping: asyncio.Event) -> None:
        """
        Carry records until told to stop; then finish, commit and leave the group.

        Raises:
            StartupError: Kafka cannot be reached.
        """
        await self._around.cluster.start(self._consumer)
        try:
            self._subscribe()
            await self._work(stopping)
        finally:
            self._around.health.unwatch(self._plan.name)
            await stop(self._consumer)

    def _subscribe(self) -> None:
        membership = Membership(
            consumer=self._consumer,
            engine=self._engine,
            committer=self._committer,
            drained=self._dispatcher.drained,
            changed=self._assignment_changed,
        )
        topics = [self._around.cluster.topic(name) for name in self._plan.topics]
        self._consumer.subscribe(topics, listener=membership)

    async def _work(self, stopping: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            poller = tasks.create_task(self._poller.run())
            committer = tasks.create_task(self._committer.run())
            dispatcher = tasks.create_task(self._dispatcher.run())
            await stopping.wait()
            self._engine.close()
            poller.cancel()
            await self._drain()
            committer.cancel()
            await self._committer.commit()
            dispatcher.cancel()

    async def _drain(self) -> None:
        log.info("draining", connection=self._plan.name, under_way=self._engine.under_way)
        if not await self._dispatcher.drained(self._plan.drain_budget_s):
            # The process ends with these calls unanswered. They are not committed, so they are repeated after
            # the next start, and NetSuite answers that they had arrived.
            log.warning("drain_budget_spent", connection=self._plan.name, under_way=self._engine.under_way)

    def _assignment_changed(self, is_assigned: bool) -> None:  # noqa: FBT001 - a callback with one thing to say
        self._is_assigned = is_assigned
        if is_assigned:
            self._around.health.ready(self._plan.name)
            self._around.health.watch(self._plan.name, limit_s=SILENCE_LIMIT_S)
            self._dispatcher.wake()
        else:
            # The poll rests while the group rebalances, or while Kafka is away: no restart would help.
            self._around.health.unwatch(self._plan.name)

    def _polled(self) -> None:
        if self._is_assigned:
            self._around.health.beat(self._plan.name)

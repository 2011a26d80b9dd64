"""
One stream of records from Kafka to a `Deliver`, with all its parts: a connection's, or any other's.

Four things go on side by side: polling, delivering, committing, and following the consumer group.
"""

from __future__ import annotations

import asyncio

import structlog

from consumer.kafka.access import denial
from consumer.kafka.cluster import stop
from consumer.kafka.committer import Committer
from consumer.kafka.consumer_positions import ConsumerPositions
from consumer.kafka.poller import Poller
from consumer.kafka.position_restore import Seeder, begins_of, committed_by
from consumer.kafka.rebalance_listener import Membership
from consumer.limits import partition_lease
from consumer.limits.permits import PermitPool
from consumer.ops.best_effort import BestEffort
from consumer.stream.dispatcher import Deliver, Dispatcher, Prepare, Surrender
from consumer.stream.monitor import Vitals
from consumer.stream.stream_spec import Plan, Surroundings, engine_of

SILENCE_LIMIT_S = 60.0
MEASURE_EVERY_S = 1.0

__all__ = ["Flow", "Plan", "Surroundings"]

log = structlog.get_logger(__name__)


class Flow:
    """Runs a plan; must be made and run within one event loop."""

    def __init__(
        self,
        plan: Plan,
        around: Surroundings,
        *,
        permit_pool: PermitPool,
        deliver: Deliver,
        give_up: Surrender,
        prepare: Prepare = lambda _: None,
    ) -> None:
        self._plan = plan
        self._around = around
        self._permit_pool = permit_pool
        self._engine = engine_of(plan, around.clock, permit_pool)
        self._consumer = around.cluster.consumer(group=plan.group, instance_id=plan.instance_id)
        self._dispatcher = Dispatcher(
            name=plan.name,
            engine=self._engine,
            deliver=deliver,
            give_up=give_up,
            metrics=around.metrics,
            clock=around.clock,
            prepare=prepare,
        )
        self._poller = Poller(
            consumer=self._consumer,
            engine=self._engine,
            seeder=self._seeder(),
            place_of=plan.place_of,
            clock=around.clock,
            metrics=around.metrics,
            polled=self._polled,
            admitted=self._dispatcher.wake,
            denied=lambda e: denial(e, user=around.cluster.user, operation="READ", group=plan.group),
            remarked=lambda text: around.health.remark(f"{plan.name} on Kafka", text),
        )
        self._committer = Committer(consumer=self._consumer, engine=self._engine, metrics=around.metrics)
        self._vitals = self._measured()
        self._best_effort = BestEffort(monotonic_s=around.clock.monotonic_s)
        self._is_assigned = False
        around.health.expect(plan.name)

    async def run(self, stopping: asyncio.Event) -> None:
        """
        Carry records until told to stop; then finish, commit and leave the group. A flow runs once.

        Raises:
            StartupError: Kafka cannot be reached.
        """
        try:
            await self._around.cluster.start(self._consumer)
            self._subscribe()
            await self._work(stopping)
        except Exception:
            with self._best_effort.of("commit"):  # what is done all the same, so that no more is repeated
                await self._committer.commit()
            raise
        finally:
            self._around.health.unwatch(self._plan.name)
            self._around.health.remark(f"{self._plan.name} on Kafka", None)
            self._vitals.end()
            await stop(self._consumer)

    def _measured(self) -> Vitals:
        return Vitals(
            name=self._plan.name,
            account=self._plan.account,
            engine=self._engine,
            permit_pool=self._permit_pool,
            standing=ConsumerPositions(self._consumer),
            committer=self._committer,
            metrics=self._around.metrics,
            health=self._around.health,
            clock=self._around.clock,
            sentences=self._plan.sentences,
        )

    def _seeder(self) -> Seeder:
        return Seeder(
            consumer=self._consumer,
            engine=self._engine,
            committed=committed_by(self._around.cluster, self._plan.group),
            begins=begins_of(self._consumer),
            metrics=self._around.metrics,
        )

    def _subscribe(self) -> None:
        membership = Membership(
            consumer=self._consumer,
            engine=self._engine,
            committer=self._committer,
            drained=self._dispatcher.drained,
            changed=self._assignment_changed,
            metrics=self._around.metrics,
        )
        topics = [self._around.cluster.topic(name) for name in self._plan.topics]
        self._consumer.subscribe(topics, listener=membership)

    async def _work(self, stopping: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            poller = tasks.create_task(self._poller.run())
            committer = tasks.create_task(self._committer.run())
            dispatcher = tasks.create_task(self._dispatcher.run())
            watch = tasks.create_task(self._watch())
            await stopping.wait()
            self._engine.close()
            poller.cancel()
            await self._drain()
            committer.cancel()
            await self._committer.commit()
            dispatcher.cancel()
            watch.cancel()

    async def _watch(self) -> None:
        while True:
            with self._best_effort.of("monitor"):
                self._vitals.take()
            await asyncio.sleep(MEASURE_EVERY_S)

    async def _drain(self) -> None:
        log.info("draining", connection=self._plan.name, under_way=self._engine.in_flight)
        if not await self._dispatcher.drained(self._plan.drain_budget_s):
            # Not committed, so repeated after the next start: NetSuite answers that they had arrived.
            log.warning("drain_budget_spent", connection=self._plan.name, under_way=self._engine.in_flight)

    def _assignment_changed(self, is_assigned: bool) -> None:  # noqa: FBT001 - a callback with one thing to say
        self._is_assigned = is_assigned
        if is_assigned:
            self._take_lease()
            self._around.health.ready(self._plan.name)
            self._around.health.watch(self._plan.name, limit_s=SILENCE_LIMIT_S)
            self._dispatcher.wake()
        else:
            # The poll rests while the group rebalances, or while Kafka is away: no restart would help.
            self._around.health.unwatch(self._plan.name)

    def _take_lease(self) -> None:
        reference = self._around.cluster.topic(self._plan.topics[0])
        count = len(self._consumer.partitions_for_topic(reference) or ())
        owned = {each.number for each in self._engine.owned_partitions.partitions if each.topic == reference}
        if not count:
            return
        tokens = partition_lease.share(
            cap=self._plan.permits, partitions=count, account=self._plan.account, owned=owned
        )
        if not tokens:
            # More workers than permits, or than partitions: they add rebalances and nothing else.
            log.warning("no_permit_leased", connection=self._plan.name, cap=self._plan.permits)
        self._permit_pool.lease(tokens)
        log.info("permits_leased", connection=self._plan.name, permits=tokens, cap=self._plan.permits)

    def _polled(self) -> None:
        self._dispatcher.wake()
        if self._is_assigned:
            self._around.health.beat(self._plan.name)

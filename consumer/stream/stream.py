"""
One stream of records from Kafka to a `Deliver`, with all its parts: a connection's, or any other's.

Four things go on side by side: polling, delivering, committing, and following the consumer group.
"""

from __future__ import annotations

import asyncio
import os
import socket

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
from consumer.stream.dispatcher import Deliver, Dispatcher, Prepare, PublishGivenUp
from consumer.stream.monitor import Monitor
from consumer.stream.state_report import StateReport
from consumer.stream.stream_spec import ProcessContext, StreamSpec, backoff_of, engine_of
from consumer.stream.waiting_list import WaitingList
from consumer.stream.waiting_topic import WaitingOutput, WaitingTopic

SILENCE_LIMIT_S = 60.0
MEASURE_EVERY_S = 1.0

log = structlog.get_logger(__name__)


class Stream:
    """Runs a spec; must be made and run within one event loop."""

    def __init__(
        self,
        spec: StreamSpec,
        context: ProcessContext,
        *,
        permit_pool: PermitPool,
        deliver: Deliver,
        give_up: PublishGivenUp,
        prepare: Prepare = lambda _: None,
    ) -> None:
        self._spec = spec
        self._context = context
        self._permit_pool = permit_pool
        self._engine = engine_of(spec, context.clock, permit_pool)
        self._consumer = context.cluster.consumer(group=spec.group, instance_id=spec.instance_id)
        self._dispatcher = Dispatcher(
            name=spec.name,
            engine=self._engine,
            deliver=deliver,
            give_up=give_up,
            metrics=context.metrics,
            clock=context.clock,
            prepare=prepare,
        )
        self._poller = Poller(
            consumer=self._consumer,
            engine=self._engine,
            seeder=self._seeder(),
            place_of=spec.place_of,
            clock=context.clock,
            metrics=context.metrics,
            polled=self._polled,
            admitted=self._dispatcher.wake,
            denied=lambda e: denial(e, user=context.cluster.user, operation="READ", group=spec.group),
            remarked=lambda text: context.health.remark(f"{spec.name} on Kafka", text),
        )
        self._committer = Committer(consumer=self._consumer, engine=self._engine, metrics=context.metrics)
        self._monitor = self._new_monitor()
        self._waiting = self._waiting_topic(spec.waiting) if spec.waiting else None
        self._report = self._state_report(spec.waiting) if spec.waiting else None
        self._best_effort = BestEffort(monotonic_s=context.clock.monotonic_s)
        self._follow_pause()
        self._is_assigned = False
        context.health.expect(spec.name)

    async def run(self, stopping: asyncio.Event) -> None:
        """
        Carry records until it is stopped; then finish, commit and leave the group. A stream runs once.

        Raises:
            StartupError: Kafka cannot be reached.
        """
        try:
            await self._context.cluster.start(self._consumer)
            self._subscribe()
            await self._work(stopping)
        except Exception:
            with self._best_effort.of("commit"):  # what is done all the same, so that no more is repeated
                await self._committer.commit()
            raise
        finally:
            self._context.health.unwatch(self._spec.name)
            self._context.health.remark(f"{self._spec.name} on Kafka", None)
            self._monitor.end()
            await stop(self._consumer)

    def _new_monitor(self) -> Monitor:
        return Monitor(
            name=self._spec.name,
            account=self._spec.account,
            engine=self._engine,
            permit_pool=self._permit_pool,
            positions=ConsumerPositions(self._consumer),
            committer=self._committer,
            metrics=self._context.metrics,
            health=self._context.health,
            clock=self._context.clock,
            sentences=self._spec.sentences,
            pause=lambda: self._spec.pause,
        )

    def _waiting_topic(self, output: WaitingOutput) -> WaitingTopic:
        spec, clock = self._spec, self._context.clock
        parked = WaitingList(
            spec.name,
            engine=self._engine,
            backoff=backoff_of(spec),
            permit_pool=self._permit_pool,
            clock=clock,
        )
        return WaitingTopic(parked, output, name=spec.name, clock=clock)

    def _state_report(self, output: WaitingOutput) -> StateReport:
        return StateReport(
            output,
            connection=self._spec.name,
            worker=f"{socket.gethostname()}/{os.getpid()}",
            topic=self._context.cluster.topic(self._spec.topics[0]),
            cap=self._spec.permits,
            engine=self._engine,
            permit_pool=self._permit_pool,
            clock=self._context.clock,
        )

    def _seeder(self) -> Seeder:
        return Seeder(
            consumer=self._consumer,
            engine=self._engine,
            committed=committed_by(self._context.cluster, self._spec.group),
            begins=begins_of(self._consumer),
            metrics=self._context.metrics,
        )

    def _subscribe(self) -> None:
        membership = Membership(
            consumer=self._consumer,
            engine=self._engine,
            committer=self._committer,
            drained=self._dispatcher.drained,
            changed=self._assignment_changed,
            metrics=self._context.metrics,
        )
        topics = [self._context.cluster.topic(name) for name in self._spec.topics]
        self._consumer.subscribe(topics, listener=membership)

    async def _work(self, stopping: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            poller = tasks.create_task(self._poller.run())
            committer = tasks.create_task(self._committer.run())
            dispatcher = tasks.create_task(self._dispatcher.run())
            watching = [tasks.create_task(self._watch())]
            if self._waiting:
                watching.append(tasks.create_task(self._waiting.run()))
            if self._report:
                watching.append(tasks.create_task(self._report.run()))
            await stopping.wait()
            self._engine.close()
            poller.cancel()
            await self._drain()
            committer.cancel()
            await self._committer.commit()
            dispatcher.cancel()
            for watch in watching:
                watch.cancel()

    async def _watch(self) -> None:
        while True:
            self._follow_pause()
            with self._best_effort.of("monitor"):
                self._monitor.sample()
            await asyncio.sleep(MEASURE_EVERY_S)

    def _follow_pause(self) -> None:
        self._permit_pool.pause(is_paused=self._spec.pause is not None)

    async def _drain(self) -> None:
        log.info("draining", connection=self._spec.name, under_way=self._engine.in_flight)
        if not await self._dispatcher.drained(self._spec.drain_budget_s):
            # Not committed, so repeated after the next start: NetSuite answers that they had arrived.
            log.warning("drain_budget_spent", connection=self._spec.name, under_way=self._engine.in_flight)

    def _assignment_changed(self, is_assigned: bool) -> None:  # noqa: FBT001 - a callback with one thing to say
        self._is_assigned = is_assigned
        if is_assigned:
            self._take_lease()
            self._poller.interrupt()
            self._context.health.ready(self._spec.name)
            self._context.health.watch(self._spec.name, limit_s=SILENCE_LIMIT_S)
            self._dispatcher.wake()
            if self._waiting:
                self._waiting.assigned()
        else:
            # Polling stops while the group rebalances, or while Kafka is away: no restart would help.
            self._context.health.unwatch(self._spec.name)

    def _take_lease(self) -> None:
        reference = self._context.cluster.topic(self._spec.topics[0])
        count = len(self._consumer.partitions_for_topic(reference) or ())
        owned = {each.number for each in self._engine.owned_partitions.partitions if each.topic == reference}
        if not count:
            return
        tokens = partition_lease.share(
            cap=self._spec.permits, partitions=count, account=self._spec.account, owned=owned
        )
        if not tokens:
            # More workers than permits, or than partitions: they add rebalances and nothing else.
            log.warning("no_permit_leased", connection=self._spec.name, cap=self._spec.permits)
        self._permit_pool.lease(tokens)
        log.info("permits_leased", connection=self._spec.name, permits=tokens, cap=self._spec.permits)

    def _polled(self) -> None:
        self._dispatcher.wake()
        if self._is_assigned:
            self._context.health.beat(self._spec.name)

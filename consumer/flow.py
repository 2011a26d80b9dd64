"""
One stream of records from Kafka to a `Deliver`, with all its parts: a connection's, or any other's.

Four things go on side by side: polling, delivering, committing, and following the consumer group.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import SystemRandom

import structlog

from consumer.clock import Clock
from consumer.dispatcher import Deliver, Dispatcher, Prepare, Surrender
from consumer.engine.backoff import DEPENDENCY_MAX_AGE_S, RETRY_AFTER_CAP_S, Backoff
from consumer.engine.engine import Engine
from consumer.kafka.access import denial
from consumer.kafka.cluster import SESSION_LIMIT_MS, Cluster, stop
from consumer.kafka.committer import Committer
from consumer.kafka.membership import Membership
from consumer.kafka.seeding import Seeder, begins_of, committed_by
from consumer.kafka.source import PlaceOf, Poller
from consumer.kafka.standing import Standing
from consumer.limits import lease
from consumer.limits.gate import Gate
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.trace import OFF, Tracer
from consumer.vitals import OF_NETSUITE, Sentences, Vitals

SILENCE_LIMIT_S = 60.0
# Beyond half of the session the group may have given our partitions to somebody else.
ZOMBIE_LIMIT_S = SESSION_LIMIT_MS / 1_000 / 2
MEASURE_EVERY_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What a flow is to do.

    Attributes:
        name: of the connection, in logs and metrics.
        group: the consumer group.
        instance_id: for static membership; None joins anew at each start.
        topics: without the deployment's prefix; leases go with the partitions of the first.
        account: whose limit it is; workers of one account share it out by this name.
        permits: how many calls may be under way, all workers together.
        drain_budget_s: how long to wait for those when stopping.
        park_max_age_s: with the three that follow, the budgets of `consumer.engine.backoff.Backoff`.
        retry_after_cap_s: the longest wait that an answer may ask for.
        sentences: what is said of whoever is left alone.
    """

    name: str
    group: str
    instance_id: str | None = None
    topics: Sequence[str]
    place_of: PlaceOf
    account: str
    permits: int
    drain_budget_s: float
    park_max_age_s: float
    record_max_age_s: float = math.inf
    dependency_max_age_s: float = DEPENDENCY_MAX_AGE_S
    hold_limit_s: float = math.inf
    retry_after_cap_s: float = RETRY_AFTER_CAP_S
    sentences: Sentences = field(default_factory=lambda: OF_NETSUITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all flows of a process share."""

    cluster: Cluster
    metrics: Metrics
    health: Health
    clock: Clock
    tracer: Tracer = OFF


class Flow:
    """Runs a plan; must be made and run within one event loop."""

    def __init__(
        self,
        plan: Plan,
        around: Surroundings,
        *,
        gate: Gate,
        deliver: Deliver,
        give_up: Surrender,
        prepare: Prepare = lambda _: None,
    ) -> None:
        self._plan = plan
        self._around = around
        self._gate = gate
        self._engine = _engine(plan, around.clock, gate)
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
            self._vitals.end()
            await stop(self._consumer)

    def _measured(self) -> Vitals:
        return Vitals(
            name=self._plan.name,
            account=self._plan.account,
            engine=self._engine,
            gate=self._gate,
            standing=Standing(self._consumer),
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
            self._vitals.take()
            await asyncio.sleep(MEASURE_EVERY_S)

    async def _drain(self) -> None:
        log.info("draining", connection=self._plan.name, under_way=self._engine.under_way)
        if not await self._dispatcher.drained(self._plan.drain_budget_s):
            # Not committed, so repeated after the next start: NetSuite answers that they had arrived.
            log.warning("drain_budget_spent", connection=self._plan.name, under_way=self._engine.under_way)

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
        owned = {each.number for each in self._engine.holdings.partitions if each.topic == reference}
        if not count:
            return
        tokens = lease.share(
            cap=self._plan.permits, partitions=count, account=self._plan.account, owned=owned
        )
        if not tokens:
            # More workers than permits, or than partitions: they add rebalances and nothing else.
            log.warning("no_permit_leased", connection=self._plan.name, cap=self._plan.permits)
        self._gate.lease(tokens)
        log.info("permits_leased", connection=self._plan.name, permits=tokens, cap=self._plan.permits)

    def _polled(self) -> None:
        self._dispatcher.wake()
        if self._is_assigned:
            self._around.health.beat(self._plan.name)


def _engine(plan: Plan, clock: Clock, gate: Gate) -> Engine:
    backoff = Backoff(
        jitter=SystemRandom().random,
        park_max_age_s=plan.park_max_age_s,
        record_max_age_s=plan.record_max_age_s,
        dependency_max_age_s=plan.dependency_max_age_s,
        hold_limit_s=plan.hold_limit_s,
        retry_after_cap_s=plan.retry_after_cap_s,
    )
    return Engine(gate=gate, backoff=backoff, clock=clock, silence_limit_s=ZOMBIE_LIMIT_S)

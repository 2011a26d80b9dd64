"""A worker with all its real parts; only Kafka, NetSuite and time are in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from aiokafka import TopicPartition

from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition, Position
from consumer.kafka.committer import Committer
from consumer.kafka.poller import Poller, partition_of
from consumer.kafka.position_restore import Seeder
from consumer.kafka.rebalance_listener import Membership
from consumer.lago.lookup_result import Listed
from consumer.limits.permits import PermitPool
from consumer.ops.metrics import Metrics
from consumer.outcome import Outcome
from consumer.pipeline.assembly import Delivery, delivery_of
from consumer.pipeline.observer import Observer
from consumer.record import Event
from consumer.stream.dispatcher import Dispatcher
from consumer.tracing.tracer import OFF
from schemas.lane import place_of
from schemas.wire import WriteRequest
from tests.memory.system import Consumer, Life, World, tp
from tests.support import lago
from tests.support.connection_files import connection

NAME = "netsuite-eu"
LAGO_API = {"api_url": "https://api.lago.example", "api_key": "k"}
TRACER = OFF
ZOMBIE_LIMIT_S = 22.5
TURNS_AT_MOST = 20_000
TURNS_BETWEEN_TICKS = 20


class Worker:
    """
    One worker; several may live in one world.

    Time passes only in `until`: a tick of a second, with a commit, now and then.
    """

    def __init__(self, world: World, life: Life | None = None, *, permits: int = 5) -> None:
        self.world = world
        self.life = life or Life()
        self.commits = True
        self.seconds_a_tick = 1.0
        clock = world.clock
        self.permit_pool = PermitPool(cap=permits, clock=clock, jitter=lambda: 0.5)
        self.engine = Engine(
            permit_pool=self.permit_pool,
            backoff=Backoff(jitter=lambda: 0.5),
            clock=clock,
            silence_limit_s=ZOMBIE_LIMIT_S,
        )
        self.metrics = Metrics(version="test")
        self.consumer = Consumer(kafka=world.kafka, life=self.life)
        delivery = self._delivery()
        self.dispatcher = Dispatcher(
            name=NAME,
            engine=self.engine,
            deliver=delivery.deliver,
            give_up=delivery.give_up,
            metrics=self.metrics,
            clock=clock,
            prepare=delivery.prepare,
        )
        self.committer = Committer(consumer=self.consumer, engine=self.engine, metrics=self.metrics)
        self.membership = Membership(
            consumer=self.consumer,
            engine=self.engine,
            committer=self.committer,
            drained=self._drained,
            changed=lambda _: None,
            metrics=self.metrics,
        )
        self.poller = Poller(
            consumer=self.consumer,
            engine=self.engine,
            seeder=Seeder(
                consumer=self.consumer,
                engine=self.engine,
                committed=self._committed,
                begins=self._begins,
                metrics=self.metrics,
            ),
            place_of=place_of,
            clock=clock,
            metrics=self.metrics,
            polled=self.dispatcher.wake,
            admitted=self.dispatcher.wake,
        )

    @asynccontextmanager
    async def running(self, *partitions: int) -> AsyncIterator[Worker]:
        """As member with these partitions; at the end of the block it is gone, as after SIGKILL."""
        self.join(partitions or (0,))
        tasks = [asyncio.create_task(self.poller.run()), asyncio.create_task(self.dispatcher.run())]
        try:
            yield self
        finally:
            self.life.is_over = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def join(self, partitions: Collection[int]) -> None:
        self.consumer.assign({tp(number) for number in partitions})
        self.membership.on_partitions_assigned(self.consumer.assigned)

    async def leave(self) -> None:
        """As in a rebalance."""
        await self.membership.on_partitions_revoked(set(self.consumer.assigned))
        self.consumer.assign(set())

    async def until(
        self, claim: Callable[[], bool], *, because: str = "", turns_at_most: int = TURNS_AT_MOST
    ) -> None:
        """Run it until a claim holds, or it is killed."""
        for turn in range(turns_at_most):
            if claim() or self.life.is_over:
                return
            await asyncio.sleep(0)
            if turn % TURNS_BETWEEN_TICKS == TURNS_BETWEEN_TICKS - 1:
                await self.tick()
        raise AssertionError(because or "it does not come about")

    async def until_dead(self) -> None:
        await self.until(lambda: False, because=f"it never reached {self.life.ends_at}")

    async def until_at_rest(self, turns_at_most: int = TURNS_AT_MOST) -> None:
        """Until everything that was produced is settled and committed."""
        await self.until(self.is_at_rest, turns_at_most=turns_at_most)
        await self.committer.commit()

    def is_at_rest(self) -> bool:
        owned_partitions = self.engine.owned_partitions
        return owned_partitions.unsettled == 0 and all(
            self._has_taken_all_of(each) for each in self.consumer.assigned
        )

    def _has_taken_all_of(self, partition: TopicPartition) -> bool:
        log = self.world.kafka.logs[partition]
        ledger = self.engine.owned_partitions.ledger(partition_of(partition))
        return not log or (ledger is not None and ledger.next_offset == log[-1].offset + 1)

    async def turns(self, count: int = 200) -> None:
        """Let it do what it can do at once; no time passes."""
        for _ in range(count):
            await asyncio.sleep(0)

    async def tick(self) -> None:
        self.world.clock.advance(self.seconds_a_tick)
        self.dispatcher.wake()
        if not self.commits:
            return
        commit = asyncio.create_task(self.committer.commit())
        # The turns of the other tasks are what is waited for.
        while not (commit.done() or self.life.is_over):  # noqa: ASYNC110
            await asyncio.sleep(0)
        if not commit.done():
            commit.cancel()

    async def _drained(self, _: float) -> bool:
        return await self.dispatcher.drained(0.0)

    async def _committed(self, partitions: Collection[Partition]) -> dict[Partition, Position]:
        found = {partition_of(each): at for each, at in self.world.kafka.committed.items()}
        return {
            each: Position(offset=found[each].offset, metadata=found[each].metadata)
            for each in partitions
            if each in found
        }

    async def _begins(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        logs = self.world.kafka.logs
        first = {each: log[0].offset if log else 0 for each, log in logs.items()}
        return {each: first.get(TopicPartition(each.topic, each.number), 0) for each in partitions}

    async def _write(self, requests: Sequence[WriteRequest]) -> Sequence[Outcome]:
        await self.life.reach("write")
        outcomes = await self.world.account.write(requests)
        await self.life.reach("written")
        return outcomes

    async def _publish(self, event: Event) -> None:
        await self.life.reach(f"publish {event.topic}")
        await self.world.kafka.publish(event)
        await self.life.reach(f"published {event.topic}")

    async def _list_payments(self, invoice_id: str) -> Listed:
        """In this Lago a card has paid each invoice at once, so that no event tells of the payment."""
        await self.life.reach("list payments")
        payment = lago.payment(lago_id=lago.id_of("payment of", invoice_id), invoice_ids=[invoice_id])
        return Listed(rows=(payment,))

    def _delivery(self) -> Delivery:
        mine = connection(code=NAME, lago=LAGO_API)
        return delivery_of(
            connection=mine,
            all_connections=(mine,),
            write=self._write,
            publish=self._publish,
            clock=self.world.clock,
            list_payments=self._list_payments,
            observer=observer_of(self.metrics),
            tracer=TRACER,
        )


def observer_of(metrics: Metrics) -> Observer:
    """The pipeline's observer."""
    return metrics

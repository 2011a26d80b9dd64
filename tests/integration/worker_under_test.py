"""A flow on a real broker for one test: topics, records in, commits and events out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import random
from typing import Any

from consumer.clock import SystemClock
from consumer.config.settings import Settings
from consumer.kafka import snapshot_reader, topics
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.limits.pause import Pauses
from consumer.limits.permits import PermitPool
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from consumer.outcome import Delivered, Outcome, Rejected, Release
from consumer.record import Event, Record
from consumer.stream.dispatcher import Deliver, PublishGivenUp
from consumer.stream.stream import Stream
from consumer.stream.stream_spec import ProcessContext, StreamSpec
from schemas.lane import Place

GROUP = "stage"
TOPIC = "lago.invoices"
EVENTUALLY_S = 60.0


@dataclass(slots=True)
class Ledger:
    """What a fake delivery was asked to do: its starts and ends in order."""

    started: list[Record] = field(default_factory=list)
    ended: list[Record] = field(default_factory=list)
    surrendered: list[tuple[Record, Rejected]] = field(default_factory=list)

    @property
    def values(self) -> list[bytes | None]:
        return [record.value for record in self.ended]

    def recording(self, inner: Callable[[Record], Awaitable[Outcome]] | None = None) -> Deliver:
        async def deliver(records: Sequence[Record], _: Release) -> Sequence[Outcome]:
            return list(await asyncio.gather(*map(deliver_one, records)))

        async def deliver_one(record: Record) -> Outcome:
            self.started.append(record)
            outcome = await inner(record) if inner else Delivered(written=())
            self.ended.append(record)
            return outcome

        return deliver

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        self.surrendered.append((record, rejected))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One test's corner of the broker."""

    cluster: Cluster
    publisher: Publisher

    async def produce(self, *values: bytes, partition: int = 0, topic: str = TOPIC) -> None:
        for value in values:
            await self.publisher.publish(Event(topic=topic, key=b"k", value=value, partition=partition))

    def context(self) -> ProcessContext:
        """That of a process of its own."""
        clock = SystemClock()
        return ProcessContext(
            cluster=self.cluster, metrics=Metrics(version="test"), health=Health(clock), clock=clock
        )

    async def committed(self, partition: int = 0, group: str = GROUP) -> int | None:
        return (await self.positions(group, [partition])).get(partition)

    async def positions(self, group: str, partitions: Iterable[int]) -> dict[int, int]:
        """Where a group stands in each partition; without those where it has committed nothing."""
        found = await snapshot_reader.positions(self.cluster, group)
        topic = self.cluster.topic(TOPIC)
        offsets = {partition: found.get((topic, partition), -1) for partition in partitions}
        return {partition: offset for partition, offset in offsets.items() if offset >= 0}

    @asynccontextmanager
    async def stream(
        self,
        deliver: Deliver,
        give_up: PublishGivenUp,
        *,
        permits: int = 5,
        drain_budget_s: float = 5.0,
        pauses: Pauses | None = None,
        context: ProcessContext | None = None,
    ) -> AsyncIterator[asyncio.Event]:
        """A running stream; leaving the block stops it gracefully, as does setting the event."""
        context = context or self.context()
        clock = context.clock
        spec = StreamSpec(
            name="stage",
            group=GROUP,
            topics=[TOPIC],
            place_of=place_of,
            account="1234567",
            permits=permits,
            drain_budget_s=drain_budget_s,
            park_max_age_s=86_400.0,
            pauses=pauses,
        )
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            permit_pool = PermitPool(cap=permits, clock=clock, jitter=random)
            tasks.create_task(
                Stream(spec, context, permit_pool=permit_pool, deliver=deliver, give_up=give_up).run(stopping)
            )
            try:
                yield stopping
            finally:
                stopping.set()


def place_of(value: bytes | None) -> Place:
    """``lane:number``; what has no colon has no lane."""
    lane, colon, _ = (value or b"").decode().partition(":")
    return Place(lane=lane if colon else None)


@asynccontextmanager
async def stage(bootstrap_servers: str, topic_prefix: str, **more: Any) -> AsyncIterator[Stage]:
    settings = Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix, **more)
    await topics.create(settings)
    cluster = Cluster.of(settings)
    producer = cluster.producer()
    await cluster.start(producer)
    try:
        yield Stage(cluster=cluster, publisher=Publisher(producer, cluster))
    finally:
        await stop(producer)


async def until(claim: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a claim about another process holds; fail when it does not in time."""
    async with asyncio.timeout(EVENTUALLY_S):
        while True:
            answer = claim()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.02)

"""Many rebalances, faster than partitions can be seeded."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from random import Random

import pytest

from consumer.outcome import Delivered, Outcome, Unavailable
from consumer.record import LaneKey, Record
from tests.chaos.event_feed import PARTITIONS, until
from tests.integration.brokers import selection
from tests.integration.worker_under_test import Ledger, Stage, stage

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

QUICK_CHANGES = 4
LONG_CHANGES = 30
EACH_TIME = 4


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


class Books:
    """What all workers deliver, and whether any two ever delivered of one lane at once or out of order."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.delivered: Counter[bytes] = Counter()
        self.busy: set[LaneKey] = set()
        self.in_order: dict[LaneKey, list[int]] = defaultdict(list)

    async def deliver(self, record: Record) -> Outcome:
        assert record.value is not None
        assert record.lane not in self.busy, f"{record.lane} twice at once"
        self.busy.add(record.lane)
        await asyncio.sleep(self.chance.uniform(0.0, 0.05))
        self.busy.remove(record.lane)
        if self.chance.random() < 0.05:
            return Unavailable(reason="503")
        self.delivered[record.value] += 1
        self.in_order[record.lane].append(record.source.offset)
        return Delivered(written=())


async def storm(on_kafka: Stage, seed: int, changes: int) -> None:
    chance = Random(seed)
    books, sent = Books(chance), Counter[int]()

    async def all_committed() -> bool:
        return await on_kafka.positions("stage", sent) == dict(sent)

    async def produce() -> None:
        for partition in range(PARTITIONS):
            events = [f"p{partition}-{n % 3}:{sent[partition] + n}".encode() for n in range(EACH_TIME)]
            await on_kafka.produce(*events, partition=partition)
            sent[partition] += len(events)

    async def stay(ledger: Ledger, seconds: float) -> None:
        async with on_kafka.stream(ledger.recording(books.deliver), ledger.give_up):
            await asyncio.sleep(seconds)

    async with AsyncExitStack() as stack:
        steady = Ledger()
        await stack.enter_async_context(on_kafka.stream(steady.recording(books.deliver), steady.give_up))
        for _ in range(changes):
            await produce()
            await stay(Ledger(), chance.uniform(0.1, 1.5))
        await until(all_committed, because=f"seed {seed}")

    assert sum(books.delivered.values()) == len(books.delivered) == sum(sent.values()), f"seed {seed}"
    assert all(offsets == sorted(offsets) for offsets in books.in_order.values()), f"seed {seed}"


async def test_invariant_5_in_a_storm_of_rebalances_every_lane_keeps_its_order_and_nothing_repeats(
    on_kafka: Stage, seed
):
    """With drains no record is lost, delivered twice, or concurrently with another one of its lane."""
    await storm(on_kafka, seed, QUICK_CHANGES)


@pytest.mark.chaos_long
async def test_invariant_5_in_a_long_storm_of_rebalances(on_kafka: Stage, seed):
    """The same for minutes."""
    await storm(on_kafka, seed, LONG_CHANGES)

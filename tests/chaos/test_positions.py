"""Positions that are not what the worker left: edited, translated, out of range, of partitions made later."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewPartitions, NewTopic
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import OffsetAndMetadata

from consumer.outcome import Delivered, Outcome, Unavailable
from consumer.record import Record
from tests.chaos.event_feed import until
from tests.integration.brokers import selection
from tests.integration.worker_under_test import GROUP, TOPIC, Ledger, Stage, stage

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

LANES = 12
METADATA_EVERY_MS = 300
FOUND_WITHIN_S = 60.0


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        watchful = replace(ready.cluster, metadata_limit_ms=METADATA_EVERY_MS)
        yield replace(ready, cluster=watchful)


def values(numbers: Iterable[int]) -> list[bytes]:
    """One lane each."""
    return [f"lane{number}:{number}".encode() for number in numbers]


def failing(*lanes: int):
    """A delivery on which these lanes fail."""
    stuck = set(values(lanes))

    async def deliver(record: Record) -> Outcome:
        return Unavailable(reason="503") if record.value in stuck else Delivered(written=())

    return deliver


async def position(on_kafka: Stage, partition: int = 0) -> OffsetAndMetadata:
    tp = TopicPartition(on_kafka.cluster.topic(TOPIC), partition)
    async with on_kafka.cluster.admin() as admin:
        return (await admin.list_consumer_group_offsets(GROUP, partitions=[tp]))[tp]


async def commit_by_hand(on_kafka: Stage, offset: int, metadata: str) -> None:
    """As an operator's tool does it, or a mirror."""
    tp = TopicPartition(on_kafka.cluster.topic(TOPIC), 0)
    tool = AIOKafkaConsumer(
        bootstrap_servers=on_kafka.cluster.bootstrap_servers, group_id=GROUP, enable_auto_commit=False
    )
    await tool.start()
    try:
        tool.assign([tp])
        await tool.commit({tp: OffsetAndMetadata(offset, metadata)})
    finally:
        await tool.stop()


async def leave_two_of_twelve_open(on_kafka: Stage) -> str:
    """Leave the first and one more unsettled; returns the committed offset map of the other ten."""
    ledger = Ledger()
    await on_kafka.produce(*values(range(LANES)))
    async with on_kafka.stream(ledger.recording(failing(0, 7)), ledger.give_up):
        await until(lambda: len(set(ledger.values)) == LANES)
    left = await position(on_kafka)
    assert left.offset == 0
    assert left.metadata
    return left.metadata


async def carried(on_kafka: Stage, end: int) -> Ledger:
    """What a worker that begins now is asked to deliver, until it has committed the end."""
    ledger = Ledger()

    async def is_done() -> bool:
        return await on_kafka.committed() == end

    async with on_kafka.stream(ledger.recording(), ledger.give_up):
        await until(is_done)
    return ledger


def once_each(ledger: Ledger, numbers: Collection[int]) -> bool:
    return Counter(ledger.values) == Counter(values(numbers))


async def test_row_9_what_a_commit_has_recorded_is_not_delivered_again(on_kafka: Stage):
    """Only the two lanes that failed are, after a restart."""
    await leave_two_of_twelve_open(on_kafka)

    ledger = await carried(on_kafka, end=LANES)

    assert once_each(ledger, [0, 7])


@pytest.mark.parametrize("metadata", ["", "bYwKTAAAAAAAAAA"])
async def test_row_14_metadata_that_was_removed_or_is_foreign_costs_a_replay(on_kafka: Stage, metadata):
    """All from the position on is delivered again, once each, and nothing is taken for done."""
    await leave_two_of_twelve_open(on_kafka)
    await commit_by_hand(on_kafka, 0, metadata)

    ledger = await carried(on_kafka, end=LANES)

    assert once_each(ledger, range(LANES))


async def test_row_14_metadata_from_another_offset_marks_nothing(on_kafka: Stage):
    """As after a mirror that translates the offset and copies the map."""
    metadata = await leave_two_of_twelve_open(on_kafka)
    await commit_by_hand(on_kafka, 2, metadata)

    ledger = await carried(on_kafka, end=LANES)

    assert once_each(ledger, range(2, LANES))


async def test_row_15_an_open_offset_that_retention_deleted_does_not_hold_the_rest(on_kafka: Stage):
    """The position jumps to what is left; what was done there stays done."""
    await leave_two_of_twelve_open(on_kafka)
    tp = TopicPartition(on_kafka.cluster.topic(TOPIC), 0)
    async with on_kafka.cluster.admin() as admin:
        await admin.delete_records({tp: RecordsToDelete(before_offset=5)})

    ledger = await carried(on_kafka, end=LANES)

    assert once_each(ledger, [7])


async def test_row_16_a_position_out_of_range_means_all_over_again(on_kafka: Stage):
    """Further than the log reaches: everything is replayed from its beginning, and the ledger restarts."""
    await on_kafka.produce(*values(range(LANES)))
    await commit_by_hand(on_kafka, 500, "")

    ledger = await carried(on_kafka, end=LANES)

    assert once_each(ledger, range(LANES))


async def test_row_16_a_topic_that_is_made_anew_under_a_running_worker_is_carried_from_its_beginning(
    on_kafka: Stage,
):
    """What it knew of the old one is void."""
    ledger = Ledger()
    name = on_kafka.cluster.topic(TOPIC)
    await on_kafka.produce(*values(range(LANES)))

    async def is_gone() -> bool:
        async with on_kafka.cluster.admin() as admin:
            return name not in await admin.list_topics()

    async def stands_at(offset: int) -> bool:
        return await on_kafka.committed() == offset

    async with on_kafka.stream(ledger.recording(), ledger.give_up):
        await until(lambda: stands_at(LANES))
        async with on_kafka.cluster.admin() as admin:
            await admin.delete_topics([name])
            await until(is_gone)
            await admin.create_topics([NewTopic(name, num_partitions=12, replication_factor=1)])
        await on_kafka.produce(*values(range(100, 103)))
        await until(lambda: stands_at(3))

    assert Counter(ledger.values) == Counter(values([*range(LANES), *range(100, 103)]))


async def test_row_17_partitions_that_are_added_are_carried_too(bootstrap_servers: str, topic_prefix: str):
    """A running worker finds them within a minute, and what was written before anybody looked."""
    ledger = Ledger()
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        name = on_kafka.cluster.topic(TOPIC)
        async with on_kafka.stream(ledger.recording(), ledger.give_up):
            await on_kafka.produce(*values([0]))
            await until(lambda: len(ledger.ended) == 1)
            async with on_kafka.cluster.admin() as admin:
                await admin.create_partitions({name: NewPartitions(total_count=15)})
            began_s = time.monotonic()
            async with stage(bootstrap_servers, topic_prefix) as later:
                for partition in range(15):
                    await later.produce(*values([100 + partition]), partition=partition)
            await until(lambda: len(ledger.ended) == 16, limit_s=FOUND_WITHIN_S)
            took_s = time.monotonic() - began_s

    assert once_each(ledger, [0, *range(100, 115)])
    assert took_s < FOUND_WITHIN_S

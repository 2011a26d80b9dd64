"""The poller: from records of the consumer to attempts of the engine."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from consumer.clock import FakeClock
from consumer.engine.decision import Park
from consumer.engine.ledger import Partition
from consumer.kafka.poller import Poller, partition_of, record_of
from consumer.kafka.position_restore import Seeder
from consumer.ops.metrics import Metrics
from consumer.outcome import Waiting
from consumer.record import Source
from schemas.lane import Place
from tests.unit.engine.records import engine_of, own
from tests.unit.kafka.fakes import FakeConsumer, message, tp


def place_of(value: bytes | None) -> Place:
    return Place(lane=value.decode().partition(":")[0] if value else None, rank=3, needs=("invoice:1",))


class Scene:
    def __init__(self, consumer: FakeConsumer, place=place_of) -> None:
        self.consumer = consumer
        self.engine = engine_of(5_000)
        self.admitted = asyncio.Event()
        self.clock = FakeClock()
        self.poller = Poller(
            consumer=consumer,
            engine=self.engine,
            seeder=Seeder(
                consumer=consumer,
                engine=self.engine,
                committed=self.committed,
                begins=self.committed,
                metrics=Metrics(version="t"),
            ),
            place_of=place,
            clock=self.clock,
            metrics=Metrics(version="test"),
            polled=lambda: None,
            admitted=self.admitted.set,
        )

    async def committed(self, _):
        raise AssertionError("everything is seeded")

    async def play(self) -> None:
        """Until the consumer has nothing left to give."""
        self.consumer.exhausted.clear()
        task = asyncio.create_task(self.poller.run())
        await self.consumer.exhausted.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_record_is_taken_as_it_came():
    """Bytes, key, headers and coordinates untouched; the lane comes from the value."""
    record = record_of(message(7, b"inv:1"), place_of)

    assert record.source == Source(topic="lago.invoices", partition=0, offset=7)
    assert (record.key, record.value, record.timestamp_ms) == (b"k", b"inv:1", 1_000)
    assert record.headers == (("traceparent", b"x"),)
    assert (record.lane, record.rank, record.needs) == ("inv", 3, ("invoice:1",))


def test_what_has_no_lane_queues_alone():
    """An undecodable record waits for no other, and no other waits for it."""
    assert record_of(message(7, None), place_of).lane == "lago.invoices/0/7"


async def test_records_of_owned_partitions_reach_the_engine_and_wake_the_dispatcher():
    """All of a batch, in order."""
    scene = Scene(FakeConsumer(batches=[{tp(0): [message(0), message(1)], tp(1): [message(5, partition=1)]}]))
    own(scene.engine, [partition_of(tp(0)), partition_of(tp(1))])

    await scene.play()

    assert scene.engine.owned_partitions.unsettled == 3
    assert scene.admitted.is_set()


async def test_a_record_that_comes_before_its_assignment_is_asked_for_again():
    """aiokafka may be early; its position is then put back, so that nothing is skipped."""
    scene = Scene(FakeConsumer(batches=[{tp(0): [message(3), message(4)]}]))

    await scene.play()

    assert scene.consumer.seeks == [(tp(0), 3)]
    assert scene.engine.owned_partitions.unsettled == 0


async def test_records_of_a_partition_that_changed_hands_while_they_were_decoded_are_dropped():
    """They are read again from the committed position; taking them here would settle them twice."""
    batch = {tp(0): [message(offset) for offset in range(100)]}
    owner = Partition(topic="lago.invoices", number=0)

    def rebalancing(value: bytes | None) -> Place:
        scene.engine.forget([owner])
        own(scene.engine, [owner])
        return place_of(value)

    scene = Scene(FakeConsumer(batches=[batch]), rebalancing)
    own(scene.engine, [owner])

    await scene.play()

    assert scene.engine.owned_partitions.unsettled == 0


async def test_a_full_partition_is_paused_and_resumed_when_there_is_room():
    """Only the full one is paused; a pause that another one has from before is ended."""
    batch = {tp(0): [message(offset, f"lane{offset}:0".encode()) for offset in range(1_000)]}
    scene = Scene(FakeConsumer(batches=[batch], paused_now={tp(1)}))
    own(scene.engine, [partition_of(tp(0)), partition_of(tp(1))])

    await scene.play()
    paused_when_full = scene.consumer.paused()
    while (call := scene.engine.take()) is not None:
        scene.engine.returned(call, ())
        scene.engine.complete(call.attempts[0])
    await scene.play()

    assert paused_when_full == {tp(0)}
    assert scene.consumer.paused() == set()


async def test_what_only_waits_does_not_keep_its_partition_paused():
    """A thousand payments of an invoice that is missing: what comes behind them may be written."""
    batch = {tp(0): [message(offset, f"lane{offset}:0".encode()) for offset in range(1_000)]}
    scene = Scene(FakeConsumer(batches=[batch]))
    own(scene.engine, [partition_of(tp(0)), partition_of(tp(1))])
    await scene.play()
    paused_when_full = scene.consumer.paused()
    call = scene.engine.take()
    assert call is not None
    missing = Waiting(on="invoice 1", missing="invoice:1")
    scene.engine.returned(call, [missing] * len(call.attempts))
    for attempt in call.attempts:
        park = scene.engine.decide(call, attempt, missing)
        assert isinstance(park, Park)
        scene.engine.park(attempt, park)
    assert scene.engine.take() is None

    scene.clock.advance(1)
    await scene.play()

    assert paused_when_full == {tp(0)}
    assert scene.consumer.paused() == set()


async def test_what_follows_on_kafka_counts_as_backlog():
    """A partition whose end is not known yet adds nothing."""
    scene = Scene(FakeConsumer(batches=[{tp(0): [message(0)]}], ends={tp(0): 8}))
    own(scene.engine, [partition_of(tp(0)), partition_of(tp(1))])

    await scene.play()

    assert scene.engine.owned_partitions.backlog == 8


async def test_what_was_lost_no_longer_counts_as_backlog():
    """Whoever has the partition now calls its records."""
    scene = Scene(FakeConsumer(batches=[{tp(0): [message(0)]}], ends={tp(0): 8}))
    own(scene.engine, [partition_of(tp(0)), partition_of(tp(1))])
    await scene.play()
    scene.consumer.assigned = {tp(1)}
    scene.engine.forget([partition_of(tp(0))])

    scene.clock.advance(1)
    await scene.play()

    assert scene.engine.owned_partitions.backlog == 0


async def test_an_error_that_no_repeat_mends_ends_the_poll():
    """A topic without read permission ends the poll with an error; it is not retried without notice."""
    scene = Scene(FakeConsumer(refuse_poll=TopicAuthorizationFailedError()))

    with pytest.raises(TopicAuthorizationFailedError):
        await scene.poller.run()

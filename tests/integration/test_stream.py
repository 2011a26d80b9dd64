"""A flow on a real broker, with a delivery that the test controls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from consumer.errors import ContractError
from consumer.outcome import Delivered, Outcome, Rejected, Throttled
from consumer.record import Record
from tests.integration.brokers import selection
from tests.integration.worker_under_test import EVENTUALLY_S, Ledger, Stage, stage, until

pytestmark = pytest.mark.kafka


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def test_records_of_one_lane_are_delivered_in_order_and_one_at_a_time(on_kafka: Stage):
    """Two lanes interleaved on one partition: each in its own order, never two of one lane at once."""
    busy: set[str] = set()

    async def exclusive(record: Record) -> Outcome:
        assert record.lane not in busy
        busy.add(record.lane)
        await asyncio.sleep(0)
        busy.remove(record.lane)
        return Delivered(written=())

    ledger = Ledger()
    await on_kafka.produce(*(f"{lane}:{n}".encode() for n in range(20) for lane in "ab"))

    async with on_kafka.stream(ledger.recording(exclusive), ledger.give_up):
        await until(lambda: len(ledger.ended) == 40)

    assert [f"a:{n}".encode() for n in range(20)] == [v for v in ledger.values if v and v[:1] == b"a"]
    assert [f"b:{n}".encode() for n in range(20)] == [v for v in ledger.values if v and v[:1] == b"b"]


async def test_a_slow_record_stops_nothing_but_its_own_lane(on_kafka: Stage):
    """While one call hangs, the rest of its partition is delivered, and the commit stays at it."""
    release = asyncio.Event()

    async def slow_first(record: Record) -> Outcome:
        if record.value == b"slow:0":
            await release.wait()
        return Delivered(written=())

    ledger = Ledger()
    await on_kafka.produce(b"a:0", b"slow:0", b"slow:1", b"a:1", b"b:0")

    async with on_kafka.stream(ledger.recording(slow_first), ledger.give_up):
        await until(lambda: len(ledger.ended) == 3)

        assert {b"a:0", b"a:1", b"b:0"} == set(ledger.values)

        async def stands_at_the_slow_one() -> bool:
            return await on_kafka.committed() == 1

        await until(stands_at_the_slow_one)
        release.set()
        await until(lambda: len(ledger.ended) == 5)

    assert await on_kafka.committed() == 5


async def test_a_refused_record_is_tried_again_before_its_lane_goes_on(on_kafka: Stage):
    """A parked record keeps its place: the next of its lane waits for it."""
    answers = iter([Throttled(reason="limit"), Throttled(reason="limit")])

    async def refused_twice(record: Record) -> Outcome:
        done = Delivered(written=())
        return next(answers, done) if record.value == b"a:0" else done

    ledger = Ledger()
    await on_kafka.produce(b"a:0", b"a:1")

    async with on_kafka.stream(ledger.recording(refused_twice), ledger.give_up):
        await until(lambda: len(ledger.ended) == 4)

    assert ledger.values == [b"a:0", b"a:0", b"a:0", b"a:1"]
    assert await on_kafka.committed() == 2


async def test_a_graceful_stop_lets_a_call_finish_and_commits_it(on_kafka: Stage):
    """A call in flight at the stop is neither cancelled nor repeated after the next start."""
    release, entered = asyncio.Event(), asyncio.Event()

    async def in_the_middle(_: Record) -> Outcome:
        entered.set()
        await release.wait()
        return Delivered(written=())

    first, second = Ledger(), Ledger()
    await on_kafka.produce(b"a:0", b"a:1")

    async with on_kafka.stream(first.recording(in_the_middle), first.give_up) as stopping:
        await entered.wait()
        stopping.set()
        release.set()
    assert await on_kafka.committed() == 1
    async with on_kafka.stream(second.recording(), second.give_up):
        await until(lambda: len(second.ended) == 1)

    assert first.values == [b"a:0"]
    assert second.values == [b"a:1"]


async def test_what_outlives_the_drain_budget_is_not_committed_and_comes_again(on_kafka: Stage):
    """A stop does not wait for ever, and does not claim what it does not know."""

    async def hangs(_: Record) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    first, second = Ledger(), Ledger()
    await on_kafka.produce(b"a:0")

    async with on_kafka.stream(first.recording(hangs), first.give_up, drain_budget_s=0.2):
        await until(lambda: len(first.started) == 1)
    async with on_kafka.stream(second.recording(), second.give_up):
        await until(lambda: len(second.ended) == 1)

    assert second.values == [b"a:0"]


async def test_a_record_whose_event_kafka_did_not_acknowledge_is_not_settled(on_kafka: Stage):
    """The offset stays while the error event is not acknowledged."""
    ledger = Ledger()

    async def unheard(record: Record) -> Outcome:
        if record.value == b"a:0":
            raise ContractError("Kafka did not acknowledge an event")
        return Delivered(written=())

    await on_kafka.produce(b"a:0", b"b:0")

    async with on_kafka.stream(ledger.recording(unheard), ledger.give_up):
        await until(lambda: len(ledger.ended) == 1)

    assert ledger.values == [b"b:0"]
    assert await on_kafka.committed() == 0


async def test_a_rejected_record_is_settled_and_its_lane_goes_on(on_kafka: Stage):
    """A rejection is an end: the pipeline has published its error event before it says so."""

    async def rejects_first(record: Record) -> Outcome:
        if record.value == b"a:0":
            return Rejected(code="unmappable", message="no")
        return Delivered(written=())

    ledger = Ledger()
    await on_kafka.produce(b"a:0", b"a:1")

    async with on_kafka.stream(ledger.recording(rejects_first), ledger.give_up):
        await until(lambda: len(ledger.ended) == 2)

    assert await on_kafka.committed() == 2


@pytest.mark.skipif(
    selection.chosen() is not None and selection.chosen().is_substitute,
    reason="the embedded broker refuses commits while a group rebalances, Apache Kafka does not",
)
async def test_two_members_share_the_work_and_a_leaver_hands_over_without_repeats(on_kafka: Stage):
    """When a member joins and another leaves, every record is delivered, none twice."""
    first, second = Ledger(), Ledger()
    partitions = range(12)

    async with on_kafka.stream(first.recording(), first.give_up) as first_stops:
        for partition in partitions:
            await on_kafka.produce(f"p{partition}:0".encode(), partition=partition)
        await until(lambda: len(first.ended) == 12)
        async with on_kafka.stream(second.recording(), second.give_up):
            sent = 0

            async def second_takes_part() -> bool:
                nonlocal sent
                sent += 1
                for partition in partitions:
                    await on_kafka.produce(f"p{partition}:{sent}".encode(), partition=partition)
                return bool(second.ended)

            await until(second_takes_part)
            first_stops.set()
            await until(lambda: len(first.ended) + len(second.ended) == 12 * (sent + 1))

    everything = first.values + second.values
    assert len(set(everything)) == len(everything) == 12 * (sent + 1)


async def test_partitions_are_read_as_soon_as_they_are_assigned(on_kafka: Stage, monkeypatch):
    """The wait for records, which begins before, does not have to end first."""
    monkeypatch.setattr("consumer.kafka.batch_reader.POLL_LIMIT_MS", int(10_000 * EVENTUALLY_S))
    await on_kafka.produce(b"a:1")
    ledger = Ledger()

    async with on_kafka.stream(ledger.recording(), ledger.give_up):
        await until(lambda: ledger.values == [b"a:1"])

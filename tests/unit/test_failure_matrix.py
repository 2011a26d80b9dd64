"""
The failure matrix, row by row, on a worker with all its parts and a world in memory.

What needs a real Kafka, a real process or a real connection is in tests/chaos; its README has the table.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from aiokafka.errors import KafkaConnectionError, NotCoordinatorForGroupError
from structlog.testing import capture_logs

from consumer.limits.circuit_breaker import Reason
from consumer.outcome import AccountDown, Ambiguous, Rejected, Unavailable
from schemas import error_event, result
from tests.memory.events import (
    CUSTOMER,
    UNMAPPED,
    UNREADABLE,
    customer,
    document,
    invoice,
    invoices,
)
from tests.memory.system import Life, World, tp
from tests.memory.worker import Worker

HOUR_S = 3_600.0


@pytest.fixture
def world() -> World:
    return World()


async def carried_to_the_end(world: World, *partitions: int) -> Worker:
    """A worker that begins where the last one ended, and goes on until nothing is left."""
    async with Worker(world).running(*partitions) as worker:
        await worker.until_at_rest()
    return worker


async def dies(world: World, at: str) -> Worker:
    """A worker that is killed at a point."""
    async with Worker(world, Life(ends_at=at)).running() as worker:
        await worker.until_dead()
    return worker


def attempts(world: World) -> list[int]:
    return [json.loads(event.value)["attempts"] for event in world.kafka.results]


def statuses(world: World) -> list[str]:
    told = [json.loads(event.value) for event in world.kafka.results]
    return [each["status"] for each in told if each["object"] == "invoice"]


async def test_row_1_killed_with_records_fetched_and_not_admitted(world):
    """Nothing was known of them, so they are read again, each for the first time."""
    world.kafka.produce(*invoices(3))

    await dies(world, "fetched")
    untouched = world.kafka.committed.get(tp()) is None and world.account.asked == []
    await carried_to_the_end(world)

    assert untouched
    assert set(attempts(world)) == {1}
    assert [world.account.created[document(n)] for n in range(3)] == [1, 1, 1]
    assert world.kafka.position() == 3


async def test_row_2_killed_with_a_permit_taken_and_no_request_sent(world):
    """The permit ends with its worker; the record is delivered by the next."""
    world.kafka.produce(invoice(0))

    await dies(world, "write")
    asked_before = list(world.account.asked)
    await carried_to_the_end(world)

    assert asked_before == []
    assert world.account.asked == [document(0)]
    assert world.kafka.position() == 1


@pytest.mark.parametrize("ending", ["killed", "unanswered"])
async def test_row_3_a_request_sent_that_nobody_saw_answered(world, ending):
    """NetSuite has written; the same call again finds it there, under the same external id."""
    world.kafka.produce(invoice(0))

    if ending == "killed":
        await dies(world, "written")
    else:
        await world.account.write([])
        world.account.says = unanswered_once(world)
    await carried_to_the_end(world)

    assert world.account.asked == [document(0)] * 2
    assert world.account.created[document(0)] == 1
    assert statuses(world) == ["exists"]
    assert world.kafka.position() == 1


def unanswered_once(world: World):
    """Carried out, and the answer lost."""

    def says(request):
        if len(world.account.asked) > 1:
            return None
        for item in request.items:
            world.account._write(item)
        return Ambiguous(reason="connection reset")

    return says


async def test_row_4_killed_between_the_answer_and_its_record(world):
    """The response was read and lost with the worker: the next one gets that the record exists already."""
    world.kafka.produce(invoice(0))

    await dies(world, f"publish {result.TOPIC}")
    told_before = list(world.kafka.results)
    await carried_to_the_end(world)

    assert told_before == []
    assert statuses(world) == ["exists"]
    assert world.account.created[document(0)] == 1


async def test_row_5_killed_with_records_settled_and_not_committed(world):
    """What was settled since the last commit is repeated, to no effect, and nothing else is."""
    world.kafka.produce(*invoices(4))
    async with Worker(world).running() as worker:
        await worker.until_at_rest()
        worker.commits = False
        world.kafka.produce(invoice(4), invoice(5))
        await worker.until(worker.is_at_rest)
    position_when_killed = world.kafka.position()

    await carried_to_the_end(world)

    assert position_when_killed == 4
    assert world.account.asked == [document(n) for n in (0, 1, 2, 3, 4, 5, 4, 5)]
    assert set(world.account.created.values()) == {1}
    assert world.kafka.position() == 6


@pytest.mark.parametrize(("point", "repeated"), [("commit", 1), ("committed", 0)])
async def test_row_6_killed_with_a_commit_sent_and_not_acknowledged(world, point, repeated):
    """It arrived, or it did not: then what it said is repeated, to no effect."""
    world.kafka.produce(invoice(0))
    async with Worker(world).running() as first:
        first.commits = False
        await first.until(lambda: first.is_at_rest() and first.engine.in_flight == 0)
        first.life.ends_at = point
        first.commits = True
        await first.until_dead()

    await carried_to_the_end(world)

    assert world.account.asked == [document(0)] * (1 + repeated)
    assert world.account.created[document(0)] == 1
    assert world.kafka.position() == 1


@pytest.mark.parametrize("event", [UNREADABLE, UNMAPPED])
async def test_row_7_a_rejection_whose_error_event_is_not_acknowledged(world, event):
    """The offset stays; rejected again, it is published under the same id, so that receivers recognise it."""
    refused = []

    def refuse_twice(sent):
        refused.append(sent)
        return len(refused) <= 2

    world.kafka.produce(event, invoice(0))
    world.kafka.refuses = lambda sent: sent.topic == error_event.TOPIC and refuse_twice(sent)
    async with Worker(world).running() as worker:
        await worker.until(lambda: len(refused) == 2)
        await worker.turns()
        position_meanwhile = worker.engine.owned_partitions.positions()[
            next(iter(worker.engine.owned_partitions.partitions))
        ]
        await worker.until_at_rest()

    [told] = world.kafka.errors
    assert position_meanwhile.offset == 0
    assert {json.loads(sent.value)["id"] for sent in refused} == {json.loads(told.value)["id"]}
    assert world.kafka.position() == 2


async def test_row_8_killed_with_the_error_event_acknowledged_and_its_source_open(world):
    """The event is published twice, under one id."""
    world.kafka.produce(UNREADABLE)

    await dies(world, f"published {error_event.TOPIC}")
    position_when_killed = world.kafka.position()
    await carried_to_the_end(world)

    ids = [json.loads(event.value)["id"] for event in world.kafka.errors]
    assert position_when_killed in {None, 0}
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert world.kafka.position() == 1


async def test_row_9_killed_with_lanes_parked(world):
    """The map holds what was done behind them; they alone are tried again, after a while, spread."""
    world.kafka.produce(*invoices(12))
    failing = {document(n) for n in (0, 5)}
    world.account.says = failing_with(Unavailable(reason="503"), failing)
    async with Worker(world).running() as first:
        await first.until(lambda: first.engine.owned_partitions.unsettled == len(failing))
        await first.committer.commit()
    asked_when_killed = len(world.account.asked)
    world.account.says = lambda _: None

    async with Worker(world).running() as second:
        second.seconds_a_tick = 0.0
        await second.until(lambda: second.engine.parked == len(failing))
        asked_at_once = world.account.asked[asked_when_killed:]
        due_in_s = (second.engine.next_due_s or 0.0) - world.clock.monotonic_s()
        second.seconds_a_tick = 1.0
        await second.until_at_rest()

    assert asked_at_once == []
    assert 0 < due_in_s <= 30
    assert sorted(world.account.asked[asked_when_killed:]) == sorted(failing)
    assert world.kafka.position() == 12


def failing_with(outcome, documents):
    return lambda request: outcome if request.items[-1].external_id in documents else None


async def test_row_10_a_call_that_outlives_the_drain_lands_beside_its_new_owners(world):
    """One creates, the other finds; what comes back too late settles nothing at the old owner."""
    world.kafka.produce(invoice(0), invoice(1))
    on_the_wire = hold(world, document(0))
    async with Worker(world).running() as old:
        await old.until(lambda: len(world.account.asked) == 2 and old.engine.owned_partitions.unsettled == 1)
        with capture_logs() as logs:
            await old.leave()
        async with Worker(world).running() as new:
            await new.until(lambda: len(world.account.asked) == 3)
            on_the_wire.set()
            await new.until_at_rest()
            await old.until(lambda: old.engine.in_flight == 0)

    assert "revoked_with_deliveries_under_way" in [log["event"] for log in logs]
    assert world.account.asked.count(document(0)) == 2
    assert world.account.asked.count(document(1)) == 1
    assert world.account.created[document(0)] == 1
    assert old.engine.owned_partitions.positions() == {}
    assert world.kafka.position() == 2


def hold(world: World, external_id: str) -> asyncio.Event:
    """Writes of this document do not come back before the event is set."""
    return world.account.slow.setdefault(external_id, asyncio.Event())


@pytest.mark.parametrize("error", [KafkaConnectionError("gone"), NotCoordinatorForGroupError()])
async def test_rows_11_and_12_commits_that_fail_are_carried_by_the_next(world, error):
    """Brokers away, or the group's coordinator moving: deliveries end, and nothing is claimed or lost."""
    world.kafka.produce(*invoices(3))
    world.kafka.refuses_commit = error

    with capture_logs() as logs:
        async with Worker(world).running() as worker:
            await worker.until(worker.is_at_rest)
            await worker.tick()
            position_meanwhile = world.kafka.position()
            world.kafka.refuses_commit = None
            await worker.tick()

    assert "commit_failed" in [log["event"] for log in logs]
    assert position_meanwhile is None
    assert world.kafka.position() == 3
    assert len(world.account.asked) == 3


async def test_row_13_a_process_that_was_frozen_starts_nothing_before_it_has_polled(world):
    """Its partitions may have another owner by now, so the calls that waited in it are not started."""
    world.kafka.produce(*invoices(3))
    on_the_wire = hold(world, document(0))
    async with Worker(world, permits=1).running() as frozen:
        await frozen.until(lambda: frozen.engine.queued == 2)
        frozen.consumer.answers.clear()
        await frozen.turns()

        world.clock.advance(60)
        on_the_wire.set()
        await frozen.turns()
        started_behind_their_back = world.account.asked[1:]
        await frozen.leave()
        frozen.consumer.answers.set()
        await frozen.turns()
        await carried_to_the_end(world)

    assert started_behind_their_back == []
    assert world.account.asked.count(document(1)) == world.account.asked.count(document(2)) == 1
    assert set(world.account.created.values()) == {1}
    assert world.kafka.position() == 3


async def test_row_13_a_process_that_was_frozen_and_kept_its_partitions_goes_on(world):
    """The guard is lifted by the first poll that began after the freeze."""
    world.kafka.produce(*invoices(3))
    async with Worker(world, permits=1).running() as frozen:
        await frozen.until_at_rest()
        world.clock.advance(60)
        world.kafka.produce(invoice(3))
        await frozen.until_at_rest()

    assert world.account.asked == [document(n) for n in range(4)]


async def left_behind(world: World) -> str:
    """Ten settled of twelve, the head still failing; gives the map that says so."""
    world.kafka.produce(*invoices(12))
    world.account.says = failing_with(Unavailable(reason="503"), {document(0), document(7)})
    async with Worker(world).running() as worker:
        await worker.until(lambda: worker.engine.owned_partitions.unsettled == 2)
        await worker.committer.commit()
    world.account.says = lambda _: None
    world.account.asked.clear()
    assert world.kafka.position() == 0
    return world.kafka.committed[tp()].metadata


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("", None),
        ("1.!!", "encoding"),
        ("2.AQAA", "version"),
        ("bYwKTAAAAAAAAAA", "version"),
        ("1." + "A" * 20, None),
    ],
    ids=["removed", "broken", "of a later version", "of somebody else", "of nonsense"],
)
async def test_row_14_metadata_that_cannot_be_read_costs_a_replay_and_nothing_else(world, metadata, reason):
    """Everything from the position on is carried again, and found there."""
    await left_behind(world)
    world.kafka.commit_by_hand(0, metadata)

    worker = await carried_to_the_end(world)

    counted = worker.metrics.exposition().decode()
    assert sorted(world.account.asked) == sorted(document(n) for n in range(12))
    assert set(world.account.created.values()) == {1}
    assert world.kafka.position() == 12
    if reason:
        assert f'offset_map_rejected_total{{reason="{reason}"}} 1.0' in counted


async def test_row_14_a_map_that_was_mirrored_to_other_offsets_marks_nothing(world):
    """MirrorMaker translates the offset and copies the metadata: records must not be taken for done."""
    metadata = await left_behind(world)
    mirrored = World(account=world.account)
    mirrored.kafka.produce(b"{}", b"{}", *invoices(12))
    mirrored.kafka.commit_by_hand(2, metadata)

    worker = await carried_to_the_end(mirrored)

    assert sorted(world.account.asked) == sorted(document(n) for n in range(12))
    assert 'offset_map_rejected_total{reason="base"} 1.0' in worker.metrics.exposition().decode()
    assert mirrored.kafka.position() == 14


async def test_row_15_an_open_offset_that_retention_has_deleted_does_not_hold_the_rest(world):
    """The position jumps over what Kafka no longer has, which is counted; what it still has is carried."""
    await left_behind(world)
    world.kafka.lose(below=5)

    worker = await carried_to_the_end(world)

    assert 'offset_gap_total{topic="lago.invoices"} 1.0' in worker.metrics.exposition().decode()
    assert world.account.asked == [document(7)]
    assert world.kafka.position() == 12


@pytest.mark.parametrize("committed", [40, 17])
async def test_row_16_a_topic_made_anew_is_carried_from_its_beginning(world, committed):
    """The committed offset is out of range: all is replayed, idempotently, and the ledger restarts."""
    world.kafka.produce(*invoices(3))
    world.kafka.commit_by_hand(committed, "")

    with capture_logs() as logs:
        await carried_to_the_end(world)

    assert "partition_rewound" in [log["event"] for log in logs]
    assert world.account.asked == [document(n) for n in range(3)]
    assert world.kafka.position() == 3


async def test_row_17_when_partitions_are_added_the_version_decides_between_two_owners(world):
    """An old update that comes from the old partition after a newer one from the new changes nothing."""
    world.kafka.produce(customer("2026-08-01T00:00:00Z"), partition=0)
    world.kafka.produce(customer("2026-08-02T00:00:00Z"), partition=1)

    async with Worker(world).running(1) as of_the_new:
        await of_the_new.until_at_rest()
        async with Worker(world).running(0) as of_the_old:
            await of_the_old.until_at_rest()

    assert world.account.created[CUSTOMER] == 1
    assert world.account.versions[CUSTOMER] == "2026-08-02T00:00:00Z"
    assert (world.kafka.position(0), world.kafka.position(1)) == (1, 1)


DOWN = [
    pytest.param(Unavailable(reason="503"), Reason.UNAVAILABLE, id="row 18, away"),
    pytest.param(AccountDown(reason="token revoked"), Reason.ACCOUNT_DOWN, id="row 19, token revoked"),
]


@pytest.mark.parametrize(("outcome", "reason"), DOWN)
async def test_rows_18_and_19_an_account_that_is_away_for_two_days_costs_no_record(world, outcome, reason):
    """The breaker opens; no error event, no attempt spent; a probe finds the account back."""
    world.kafka.produce(*invoices(40))
    world.account.says = lambda _: outcome
    began_s = world.clock.monotonic_s()
    with capture_logs():
        async with Worker(world).running() as worker:
            worker.seconds_a_tick = 60.0
            await worker.until(lambda: worker.permit_pool.reading().reason is not None)
            asked_before = len(world.account.asked)
            await worker.until(lambda: world.clock.monotonic_s() - began_s > 10 * HOUR_S)
            worker.seconds_a_tick = HOUR_S
            await worker.until(lambda: world.clock.monotonic_s() - began_s > 48 * HOUR_S)
            probes = len(world.account.asked) - asked_before
            found = worker.permit_pool.reading().reason
            world.account.says = lambda _: None
            await worker.until_at_rest()

    assert found is reason
    # One every five minutes at most, after the first few; and one an hour where the clock goes by hours.
    assert probes < 10 * 12 + 38 + 10
    assert world.kafka.errors == []
    assert set(world.account.created.values()) == {1}
    assert world.kafka.position() == 40


async def test_row_20_a_setting_that_is_wrong_for_everything_makes_few_error_events(world):
    """After 25 rejections in a row the account gets no calls; one probe a minute finds it repaired."""
    world.kafka.produce(*invoices(120))
    world.account.says = lambda _: Rejected(code="INVALID_KEY_OR_REF", message="subsidiary")
    with capture_logs():
        async with Worker(world).running() as worker:
            await worker.until(lambda: worker.permit_pool.reading().reason is Reason.REJECTION_STORM)
            await worker.turns()
            told_when_it_opened = len(world.kafka.errors)
            await worker.turns(2_000)
            told_after = len(world.kafka.errors)
            world.account.says = lambda _: None
            await worker.until_at_rest()

    assert 25 <= told_when_it_opened == told_after < 25 + 5
    assert len(world.kafka.errors) + sum("-inv-" in each for each in world.account.created) == 120
    assert world.kafka.position() == 120


async def test_row_21_while_the_error_topic_is_away_only_rejected_records_wait(world):
    """Others flow until the map is full, then the partition pauses; nobody is given up, nothing is lost."""
    world.kafka.produce(UNREADABLE, *invoices(3))
    world.kafka.produce(invoice(3), gap=16_384)
    world.kafka.refuses = lambda event: event.topic == error_event.TOPIC
    with capture_logs():
        async with Worker(world).running() as worker:
            worker.seconds_a_tick = 60.0
            began_s = world.clock.monotonic_s()
            await worker.until(lambda: world.clock.monotonic_s() - began_s > 3 * HOUR_S)
            asked_meanwhile = list(world.account.asked)
            position_meanwhile = world.kafka.position()
            paused_meanwhile = worker.consumer.paused()
            world.kafka.refuses = lambda _: False
            await worker.until_at_rest()

    assert asked_meanwhile == [document(n) for n in range(3)]
    assert position_meanwhile == 0
    assert paused_meanwhile == {tp()}
    assert len(world.kafka.errors) == 1
    assert world.account.asked == [document(n) for n in range(4)]
    assert world.kafka.position() == 16_389


@pytest.mark.parametrize("jump", [timedelta(days=3), -timedelta(days=3)])
async def test_row_23_a_clock_on_the_wall_that_jumps_moves_nobodys_turn(world, jump):
    """Waits run on the monotonic clock: nothing is due sooner or later, and no budget is used up."""
    world.kafka.produce(invoice(0))
    world.account.says = failing_with(Unavailable(reason="503", retry_after_s=40.0), {document(0)})
    with capture_logs():
        async with Worker(world).running() as worker:
            await worker.until(lambda: worker.engine.parked == 1)
            due_s = worker.engine.next_due_s
            world.clock.wall += jump
            await worker.turns()
            asked_at_once, due_after_s = len(world.account.asked), worker.engine.next_due_s
            world.account.says = lambda _: None
            await worker.until_at_rest()

    assert (asked_at_once, due_after_s) == (1, due_s)
    assert world.kafka.errors == []
    assert world.account.created[document(0)] == 1


async def test_row_24_records_in_memory_are_bounded_by_their_bytes(world):
    """Large invoices behind an account that does not answer: the partition pauses, and goes on afterwards."""
    mebibyte = 1024 * 1024
    large = [event[:-1] + b" " * mebibyte + event[-1:] for event in invoices(80)]
    world.kafka.produce(*large)
    releases = [hold(world, document(n)) for n in range(80)]
    async with Worker(world).running() as worker:
        await worker.until(lambda: worker.consumer.paused() == {tp()})
        await worker.turns(1_000)
        buffered_bytes = sum(
            map(
                len,
                (each.value for each in world.kafka.logs[tp()][: worker.engine.owned_partitions.unsettled]),
            )
        )
        for release in releases:
            release.set()
        await worker.until_at_rest()

    assert 15 * mebibyte < buffered_bytes < 18 * mebibyte
    assert worker.consumer.paused() == set()
    assert world.kafka.position() == 80

"""A worker with all its parts, killed at any step that reaches outside, revoked and assigned at any time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from consumer.engine import offset_map
from consumer.engine.offset_map import OffsetMap
from consumer.outcome import AccountDown, Ambiguous, Outcome, Throttled, Unavailable, Waiting
from tests.memory.events import CUSTOMER, UNREADABLE, customer, document, ignored, invoice
from tests.memory.system import Kafka, Life, World, tp
from tests.memory.worker import Worker

PARTITIONS = (0, 1)
UPDATES = [f"2026-08-{day:02}T00:00:00Z" for day in range(1, 29)]

# Which document, or the customer's next update, or what nobody can read.
kinds = st.one_of(st.integers(0, 5), st.just("customer"), st.just("unreadable"))
logs = st.lists(st.tuples(kinds, st.sampled_from(PARTITIONS)), min_size=1, max_size=14)
deaths = st.lists(st.integers(1, 40), max_size=4)
faults = st.lists(
    st.sampled_from(
        [
            Unavailable(reason="503"),
            Ambiguous(reason="reset"),
            Throttled(reason="limit"),
            Waiting(on="customer"),
            AccountDown(reason="login"),
        ]
    ),
    max_size=6,
)


def world_of(log: Sequence[tuple[int | str, int]], answers: Sequence[Outcome]) -> World:
    """All updates of the one customer lie on one partition, as Lago's key puts them."""
    world = World()
    updates = iter(UPDATES)
    for kind, partition in log:
        match kind:
            case "customer":
                world.kafka.produce(customer(next(updates)), partition=PARTITIONS[0])
            case "unreadable":
                world.kafka.produce(UNREADABLE, partition=partition)
            case number:
                world.kafka.produce(invoice(int(number)), partition=partition)
    world.account.answers = list(answers)
    return world


def recorded(kafka: Kafka) -> set[tuple[int, int]]:
    """Which records the last commit knows to be done, by partition and offset."""
    done = set()
    for number in PARTITIONS:
        if (at := kafka.committed.get(tp(number))) is None:
            continue
        known = offset_map.decode(at.metadata, at.offset)
        assert isinstance(known, OffsetMap)
        offsets = (message.offset for message in kafka.logs[tp(number)])
        done |= {
            (number, each)
            for each in offsets
            if each < known.base or (each < known.end and each not in known.open)
        }
    return done


def told(kafka: Kafka) -> set[tuple[int, int]]:
    """Which records something was published about, acknowledged: every record here ends that way."""
    sources = (json.loads(event.value)["source"] for event in kafka.events)
    return {(source["partition"], source["offset"]) for source in sources}


async def one_life(world: World, life: Life) -> list[tuple[int, int]]:
    """Until it ends or all is done; gives what was handed out for delivery."""
    worker = Worker(world, life)
    delivered: list[tuple[int, int]] = []
    deliver = worker.dispatcher._deliver

    async def noted(records, *more):
        delivered.extend((record.source.partition, record.source.offset) for record in records)
        return await deliver(records, *more)

    worker.dispatcher._deliver = noted
    async with worker.running(*PARTITIONS):
        await worker.until(worker.is_at_rest)
        if not life.is_over:
            await worker.tick()
    return delivered


async def killed_again_and_again(world: World, lives: Sequence[int]) -> None:
    for ends_after in [*lives, 0]:
        known_done = recorded(world.kafka)
        # Invariant 1: what a commit has passed or marked had its event before.
        assert known_done <= told(world.kafka)
        delivered = await one_life(world, Life(ends_after=ends_after))
        assert not known_done & set(delivered)


@settings(max_examples=40)
@given(log=logs, lives=deaths, answers=faults)
def test_invariant_4_killed_at_any_step_every_record_is_settled_and_what_was_committed_is_not_repeated(
    log, lives, answers
):
    """In the end all have an event, each document exists once, and the customer has its newest version."""
    world = world_of(log, answers)

    with capture_logs():
        asyncio.run(killed_again_and_again(world, lives))

    everything = {(number, each.offset) for number in PARTITIONS for each in world.kafka.logs[tp(number)]}
    assert told(world.kafka) == recorded(world.kafka) == everything
    assert set(world.account.created.values()) <= {1}
    assert {document(kind) for kind, _ in log if isinstance(kind, int)} <= world.account.created.keys()
    updates = sum(kind == "customer" for kind, _ in log)
    if updates:
        assert world.account.versions[CUSTOMER] >= UPDATES[updates - 1]


@settings(max_examples=40)
@given(count=st.integers(1, 12), turns=st.integers(0, 60), slow=st.sets(st.integers(0, 11)))
def test_invariant_6_after_a_revoke_nothing_is_started_and_nothing_committed(count, turns, slow):
    """At any time, with any calls in flight."""

    async def play() -> None:
        world = World()
        world.kafka.produce(*(invoice(number) for number in range(count)))
        releases = {number: asyncio.Event() for number in slow}
        world.account.slow = {document(number): release for number, release in releases.items()}
        async with Worker(world).running() as worker:
            await worker.turns(turns)
            await worker.leave()
            asked, committed = list(world.account.asked), dict(world.kafka.committed)
            started = worker.engine.in_flight
            for release in releases.values():
                release.set()
            await worker.turns()
            await worker.tick()

            # A call that was taken may still be on its way to the account.
            assert len(world.account.asked) - len(asked) <= started
            assert worker.engine.in_flight == 0
            assert world.kafka.committed == committed

    with capture_logs():
        asyncio.run(play())


moves = st.lists(
    st.one_of(
        st.sets(st.sampled_from(PARTITIONS)),  # a rebalance that leaves these
        st.sampled_from(["fill", "empty"]),
    ),
    max_size=5,
)


@settings(max_examples=8)
@given(moves=moves)
def test_invariant_9_a_partition_with_room_is_fetched_after_the_next_turn(moves):
    """After any sequence of rebalances and full buffers nothing stays paused."""

    async def play() -> None:
        world = World()
        worker = Worker(world, permits=500)
        async with worker.running(*PARTITIONS):
            for move in moves:
                match move:
                    case "fill":
                        worker.engine.hold()
                        world.kafka.produce(*map(ignored, range(1_100)))
                    case "empty":
                        worker.engine.assign([])
                        await worker.until(worker.is_at_rest)
                    case kept:
                        await worker.leave()
                        worker.join(kept)
                await worker.turns(40)
            worker.engine.assign([])
            await worker.until(worker.is_at_rest)
            await worker.turns(40)

            assert worker.consumer.paused() == set()

    with capture_logs():
        asyncio.run(play())

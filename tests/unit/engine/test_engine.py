"""The engine as one: partitions, lanes and permits together."""

from __future__ import annotations

import pytest

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff, Park, Settle, Tally
from consumer.engine.engine import Admission, Engine
from consumer.engine.lanes import Attempt
from consumer.engine.ledger import Partition
from consumer.limits.gate import Gate
from consumer.outcome import AccountDown, Delivered, Unavailable
from tests.unit.engine.records import TOPIC, record

HERE = Partition(topic=TOPIC, number=0)
THERE = Partition(topic=TOPIC, number=1)
FIVE_S = Park(delay_s=5, counts=True, tally=Tally(attempts=1))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def engine(clock) -> Engine:
    engine = Engine(gate=Gate(permits=2), backoff=Backoff(jitter=lambda: 0.5), clock=clock)
    engine.assign([HERE])
    return engine


def started(engine: Engine) -> Attempt:
    attempt = engine.take()
    assert attempt is not None
    return attempt


def test_no_more_calls_are_under_way_than_there_are_permits(engine):
    """A third lane waits until one of two is over."""
    for offset, lane in enumerate("abc"):
        engine.admit(record(offset, lane=lane))
    first, _ = started(engine), started(engine)

    assert engine.take() is None
    engine.complete(first)
    assert started(engine).record.lane == "c"


def test_the_position_waits_for_the_record_that_is_parked(engine, clock):
    """A commit never passes over a record that is not done."""
    engine.admit(record(0, lane="a"))
    engine.admit(record(1, lane="b"))
    failing, other = started(engine), started(engine)

    engine.park(failing, FIVE_S)
    engine.complete(other)

    assert engine.committable() == {HERE: 0}
    clock.advance(5)
    engine.complete(started(engine))
    assert engine.committable() == {HERE: 2}


def test_a_parked_record_remembers_what_it_has_been_through(engine, clock):
    """The next decision about it knows of the earlier ones."""
    engine.admit(record(0))
    engine.park(started(engine), FIVE_S)
    clock.advance(5)

    assert started(engine).tally == Tally(attempts=1)


def test_decisions_take_the_time_from_the_clock(engine, clock):
    """Time between two failures is charged to the record."""
    engine.admit(record(0))
    first = engine.decide(started(engine), Unavailable(reason="503"))
    assert isinstance(first, Park)
    clock.advance(100)

    second = engine.decide(Attempt(record=record(0), epoch=1, tally=first.tally), Unavailable(reason="503"))

    assert isinstance(second, Park)
    assert second.tally.retried_s == 100


def test_a_record_of_a_partition_that_is_not_ours_is_not_taken(engine):
    """Whoever owns it will carry it."""
    assert engine.admit(record(0, partition=1)) is Admission.FOREIGN
    assert engine.take() is None


def test_a_partition_that_goes_back_is_begun_anew(engine):
    """A topic made anew begins at zero: its records are not mistaken for old ones."""
    engine.admit(record(100, lane="old"))
    old = started(engine)

    admission = engine.admit(record(0, lane="new"))
    engine.complete(old)

    assert admission is Admission.REWOUND
    assert engine.committable() == {HERE: 0}
    assert started(engine).record.source.offset == 0


def test_while_held_nothing_starts_until_partitions_are_assigned(engine):
    """A rebalance begins with starting nothing more."""
    engine.admit(record(0))
    engine.hold()

    assert engine.take() is None
    engine.assign([HERE, THERE])
    engine.admit(record(0, partition=1))
    assert started(engine).record.source.partition == 1


def test_once_closed_nothing_starts_again(engine):
    """A rebalance in the middle of a stop does not open what is closing."""
    engine.admit(record(0))
    engine.close()
    engine.assign([HERE])
    engine.admit(record(0))

    assert engine.take() is None


def test_a_result_that_comes_after_its_partition_has_gone_touches_nothing(engine):
    """The new owner's ledger is not ours to settle, and our own later one neither."""
    engine.admit(record(0))
    late = started(engine)
    engine.forget([HERE])
    engine.assign([HERE])
    engine.admit(record(0))

    engine.complete(late)

    assert engine.is_stale(late)
    assert engine.committable() == {HERE: 0}
    assert started(engine).record.source.offset == 0


def test_a_failure_that_comes_after_its_partition_has_gone_is_not_parked(engine):
    """Its new owner has the record; here it would run a second time."""
    engine.admit(record(0))
    late = started(engine)
    engine.forget([HERE])

    engine.park(late, FIVE_S)

    assert (engine.parked, engine.under_way, engine.unsettled) == (0, 0, 0)


def test_nothing_is_due_while_nothing_can_start(engine):
    """A due lane without a permit must not make anyone look again and again."""
    engine.admit(record(0, lane="a"))
    engine.park(started(engine), FIVE_S)
    due_s = engine.next_due_s
    engine.admit(record(1, lane="b"))
    engine.admit(record(2, lane="c"))
    started(engine), started(engine)

    assert due_s is not None
    assert engine.next_due_s is None


def test_a_partition_fills_up_with_records_that_are_not_done(engine):
    """The thousandth open record asks for a pause."""
    for offset in range(1_000):
        engine.admit(record(offset))

    assert engine.is_full(HERE, is_paused=False)
    assert not engine.is_full(THERE, is_paused=False)


def test_bytes_of_all_partitions_count_together(engine):
    """Memory is one, however many partitions there are."""
    engine.assign([THERE])
    engine.admit(record(0, value=bytes(64 * 1024 * 1024)))

    assert engine.is_full(THERE, is_paused=False)


def test_a_closed_account_leaves_the_record_as_it_was(engine):
    """Nothing about the record has been tried."""
    engine.admit(record(0))

    decision = engine.decide(started(engine), AccountDown(reason="login"))

    assert isinstance(decision, Park)
    assert (decision.counts, decision.tally.attempts) == (False, 0)


def test_a_delivered_record_is_settled(engine):
    """The ordinary way."""
    engine.admit(record(0))
    attempt = started(engine)

    decision = engine.decide(attempt, Delivered(written=()))
    engine.complete(attempt)

    assert isinstance(decision, Settle)
    assert engine.unsettled == 0

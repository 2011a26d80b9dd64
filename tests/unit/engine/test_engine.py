"""The engine as one: partitions, lanes and permits together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.clock import FakeClock
from consumer.engine.admission import Admission
from consumer.engine.attempt import Attempt
from consumer.engine.backoff import Backoff
from consumer.engine.calls import Call
from consumer.engine.decision import Decision, Park, Settle
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.offset_map import OffsetMap
from consumer.engine.retry_state import RetryState
from consumer.limits.permits import Permit
from consumer.outcome import AccountDown, Delivered, Outcome, Unavailable, Waiting
from tests.unit.engine.records import TOPIC, engine_of, gate_of, measured, own, record, started

HERE = Partition(topic=TOPIC, number=0)
THERE = Partition(topic=TOPIC, number=1)
FIVE_S = Park(delay_s=5, counts=True, retry_state=RetryState(attempts=1))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def engine(clock) -> Engine:
    engine = engine_of(2, clock)
    own(engine, [HERE])
    return engine


def position(engine: Engine) -> int:
    return engine.owned_partitions.positions()[HERE].offset


def decided(engine: Engine, attempt: Attempt, outcome: Outcome) -> Decision:
    call = Call(attempts=(attempt,), permit=Permit(started_s=0.0))
    return engine.decide(call, attempt, outcome)


def test_no_more_calls_are_under_way_than_there_are_permits(engine):
    """A third lane waits until one of two is over."""
    for offset, lane in enumerate("abc"):
        engine.admit(record(offset, lane=lane))
    first, _ = engine.take(), engine.take()

    assert engine.take() is None
    assert first is not None
    engine.returned(first, [Delivered(written=())])
    assert started(engine).record.lane == "c"


def test_the_position_waits_for_the_record_that_is_parked(engine, clock):
    """A commit never passes over a record that is not done."""
    engine.admit(record(0, lane="a"))
    engine.admit(record(1, lane="b"))
    failing, other = started(engine), started(engine)

    engine.park(failing, FIVE_S)
    engine.complete(other)

    assert position(engine) == 0
    clock.advance(5)
    engine.complete(started(engine))
    assert position(engine) == 2


def test_a_parked_record_remembers_what_it_has_been_through(engine, clock):
    """The next decision about it knows of the earlier ones."""
    engine.admit(record(0))
    engine.park(started(engine), FIVE_S)
    clock.advance(5)

    again = started(engine)
    assert (again.retry_state.attempts, again.retry_state.tries) == (1, 1)


def test_decisions_take_the_time_from_the_clock(engine, clock):
    """Time between two failures is charged to the record."""
    engine.admit(record(0))
    first = decided(engine, started(engine), Unavailable(reason="503"))
    assert isinstance(first, Park)
    clock.advance(100)

    again = Attempt(record=record(0), epoch=1, retry_state=first.retry_state)
    second = decided(engine, again, Unavailable(reason="503"))

    assert isinstance(second, Park)
    assert second.retry_state.stalled_s == 100


def test_a_failure_is_the_records_own_when_others_were_answered_meanwhile(engine, clock):
    """A document that makes every call fail is distinguished from an account that does not respond."""
    engine.admit(record(0))
    engine.admit(record(1, lane="b"))
    first = decided(engine, started(engine), Unavailable(reason="503"))
    assert isinstance(first, Park)
    clock.advance(50)
    decided(engine, started(engine), Delivered(written=()))
    clock.advance(50)

    again = Attempt(record=record(0), epoch=1, retry_state=first.retry_state)
    second = decided(engine, again, Unavailable(reason="503"))

    assert isinstance(second, Park)
    assert (second.retry_state.retried_s, second.retry_state.stalled_s) == (100, 0)


def test_a_record_of_a_partition_that_is_not_ours_is_not_taken(engine):
    """The partition's owner processes it."""
    assert engine.admit(record(0, partition=1)) is Admission.FOREIGN
    assert engine.take() is None


def test_a_partition_that_goes_back_is_begun_anew(engine):
    """A topic that was created again begins at offset 0: its records are not taken for old ones."""
    engine.admit(record(100, lane="old"))
    old = started(engine)

    admission = engine.admit(record(0, lane="new"))
    engine.complete(old)

    assert admission is Admission.REWOUND
    assert position(engine) == 0
    assert started(engine).record.source.offset == 0


def test_while_held_nothing_starts_until_partitions_are_assigned(engine):
    """A rebalance begins with starting nothing more."""
    engine.admit(record(0))
    engine.hold()

    assert engine.take() is None
    own(engine, [HERE, THERE])
    engine.admit(record(0, partition=1))
    assert started(engine).record.source.partition == 1


def test_once_closed_nothing_starts_again(engine):
    """A rebalance in the middle of a stop does not open what is closing."""
    engine.admit(record(0))
    engine.close()
    own(engine, [HERE])
    engine.admit(record(0))

    assert engine.take() is None


def test_a_result_that_comes_after_its_partition_has_gone_touches_nothing(engine):
    """The new owner's ledger is not ours to settle, and our own later one neither."""
    engine.admit(record(0))
    late = started(engine)
    engine.forget([HERE])
    own(engine, [HERE])
    engine.admit(record(0))

    engine.complete(late)

    assert engine.is_stale(late)
    assert position(engine) == 0
    assert started(engine).record.source.offset == 0


def test_a_failure_that_comes_after_its_partition_has_gone_is_not_parked(engine):
    """Its new owner has the record; here it would run a second time."""
    engine.admit(record(0))
    late = started(engine)
    engine.forget([HERE])

    engine.park(late, FIVE_S)

    assert (engine.parked, engine.in_flight, engine.owned_partitions.unsettled) == (0, 0, 0)


def test_nothing_is_due_while_nothing_can_start(engine):
    """A due lane without a permit must not make anyone look again and again."""
    engine.admit(record(0, lane="a"))
    engine.park(started(engine), FIVE_S)
    due_s = engine.next_due_s
    for offset, lane in enumerate("bcd", start=1):
        engine.admit(record(offset, lane=lane))
    engine.take(), engine.take(), engine.take()

    assert due_s == 1_005
    assert engine.next_due_s is None


def test_a_partition_fills_up_with_records_that_are_not_done(engine):
    """The thousandth open record asks for a pause."""
    own(engine, [HERE, THERE])
    for offset in range(1_000):
        engine.admit(record(offset))

    assert engine.owned_partitions.is_full(HERE, is_paused=False)
    assert not engine.owned_partitions.is_full(THERE, is_paused=False)


def test_bytes_of_all_partitions_count_together(engine):
    """Memory is one, however many partitions there are; half of what is read ahead is shared out evenly."""
    own(engine, [HERE, THERE])
    engine.admit(record(0, value=bytes(13 * 1024 * 1024)))
    engine.admit(record(0, partition=1, value=bytes(4 * 1024 * 1024 - 1)))

    assert engine.owned_partitions.is_full(HERE, is_paused=False)
    assert not engine.owned_partitions.is_full(THERE, is_paused=False)
    engine.admit(record(1, partition=1, value=b"x"))
    assert engine.owned_partitions.is_full(THERE, is_paused=False)


def test_records_in_flight_or_waiting_are_not_read_ahead(engine):
    """Long calls take their records out of what is read ahead, so that the next calls find work."""
    own(engine, [HERE])
    engine.admit(record(0, lane="a", value=bytes(10 * 1024 * 1024)))
    engine.admit(record(1, lane="b", value=bytes(10 * 1024 * 1024)))
    full_before = engine.owned_partitions.is_full(HERE, is_paused=False, begun=engine.begun_records)

    attempt = started(engine)
    in_flight = engine.owned_partitions.is_full(HERE, is_paused=False, begun=engine.begun_records)
    engine.park(attempt, decided(engine, attempt, Waiting(on="invoice 1", missing="invoice:1")))

    assert full_before
    assert not in_flight
    assert not engine.owned_partitions.is_full(HERE, is_paused=False, begun=engine.begun_records)


def test_a_closed_account_leaves_the_record_as_it_was(engine):
    """Nothing about the record has been tried."""
    engine.admit(record(0))

    decision = decided(engine, started(engine), AccountDown(reason="login"))

    assert isinstance(decision, Park)
    assert (decision.counts, decision.retry_state.attempts) == (False, 0)


def test_a_delivered_record_is_settled(engine):
    """The ordinary way."""
    engine.admit(record(0))
    attempt = started(engine)

    decision = decided(engine, attempt, Delivered(written=()))
    engine.complete(attempt)

    assert isinstance(decision, Settle)
    assert engine.owned_partitions.unsettled == 0


def test_nothing_of_a_partition_is_taken_before_it_is_known_what_the_last_owner_left(engine):
    """aiokafka may return records before that."""
    engine.assign([HERE])

    assert engine.admit(record(0)) is Admission.FOREIGN
    assert engine.owned_partitions.is_full(HERE, is_paused=False)


def test_what_the_last_owner_had_done_is_not_done_again(engine):
    """The map of the commit says so; what it left open comes back after a moment."""
    own(engine, [HERE], OffsetMap(base=5, end=8, open=(5,)))

    admitted = [engine.admit(record(offset, lane=str(offset))) for offset in (5, 6, 7, 8)]

    done, taken = Admission.DONE_BEFORE, Admission.TAKEN
    assert admitted == [taken, done, done, taken]
    assert started(engine).record.source.offset == 8
    assert engine.parked == 1


def test_a_seed_that_comes_after_the_partition_has_gone_and_come_is_void(engine):
    """It was read before another worker owned the partition."""
    before = engine.owned_partitions.epoch(HERE)
    engine.assign([HERE])

    assert not engine.seed(HERE, before, OffsetMap(base=0, end=0))
    assert engine.owned_partitions.unseeded == {HERE}


def test_nothing_is_started_so_far_ahead_that_its_end_could_not_be_written_down(engine):
    """Only once the position has followed."""
    engine.admit(record(0, lane="a"))
    engine.admit(record(16_384, lane="b"))
    first = started(engine)

    assert engine.take() is None
    engine.complete(first)
    assert started(engine).record.lane == "b"


def test_a_process_that_has_not_polled_for_long_starts_nothing(clock):
    """After a freeze its partitions may have another owner; a whole poll has to complete first."""
    engine = engine_of(2, clock, silence_limit_s=22.5)
    own(engine, [HERE])
    engine.admit(record(0))
    clock.advance(22.5)

    assert (engine.take(), engine.next_due_s) == (None, None)
    engine.polled(clock.monotonic_s())
    assert engine.take() is not None


def backlogged(clock: FakeClock, *, permits: int, share: float, lanes: int) -> Engine:
    """So many ready lanes, at an account whose further records cost this share of the first one's time."""
    pool = measured(gate_of(permits, clock), clock, share=share)
    engine = Engine(permit_pool=pool, backoff=Backoff(jitter=lambda: 0.5), clock=clock)
    own(engine, [HERE])
    for offset in range(lanes):
        engine.admit(record(offset, lane=str(offset)))
    return engine


def sizes(engine: Engine) -> list[int]:
    """The sizes of the calls that fill the permits."""
    return [len(call.attempts) for call in iter(engine.take, None)]


def test_a_backlog_makes_calls_larger_and_a_trickle_does_not(clock):
    """Ready lanes over permits: ten and two make five, where a further record is cheap."""
    engine = backlogged(clock, permits=2, share=0.05, lanes=1)
    single = engine.take()
    for offset in range(1, 11):
        engine.admit(record(offset, lane=str(offset)))
    large = engine.take()

    assert single is not None
    assert large is not None
    assert (len(single.attempts), len(large.attempts)) == (1, 5)


def test_a_lone_record_starts_at_once_and_alone(clock):
    """It waits for no company, although calls of many are usual."""
    assert sizes(backlogged(clock, permits=4, share=0.05, lanes=1)) == [1]


@pytest.mark.parametrize(("end", "expected"), [(None, 4), (40, 4), (250, 11), (1_000_000, 20)])
def test_what_follows_on_kafka_makes_calls_larger_too(clock, end, expected):
    """Bytes limit what is read ahead, not what waits; of a partition up to a thousand records count."""
    engine = backlogged(clock, permits=2, share=0.5, lanes=40)
    engine.owned_partitions.count_unread({HERE: end}.get)

    call = engine.take()

    assert call is not None
    assert len(call.attempts) == expected


def test_a_backlog_is_called_one_by_one_where_each_record_takes_its_whole_time(clock):
    """Larger calls would only delay what is done first."""
    assert sizes(backlogged(clock, permits=4, share=1.0, lanes=1_000)) == [1] * 4


def test_long_calls_leave_one_permit_to_short_ones(clock):
    """Calls of more than seven records take more than four times as long as one: the last one has fewer."""
    *long, last = sizes(backlogged(clock, permits=4, share=0.5, lanes=1_000))

    assert min(long) > 7
    assert last <= 7


def test_deep_lanes_make_calls_larger(clock):
    """Two hundred lanes of ten records are a longer backlog than two hundred records."""
    engine = backlogged(clock, permits=4, share=0.5, lanes=200)
    shallow = engine.take()
    for offset in range(200, 2_000):
        engine.admit(record(offset, lane=str(offset % 200)))
    deep = engine.take()

    assert shallow is not None
    assert deep is not None
    assert len(shallow.attempts) < len(deep.attempts)


def test_retries_hold_no_more_than_half_of_the_permits(clock):
    """However much fails, what does not has room."""
    engine = engine_of(4, clock)
    own(engine, [HERE])
    for offset in range(4):
        engine.admit(record(offset, lane=str(offset)))
    for failing in [started(engine) for _ in range(4)]:
        engine.park(failing, FIVE_S)
    clock.advance(5)

    taken = [engine.take() for _ in range(3)]

    assert [call is not None for call in taken] == [True, True, False]
    engine.admit(record(4, lane="fresh"))
    assert engine.take() is not None


def test_a_record_is_handed_out_with_its_number_and_its_first_time(engine, clock):
    """Error events contain them."""
    engine.admit(record(0))
    begun = clock.now()
    first = started(engine)
    engine.park(first, replace(FIVE_S, retry_state=first.retry_state))
    clock.advance(5)

    again = started(engine).delivered

    assert (again.tries, again.first_tried_at) == (2, begun)


def test_a_record_that_holds_up_its_partition_for_its_own_reasons_is_given_up(engine):
    """At three quarters of the offset map."""
    engine.admit(record(0, lane="a"))
    failing = started(engine)
    decision = decided(engine, failing, Waiting(on="customer"))
    assert isinstance(decision, Park)
    engine.park(failing, decision)
    engine.admit(record(12_286, lane="b"))
    before = engine.take_pressed()
    engine.admit(record(12_287, lane="c"))

    [(attempt, given_up)] = engine.take_pressed()

    assert before == []
    assert attempt.record.source.offset == 0
    assert given_up.rejected.code == "parked_too_long"
    engine.complete(attempt)
    assert position(engine) == 12_286


def test_a_record_that_waits_for_its_account_is_never_given_up(engine):
    """That would make an error event of every record in turn."""
    engine.admit(record(0, lane="a"))
    engine.admit(record(12_287, lane="b"))
    call = engine.take()
    assert call is not None
    engine.returned(call, [AccountDown(reason="login")])
    decision = engine.decide(call, call.attempts[0], AccountDown(reason="login"))
    assert isinstance(decision, Park)
    engine.park(call.attempts[0], decision)

    assert engine.take_pressed() == []

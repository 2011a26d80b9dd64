"""A record that waits for another makes no call and delays no other record."""

from __future__ import annotations

import itertools

import pytest

from consumer.clock import FakeClock
from consumer.engine.attempt import Attempt
from consumer.engine.calls import Call
from consumer.engine.decision import GiveUp, Park, Settle
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.ready import PASSED_OVER_AT_MOST, Ready
from consumer.outcome import Delivered, Outcome, Rejected, Waiting
from consumer.record import LaneKey, Record, Source
from tests.unit.engine.records import TOPIC, engine_of, own

HERE = Partition(topic=TOPIC, number=0)
WRITTEN = Delivered(written=())
MISSING = Waiting(on="invoice 1", missing="invoice:1")
INVOICE, PAYMENT = 1, 3


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def engine(clock):
    engine = engine_of(4, clock)
    own(engine, [HERE])
    return engine


def invoice(offset: int, number: int) -> Record:
    return record(offset, f"invoice:{number}", INVOICE)


def payment(offset: int, of: int) -> Record:
    return record(offset, f"payment:{offset}", PAYMENT, f"invoice:{of}")


def record(offset: int, lane: str, rank: int, *needs: str) -> Record:
    return Record(
        source=Source(topic=TOPIC, partition=0, offset=offset),
        timestamp_ms=0,
        key=None,
        value=b"",
        lane=LaneKey(lane),
        rank=rank,
        needs=tuple(map(LaneKey, needs)),
    )


def end(engine: Engine, call: Call, outcome: Outcome) -> None:
    engine.returned(call, [outcome] * len(call.attempts))
    for attempt in call.attempts:
        match engine.decide(call, attempt, outcome):
            case Settle() | GiveUp():
                engine.complete(attempt)
            case Park() as park:
                engine.park(attempt, park)


def taken(engine: Engine) -> tuple[Call, Attempt]:
    call = engine.take()
    assert call is not None
    [attempt] = call.attempts
    return call, attempt


def carried(engine: Engine, outcome: Outcome) -> str:
    """The lane of the next call, which ends like this."""
    call, attempt = taken(engine)
    end(engine, call, outcome)
    return attempt.record.lane


def test_an_invoice_goes_before_the_payments_that_came_before_it(engine):
    """What others depend on goes first."""
    engine.admit(payment(0, of=7))
    engine.admit(invoice(1, 1))

    assert [carried(engine, WRITTEN), carried(engine, WRITTEN)] == ["invoice:1", "payment:0"]


def test_a_payment_waits_without_a_call_for_the_invoice_that_is_under_way(engine):
    """And goes as soon as that is written."""
    engine.admit(payment(0, of=1))
    engine.admit(invoice(1, 1))
    call, _ = taken(engine)

    assert engine.take() is None
    assert engine.parked == 1
    end(engine, call, WRITTEN)
    assert carried(engine, WRITTEN) == "payment:0"


def test_a_payment_waits_for_as_long_as_this_worker_holds_its_invoice_and_that_costs_it_nothing(
    engine, clock
):
    """The invoice has a budget of its own; its refusal is published first."""
    engine.admit(invoice(0, 1))
    engine.admit(payment(1, of=1))
    carried(engine, Waiting(on="customer 9", missing="customer:9"))
    assert engine.take() is None
    clock.advance(5 * 3_600)
    assert carried(engine, Rejected(code="no", message="no")) == "invoice:1"

    call, attempt = taken(engine)

    assert attempt.record.lane == "payment:1"
    decision = engine.decide(call, attempt, MISSING)
    assert isinstance(decision, Park)
    assert decision.retry_state.waited_s == 0


def test_what_is_missing_is_asked_for_by_one_and_the_others_wait(engine, clock):
    """However many payments there are of an invoice, and however long it takes."""
    for offset in range(10):
        engine.admit(payment(offset, of=1))

    asked = [carried(engine, MISSING)]
    assert engine.take() is None
    for _ in range(5):
        clock.advance(300)
        asked.append(carried(engine, MISSING))
        assert engine.take() is None

    assert asked == ["payment:0"] * 6
    assert engine.parked == 10


def test_all_that_wait_are_woken_when_the_invoice_is_written(engine):
    """At once, and not at their next time."""
    for offset in range(5):
        engine.admit(payment(offset, of=1))
    carried(engine, MISSING)
    assert engine.take() is None
    engine.admit(invoice(9, 1))

    assert carried(engine, WRITTEN) == "invoice:1"
    assert sorted(carried(engine, WRITTEN) for _ in range(5)) == [f"payment:{number}" for number in range(5)]
    assert engine.owned_partitions.unsettled == 0


def test_all_that_wait_are_woken_when_the_one_that_asks_finds_it(engine, clock):
    """Another worker may have written the invoice."""
    for offset in range(3):
        engine.admit(payment(offset, of=1))
    carried(engine, MISSING)
    assert engine.take() is None
    clock.advance(5)

    assert [carried(engine, WRITTEN) for _ in range(3)] == ["payment:0", "payment:1", "payment:2"]


def test_when_the_one_that_asks_is_given_up_another_asks(engine, clock):
    """No record waits for one that is no longer tried."""
    engine.admit(payment(0, of=1))
    engine.admit(payment(1, of=1))
    carried(engine, MISSING)
    assert engine.take() is None
    clock.advance(5)

    assert carried(engine, Rejected(code="no", message="no")) == "payment:0"
    assert carried(engine, WRITTEN) == "payment:1"


def test_those_that_wait_use_up_their_time_too(engine, clock):
    """A payment that waits for the invoice is given up after six hours, though only the other was sent."""
    engine.admit(payment(0, of=1))
    engine.admit(payment(1, of=1))
    carried(engine, MISSING)
    assert engine.take() is None
    clock.advance(6 * 3_600)

    assert [carried(engine, MISSING), carried(engine, MISSING)] == ["payment:0", "payment:1"]
    assert engine.owned_partitions.unsettled == 0


def test_an_invoice_that_stands_holds_nobody_though_something_on_it_is_outstanding(engine):
    """Its payments can be booked; only the memo spent on it is not there yet."""
    engine.admit(invoice(0, 1))
    engine.admit(payment(1, of=1))
    carried(engine, Waiting(on="lago-cn-7", missing="credit_note:7", stands=True))

    assert carried(engine, WRITTEN) == "payment:1"


def test_an_invoice_written_once_holds_nobody_when_it_comes_again(engine):
    """A resynced one may wait for its own reasons."""
    engine.admit(invoice(0, 1))
    carried(engine, WRITTEN)
    engine.admit(invoice(1, 1))
    engine.admit(payment(2, of=1))
    carried(engine, Waiting(on="customer 9", missing="customer:9"))

    assert carried(engine, WRITTEN) == "payment:2"


def test_an_invoice_asks_itself_though_a_payment_asks_for_the_same_customer(engine):
    """Else each would wait for the other: the payment for its invoice, the invoice for who asks."""
    missing = Waiting(on="customer 9", missing="customer:9")
    engine.admit(record(0, "payment:0", PAYMENT, "invoice:1", "customer:9"))
    carried(engine, missing)
    engine.admit(record(1, "invoice:1", INVOICE, "customer:9"))

    assert carried(engine, WRITTEN) == "invoice:1"
    assert carried(engine, WRITTEN) == "payment:0"


def test_lost_partitions_leave_nobody_waiting_for_what_went_with_them(clock):
    """The payment's own partition stayed."""
    engine = engine_of(4, clock)
    there = Partition(topic=TOPIC, number=1)
    own(engine, [HERE, there])
    engine.admit(payment(0, of=1))
    lost = Record(
        source=Source(topic=TOPIC, partition=1, offset=0),
        timestamp_ms=0,
        key=None,
        value=b"",
        lane=LaneKey("invoice:1"),
        rank=INVOICE,
    )
    engine.admit(lost)
    carried(engine, Waiting(on="customer"))
    assert engine.take() is None

    engine.forget([there])

    assert carried(engine, WRITTEN) == "payment:0"


def test_every_rank_is_served_however_much_comes_in_before_it():
    """The bound of `Ready`: once in any eight turns and as many as there are ranks."""
    ready = Ready()
    for rank in range(5):
        for number in range(400):
            ready.add(LaneKey(f"{rank}:{number}"), rank)

    served = []
    for _ in range(300):
        rank = ready.ranks()[0]
        lane = ready.first(rank)
        assert lane is not None
        ready.discard(lane)
        ready.served(rank)
        served.append(rank)

    longest = PASSED_OVER_AT_MOST + 5
    for rank in range(5):
        turns = [-1, *(turn for turn, each in enumerate(served) if each == rank), len(served)]
        assert max(after - before for before, after in itertools.pairwise(turns)) <= longest
    assert served.count(0) > 300 // 2


def test_beside_ten_thousand_payments_that_wait_a_fresh_invoice_gets_the_next_free_permit(clock):
    """On the first pass, when none of them has been asked for yet, and on every later one."""
    engine = engine_of(2, clock)
    partitions = [Partition(topic=TOPIC, number=0)]
    own(engine, partitions)
    for offset in range(10_000):
        engine.admit(payment(offset, of=offset))
    in_flight = [taken(engine) for _ in range(2)]

    for number, (call, attempt) in enumerate(in_flight):
        engine.admit(invoice(10_000 + number, 20_000 + number))
        end(engine, call, Waiting(on="invoice", missing=f"invoice:{attempt.record.source.offset}"))
        assert carried(engine, WRITTEN) == f"invoice:{20_000 + number}"


def test_what_waits_in_a_partition_does_not_keep_more_of_it_from_being_fetched(engine):
    """The next records may contain some that can be written."""
    for offset in range(1_500):
        engine.admit(payment(offset, of=1))
    carried(engine, MISSING)
    assert engine.take() is None

    assert engine.owned_partitions.is_full(HERE, is_paused=False)
    assert not engine.owned_partitions.is_full(HERE, is_paused=True, begun=engine.begun_records)

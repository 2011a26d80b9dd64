"""N23: a kind of document that the account refuses is stopped, and one record of it is tried for all."""

from __future__ import annotations

import pytest

from consumer.clock import FakeClock
from consumer.engine.attempt import Attempt
from consumer.engine.calls import Call
from consumer.engine.decision import GiveUp, Park, Settle
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.refused_kinds import SHUT_AFTER
from consumer.outcome import Delivered, Hold, Outcome, Rejected, Waiting
from consumer.record import LaneKey, Record, Source
from tests.unit.engine.records import TOPIC, engine_of, own

WRITTEN = Delivered(written=())
DAY_S = 86_400.0
REFUSAL = Rejected(code="INSUFFICIENT_PERMISSION", message="no payments", details={"kind": "payment"})
REFUSED = Waiting(on="permission", kind="payment", hold=Hold(max_age_s=45 * DAY_S, refusal=REFUSAL))
NOW_S = FakeClock().now().timestamp()
RANKS = {"customer": 0, "invoice": 1, "payment": 3}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def engine(clock):
    engine = engine_of(1, clock)
    own(engine, [Partition(topic=TOPIC, number=0)])
    return engine


def admit(engine: Engine, *lanes: str, first: int = 0, came_at_s: float = NOW_S) -> None:
    for offset, lane in enumerate(lanes, first):
        engine.admit(
            Record(
                source=Source(topic=TOPIC, partition=0, offset=offset),
                timestamp_ms=int(came_at_s * 1_000),
                key=None,
                value=b"",
                lane=LaneKey(lane),
                rank=RANKS[lane.partition(":")[0]],
            )
        )


def payments(count: int, first: int = 0) -> list[str]:
    return [f"payment:{number}" for number in range(first, first + count)]


def applied(engine: Engine, call: Call, attempt: Attempt, outcome: Outcome) -> Settle | Park | GiveUp:
    decision = engine.decide(call, attempt, outcome)
    if isinstance(decision, Park):
        engine.park(attempt, decision)
    else:
        engine.complete(attempt)
    return decision


def carried(engine: Engine, says) -> list[str]:
    """The lanes that are tried until nothing more can be."""
    lanes = []
    while (call := engine.take()) is not None:
        lanes += [attempt.record.lane for attempt in call.attempts]
        outcomes = [says(attempt.record.lane) for attempt in call.attempts]
        engine.returned(call, outcomes)
        for attempt, outcome in zip(call.attempts, outcomes, strict=True):
            applied(engine, call, attempt, outcome)
    return lanes


def refuses_payments(lane: str) -> Outcome:
    return REFUSED if lane.startswith("payment:") else WRITTEN


def test_invoices_go_on_while_payments_are_refused(engine):
    """Not the connection waits but the kind."""
    admit(engine, *payments(2), "invoice:1", "invoice:2")

    carried(engine, refuses_payments)

    assert engine.queued == 2
    assert set(engine.refused_kinds) == {"payment"}


def test_after_a_few_refusals_the_others_wait_without_a_call(engine):
    """However many there are; of those that wait one asks again."""
    admit(engine, *payments(50))

    assert len(carried(engine, refuses_payments)) == SHUT_AFTER
    assert engine.queued == 50


def test_one_asks_again_however_long_it_takes_and_none_is_given_up(engine, clock):
    """Three days are no reason for error events."""
    admit(engine, *payments(50))
    carried(engine, refuses_payments)

    asked = []
    for _ in range(3 * 24 * 12):
        clock.advance(300)
        asked += carried(engine, refuses_payments)

    assert set(asked) == {"payment:0"}
    assert engine.queued == 50


def test_all_go_on_by_themselves_once_the_permission_is_back(engine, clock):
    """At the next question, within minutes."""
    admit(engine, *payments(50))
    carried(engine, refuses_payments)
    clock.advance(300)

    assert len(carried(engine, lambda _: WRITTEN)) == 50
    assert engine.refused_kinds == {}
    assert engine.queued == 0


def test_what_only_one_record_lacks_stops_no_other(engine):
    """A kind is shut by several refusals with nothing written between them."""
    admit(engine, "payment:odd", *payments(20))

    tried = carried(engine, lambda lane: REFUSED if lane == "payment:odd" else WRITTEN)

    assert len(tried) == 21
    assert engine.queued == 1


def test_one_record_that_is_refused_again_and_again_stops_no_other(engine, clock):
    """It asks for days; whatever comes meanwhile is written."""
    admit(engine, "payment:odd")
    for number in range(20):
        carried(engine, lambda lane: REFUSED if lane == "payment:odd" else WRITTEN)
        clock.advance(300)
        admit(engine, f"payment:{number}", first=number + 1)

    carried(engine, lambda lane: REFUSED if lane == "payment:odd" else WRITTEN)

    assert engine.queued == 1


def test_a_record_that_lacks_nothing_opens_the_kind_again(engine, clock):
    """Several odd ones have shut it: at each question one new record may be tried as well."""
    odd = {"payment:a", "payment:b", "payment:c"}

    def says(lane):
        return REFUSED if lane in odd else WRITTEN

    admit(engine, *sorted(odd))
    carried(engine, says)
    admit(engine, *payments(10), first=3)
    carried(engine, says)
    shut = engine.queued
    clock.advance(300)
    carried(engine, says)
    admit(engine, *payments(2, first=10), first=13)

    carried(engine, says)

    assert shut == 13
    assert engine.queued == 3


def test_the_kind_stays_refused_while_its_record_asks(engine, clock):
    """Otherwise the alert would end and begin again every few minutes."""
    admit(engine, "payment:0")
    carried(engine, refuses_payments)
    clock.advance(300)
    call = engine.take()

    assert call is not None
    assert set(engine.refused_kinds) == {"payment"}


def test_time_is_up_when_kafka_would_delete_the_record(engine):
    """Then it ends with the refusal, so that it is not lost without an error event."""
    admit(engine, "payment:0", came_at_s=NOW_S - 46 * DAY_S)
    call = engine.take()
    [attempt] = call.attempts

    decision = applied(engine, call, attempt, REFUSED)

    assert isinstance(decision, GiveUp)
    assert decision.rejected.code == "INSUFFICIENT_PERMISSION"


def test_a_customer_that_is_refused_within_an_invoice_never_waits_for_that_invoice(engine, clock):
    """The invoice needs the customer's lane: waiting for each other would have no end."""
    kind = Waiting(
        on="permission",
        kind="customer",
        hold=Hold(
            max_age_s=45 * DAY_S, refusal=Rejected(code="c", message="m", details={"kind": "customer"})
        ),
    )
    admit(engine, "invoice:1", "invoice:2", "invoice:3")
    carried(engine, lambda _: kind)
    admit(engine, "customer:1", first=3)

    assert carried(engine, lambda _: kind) == ["customer:1"]
    clock.advance(600)
    assert carried(engine, lambda _: WRITTEN)
    clock.advance(600)
    carried(engine, lambda _: WRITTEN)
    assert engine.queued == 0

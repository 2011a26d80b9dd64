"""Which parked records are shown as waiting, when, and until when."""

from __future__ import annotations

from itertools import pairwise

import pytest

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.outcome import AccountDown, Delivered, Hold, Outcome, Rejected, Unavailable, Waiting
from consumer.record import LaneKey, Record, Source
from consumer.stream.waiting_list import Change, WaitingList
from schemas.waiting import WaitingRecord
from tests.support import lago
from tests.unit.engine.records import gate_of, own

PAYMENTS = Partition(topic="lago.payments", number=0)
CLOSED = Rejected(
    code="period_closed",
    message="the accounting period of 2026-07-31 (Jul 2026) is closed",
    details={"date": "2026-07-31", "period": "Jul 2026"},
)
HELD = Waiting(on="accounting period", hold=Hold(max_age_s=45 * 86_400.0, refusal=CLOSED))
REFUSED = Rejected(
    code="INSUFFICIENT_PERMISSION", message="NetSuite refuses every payment", details={"kind": "payment"}
)


def missing(number: int) -> Waiting:
    on = f"doc lago-inv-{number}"
    return Waiting(on=on, message=f"the record {on} is not there", missing=f"invoice:{number}")


def payment(offset: int, *, of_invoice: int | None = None, size: int = 0) -> Record:
    invoice = offset if of_invoice is None else of_invoice
    content = lago.payment(
        lago_id=f"pay-{offset}",
        invoice_ids=[f"{invoice}"],
        invoice_numbers=[f"ACME-{invoice:03d}"],
        amount_cents=67127,
        external_customer_id="acme",
        filler="x" * size,
    )
    return Record(
        source=Source(topic=PAYMENTS.topic, partition=PAYMENTS.number, offset=offset),
        timestamp_ms=1_785_542_400_000,
        key=b"acme",
        value=lago.body(lago.event("payment.succeeded", content)),
        lane=LaneKey(f"payment:pay-{offset}"),
        rank=3,
        needs=(LaneKey(f"invoice:{invoice}"),),
    )


class Scene:
    """A connection whose deliveries have the outcomes that a test gives."""

    def __init__(self, *, permits: int = 100) -> None:
        self.clock = FakeClock()
        self.gate = gate_of(permits, self.clock)
        self.backoff = Backoff(jitter=lambda: 0.999)
        self.engine = Engine(permit_pool=self.gate, backoff=self.backoff, clock=self.clock)
        own(self.engine, [PAYMENTS])
        self.list = self.another()

    def another(self) -> WaitingList:
        return WaitingList(
            "eu", engine=self.engine, backoff=self.backoff, permit_pool=self.gate, clock=self.clock
        )

    def admit(self, *records: Record) -> None:
        for each in records:
            self.engine.admit(each)

    def deliver(self, outcome: Outcome) -> None:
        """Everything that is due now ends so."""
        while (call := self.engine.take()) is not None:
            self.engine.begun(call)
            self.engine.returned(call, [outcome] * len(call.attempts))
            for attempt in call.attempts:
                decision = self.engine.decide(call, attempt, outcome)
                if hasattr(decision, "delay_s"):
                    self.engine.park(attempt, decision)
                else:
                    self.engine.complete(attempt)

    def published(self, limit: int = 250) -> list[WaitingRecord | None]:
        """One turn: what it publishes; None for the end of a wait."""
        changes = self.list.changes(limit)
        values = [self.list.event(each).value for each in changes]
        for each in changes:
            self.list.published(each)
        return [WaitingRecord.model_validate_json(value) if value else None for value in values]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_payment_before_its_invoice_is_shown_after_half_a_minute_and_gone_when_it_is_written(scene: Scene):
    """With the invoice's number, the amount, why, since when and until when."""
    scene.admit(payment(1))
    scene.deliver(missing(1))

    assert scene.published() == []
    scene.clock.advance(30)
    [shown] = scene.published()
    assert scene.published() == []
    scene.clock.advance(300)
    scene.deliver(Delivered(written=()))
    ended = scene.list.changes(10)

    assert shown is not None
    assert shown.key == "eu/lago.payments/0/1"
    assert (shown.object, shown.lago_id, shown.amount, shown.currency) == (
        "payment",
        "pay-1",
        "671.27",
        "EUR",
    )
    assert (shown.kind, shown.code, shown.waits_for) == (
        "dependency",
        "dependency_missing",
        "invoice ACME-001",
    )
    assert (
        shown.reason == "payment of invoice ACME-001 (671.27 EUR): the record invoice ACME-001 is not there"
    )
    assert (shown.since, shown.as_of) == ("2026-08-01T00:00:00Z", "2026-08-01T00:00:30Z")
    assert (shown.until, shown.external_customer_id) == ("2026-08-01T06:00:00Z", "acme")
    assert [(each.source.offset, each.attempt) for each in ended] == [(1, None)]
    assert scene.list.event(ended[0]).key == b"eu/lago.payments/0/1"
    assert scene.published() == [None]
    assert scene.published() == []


def test_a_closed_period_is_shown_with_its_date_and_until_when_it_is_held(scene: Scene):
    """The limit counts from the record's own timestamp."""
    scene.admit(payment(1))
    scene.deliver(HELD)
    scene.published()
    scene.clock.advance(40)

    [shown] = scene.published()

    assert shown is not None
    assert (shown.kind, shown.code, shown.waits_for) == (
        "hold",
        "period_closed",
        "accounting period Jul 2026",
    )
    assert (shown.date, shown.until) == ("2026-07-31", "2026-09-15T00:00:00Z")
    assert "of 2026-07-31 (Jul 2026) is closed" in shown.reason


def test_a_record_behind_another_one_of_this_worker_says_which(scene: Scene):
    """It was never delivered."""
    invoice = Record(
        source=Source(topic=PAYMENTS.topic, partition=PAYMENTS.number, offset=1),
        timestamp_ms=1_785_542_400_000,
        key=None,
        value=b"{}",
        lane=LaneKey("invoice:2"),
        rank=1,
    )
    scene.admit(invoice)
    scene.deliver(HELD)
    scene.admit(payment(2))
    scene.deliver(Unavailable(reason="never"))
    scene.published()
    scene.clock.advance(31)

    behind = [each for each in scene.published() if each and each.source.offset == 2]

    assert [(each.kind, each.attempts, each.next_try) for each in behind] == [("predecessor", 0, None)]
    assert behind[0].waits_for == "invoice ACME-002"
    assert behind[0].reason.endswith("invoice ACME-002 is not settled yet")


def test_records_that_wait_untried_for_their_kind_say_what_the_account_refuses(scene: Scene):
    """Only some of them were ever sent."""
    kind = Waiting(on="permission for payment", hold=Hold(max_age_s=1e6, refusal=REFUSED), kind="payment")
    for offset in range(1, 8):
        scene.admit(payment(offset))
        scene.deliver(kind)
    scene.published()
    scene.clock.advance(31)

    shown = [each for each in scene.published() if each]

    assert {each.attempts for each in shown} == {0, 1}
    assert {(each.kind, each.code, each.waits_for) for each in shown} == {
        ("kind", "INSUFFICIENT_PERMISSION", "permission for payment")
    }


def test_what_concerns_the_whole_account_is_not_said_record_by_record(scene: Scene):
    """The circuit breaker says it once."""
    scene.admit(payment(1), payment(2))
    scene.deliver(AccountDown(reason="login"))
    scene.published()
    scene.clock.advance(31)

    assert scene.published() == []


def test_another_reason_is_published_at_most_once_a_minute(scene: Scene):
    """The same one never again, however often it is tried."""
    scene.admit(payment(1))
    scene.deliver(missing(1))
    scene.published()
    seen: list[tuple[int, str]] = []
    for turn in range(120):
        scene.clock.advance(10)
        scene.deliver(missing(1) if turn % 2 else HELD)
        seen.extend((turn * 10, each.code) for each in scene.published() if each)

    assert seen[0][0] == 20
    assert all(later - earlier >= 60 for (earlier, _), (later, _) in pairwise(seen))


def test_what_an_earlier_owner_has_shown_is_ended_once_it_is_settled_here(scene: Scene):
    """After a crash nobody else would end it; its first moment stays."""
    scene.admit(payment(1), payment(2))
    scene.deliver(missing(0))
    scene.published()
    scene.clock.advance(31)
    entries = [each for each in scene.published() if each]
    mine, foreign = entries[0], entries[1].model_copy(update={"connection": "us"})
    scene.list = scene.another()

    scene.list.adopt([mine, foreign])
    assert scene.published() == []
    scene.clock.advance(1_000)
    [again, *_] = scene.published()
    scene.deliver(Delivered(written=()))

    assert again is not None
    assert again.since == mine.since
    assert scene.published().count(None) == 2


def test_a_lost_partition_is_left_to_its_new_owner(scene: Scene):
    """It reads what is shown, and ends it."""
    scene.admit(payment(1))
    scene.deliver(missing(1))
    scene.published()
    scene.clock.advance(31)
    assert len(scene.published()) == 1

    scene.engine.forget([PAYMENTS])

    assert scene.published() == []
    own(scene.engine, [PAYMENTS])
    assert scene.published() == []


def test_a_foreign_entry_without_a_usable_time_is_adopted_as_of_now(scene: Scene):
    """Whoever wrote it."""
    scene.admit(payment(1))
    scene.deliver(missing(1))
    scene.published()
    scene.clock.advance(31)
    [entry] = scene.published()
    assert entry is not None
    scene.list = scene.another()
    scene.list.adopt([entry.model_copy(update={"since": "yesterday"})])
    scene.clock.advance(31)

    [again] = scene.published()

    assert again is not None
    assert again.since == "2026-08-01T00:00:00Z"


def test_a_storm_is_shown_piece_by_piece():
    """Ten thousand waiting records: no turn publishes more than its share, and each is published once."""
    scene = Scene(permits=20_000)
    scene.admit(*(payment(offset) for offset in range(1, 10_001)))
    scene.deliver(missing(0))
    scene.list.changes(250)
    scene.clock.advance(31)

    turns = [len(scene.published()) for _ in range(41)]

    assert turns == [250] * 40 + [0]


def test_a_change_names_its_position():
    """The end of a wait needs nothing else."""
    place = Source(topic="lago.payments", partition=3, offset=9)

    event = Scene().list.event(Change(source=place))

    assert (event.topic, event.key, event.value) == ("lago.netsuite.waiting", b"eu/lago.payments/3/9", None)

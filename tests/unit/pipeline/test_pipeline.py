"""The steps of one record: written or refused, then its event acknowledged by Kafka, then settled."""

import json
from dataclasses import replace

import pytest

from consumer.clock import FakeClock
from consumer.errors import ContractError
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Ignored,
    Rejected,
    Throttled,
    Unavailable,
    Waiting,
    Written,
)
from consumer.pipeline.assembly import pipeline_of
from consumer.record import LaneKey, Record, Source
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.outcomes import INVOICE_WRITTEN

CALL_S = 0.5

REJECTED = Rejected(code="USER_ERROR", message="Please enter value(s) for: Location")

UNSETTLED = [
    Waiting(on="customer"),
    Throttled(reason="limit", retry_after_s=1.0),
    Unavailable(reason="maintenance"),
    Ambiguous(reason="timeout"),
    AccountDown(reason="login"),
]


class Account:
    """NetSuite as a function: returns the given outcomes after half a second, and records its calls."""

    def __init__(self, clock, decision_log):
        self.answers = []
        self.calls = 0
        self.clock = clock
        self.decision_log = decision_log

    async def write(self, requests):
        self.decision_log += [("write", request) for request in requests]
        self.calls += 1
        self.clock.advance(CALL_S)
        return [
            self.answers.pop(0) if self.answers else Delivered(written=(INVOICE_WRITTEN,)) for _ in requests
        ]


class Topic:
    """Kafka as a function: acknowledges unless it is set to fail."""

    def __init__(self, decision_log):
        self.refusals = 0
        self.acknowledged_before = 0
        self.decision_log = decision_log

    async def publish(self, event):
        if self.acknowledged_before:
            self.acknowledged_before -= 1
        elif self.refusals:
            self.refusals -= 1
            raise ContractError("not acknowledged within 30 s")
        self.decision_log.append(("publish", event))


class Observer:
    """The metrics, as lists."""

    def __init__(self):
        self.errors = []
        self.fallbacks = []
        self.tries = []
        self.bookings = []

    def delivered(self, *, object, outcome, seconds):  # noqa: A002 - the label's name
        self.tries.append((object, outcome, seconds))

    def booked(self, *, connection, booking, at_s):
        self.bookings.append(booking)

    def error_published(self, *, connection, code):
        self.errors.append(code)

    def fallback_used(self, *, connection, rule):
        self.fallbacks.append((connection, rule))


class World:
    """A pipeline with everything around it."""

    def __init__(self, *, observed=True, mode="live"):
        self.decision_log = []
        self.clock = FakeClock()
        self.account = Account(self.clock, self.decision_log)
        self.topic = Topic(self.decision_log)
        self.observer = Observer()
        chosen = connection(mode=mode)
        self.pipeline = pipeline_of(
            connection=chosen,
            reports_orphans=True,
            all_connections=(chosen,),
            write=self.account.write,
            publish=self.topic.publish,
            clock=self.clock,
            observer=self.observer if observed else None,
        )

    async def deliver(self, value, offset=0):
        [outcome] = await self.pipeline.deliver([record_of(value, offset)])
        return outcome

    @property
    def published(self):
        return [event for kind, event in self.decision_log if kind == "publish"]

    @property
    def written(self):
        return [request for kind, request in self.decision_log if kind == "write"]

    def bodies(self, topic):
        return [json.loads(event.value) for event in self.published if event.topic == topic]


RESULTS, ERRORS = "lago.netsuite.results", "lago.accounting-provider-error"
UNMAPPED = lago.invoice_event(content=lago.invoice(currency="GBP"))


def record_of(value, offset=0):
    return Record(
        source=Source(topic="lago.invoices", partition=0, offset=offset),
        timestamp_ms=1_785_542_399_000,  # a second before the fake clock's beginning
        key=None,
        value=value,
        lane=LaneKey("invoice:1"),
    )


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize(
    "answer", [Delivered(written=(INVOICE_WRITTEN,)), AlreadyThere(written=(INVOICE_WRITTEN,))]
)
async def test_a_written_record_is_published_as_a_result(world, answer):
    """Also when it was there already: the result may have been lost the first time."""
    world.account.answers = [answer]

    outcome = await world.deliver(lago.invoice_event())

    assert outcome == answer
    [result] = world.bodies(RESULTS)
    assert (result["internal_id"], result["attempts"]) == ("9981", 1)
    assert result["timings"] == {"latency_ms": 1500.0, "call_ms": 500.0}
    assert [kind for kind, _ in world.decision_log] == ["write", "publish"]


async def test_the_request_of_the_event_is_what_is_written(world):
    """Mapped by the connection's rules."""
    await world.deliver(lago.invoice_event())

    [request] = world.written
    assert [item.external_id for item in request.items] == [
        f"lago-cus-{lago.CUSTOMER_ID}",
        f"lago-inv-{lago.INVOICE_ID}",
    ]


async def test_a_rejection_by_netsuite_is_published_before_it_counts_as_settled(world):
    """The error event is acknowledged, then the outcome is given."""
    world.account.answers = [REJECTED]

    outcome = await world.deliver(lago.invoice_event())

    assert outcome == REJECTED
    [error] = world.bodies(ERRORS)
    assert error["accounting_provider_customer_error"]["provider_error"] == {
        "message": "invoice ACM-3F21-202608-057 (10.00 EUR, 2026-08-01): Please enter value(s) for: Location",
        "error_code": "USER_ERROR",
    }
    assert world.observer.errors == ["USER_ERROR"]


@pytest.mark.parametrize(("value", "code"), [(UNMAPPED, "unknown_currency"), (b"garbage", "undecodable")])
async def test_what_cannot_be_mapped_is_published_without_a_call(world, value, code):
    """There is no call to NetSuite."""
    outcome = await world.deliver(value)

    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert world.written == []
    assert [
        e["accounting_provider_customer_error"]["provider_error"]["error_code"] for e in world.bodies(ERRORS)
    ] == [code]


async def test_an_ignored_event_is_neither_written_nor_published(world):
    """It is counted by its rule elsewhere."""
    outcome = await world.deliver(lago.invoice_event(status="draft"))

    assert outcome == Ignored(rule="not_finalized")
    assert world.decision_log == []


async def test_a_shadow_writes_nothing_and_reports_what_it_could_not_write():
    """The gaps of a mapping are seen while another integration still writes."""
    shadow = World(mode="shadow")

    mapped, ignored = (
        await shadow.deliver(lago.invoice_event()),
        await shadow.deliver(lago.invoice_event(status="draft"), offset=1),
    )
    refused = await shadow.deliver(UNMAPPED, offset=2)

    assert (mapped, ignored) == (Ignored(rule="shadow"), Ignored(rule="not_finalized"))
    assert isinstance(refused, Rejected)
    assert (shadow.account.calls, shadow.bodies(RESULTS)) == (0, [])
    assert len(shadow.bodies(ERRORS)) == 1


@pytest.mark.parametrize("answer", UNSETTLED, ids=lambda answer: type(answer).__name__)
async def test_what_is_not_settled_is_not_published(world, answer):
    """It is tried again, so no person has to act."""
    world.account.answers = [answer]

    assert await world.deliver(lago.invoice_event()) == answer
    assert world.published == []


@pytest.mark.parametrize(
    "answer", [REJECTED, Delivered(written=(INVOICE_WRITTEN,)), AlreadyThere(written=(INVOICE_WRITTEN,))]
)
async def test_what_kafka_does_not_acknowledge_is_not_settled(world, answer):
    """The record is tried again: NetSuite will answer the same, or that it is there already."""
    world.account.answers = [answer]
    world.topic.refusals = 1

    with pytest.raises(ContractError, match="not acknowledged"):
        await world.deliver(lago.invoice_event())

    assert world.observer.errors == []


async def test_every_result_of_a_delivery_has_to_be_acknowledged():
    """One of two is not enough."""
    world = World()
    customer = Written(
        object="customer",
        lago_id=lago.CUSTOMER_ID,
        netsuite_type="customer",
        internal_id="7",
        external_id="lago-cus-1",
        status="created",
    )
    world.account.answers = [
        Delivered(written=(customer, INVOICE_WRITTEN)),
        AlreadyThere(written=(customer, INVOICE_WRITTEN)),
    ]
    world.topic.acknowledged_before, world.topic.refusals = 1, 1

    with pytest.raises(ContractError):
        await world.deliver(lago.invoice_event())
    second = await world.deliver(lago.invoice_event())

    assert isinstance(second, AlreadyThere)
    assert [body["object"] for body in world.bodies(RESULTS)] == ["customer", "customer", "invoice"]


async def test_an_error_event_tells_how_often_and_since_when_the_record_was_tried(world):
    """As the engine has counted."""
    world.account.answers = [REJECTED]
    tried = replace(record_of(lago.invoice_event()), tries=3, first_tried_at=world.clock.now())
    world.clock.advance(120.0)

    await world.pipeline.deliver([tried])

    [error] = world.bodies(ERRORS)
    assert error["attempts"] == 3
    assert error["first_failed_at"] == "2026-08-01T00:00:00Z"
    assert error["occurred_at"] == "2026-08-01T00:02:00Z"


async def test_a_record_given_up_is_published_with_all_its_attempts(world):
    """The engine's patience is over; the error event says how long it lasted."""
    tried = replace(record_of(lago.invoice_event()), tries=2)

    await world.pipeline.give_up(tried, Rejected(code="gave_up", message="a day is over"))

    [error] = world.bodies(ERRORS)
    assert error["attempts"] == 2
    assert error["object"]["number"] == "ACM-3F21-202608-057"
    assert world.observer.errors == ["gave_up"]


async def test_a_record_given_up_before_any_attempt_counts_one(world):
    """After a restart nothing more is known."""
    await world.pipeline.give_up(record_of(lago.invoice_event()), Rejected(code="gave_up", message="over"))

    assert world.bodies(ERRORS)[0]["attempts"] == 1


async def test_giving_up_fails_when_kafka_does_not_acknowledge(world):
    """The record must not be settled."""
    world.topic.refusals = 1

    with pytest.raises(ContractError, match="not acknowledged"):
        await world.pipeline.give_up(
            record_of(lago.invoice_event()), Rejected(code="gave_up", message="over")
        )


async def test_every_fallback_is_counted(world):
    """An item chosen for want of a mapping is a warning."""
    await world.deliver(lago.invoice_event(content=lago.invoice([lago.fee("charge", "unmapped")])))

    assert world.observer.fallbacks == [("netsuite-eu", "mapping.fallback_item")]


@pytest.mark.parametrize("value", [UNMAPPED, lago.invoice_event(content=lago.invoice([lago.fee("product")]))])
async def test_nobody_needs_to_watch(value):
    """Without metrics the steps are the same."""
    world = World(observed=False)

    outcome = await world.deliver(value)

    assert isinstance(outcome, Rejected | Delivered)
    assert len(world.published) == 1


async def test_several_records_are_answered_in_their_order(world):
    """One outcome for each."""
    values = [lago.invoice_event(), b"garbage", lago.invoice_event(status="draft")]

    outcomes = await world.pipeline.deliver([record_of(value, place) for place, value in enumerate(values)])

    assert [type(outcome) for outcome in outcomes] == [Delivered, Rejected, Ignored]


async def test_several_records_are_written_in_one_call(world):
    """Each with the outcome of its own request, and with its own event."""
    world.account.answers = [Delivered(written=(INVOICE_WRITTEN,)), UNSETTLED[0], REJECTED]

    outcomes = await world.pipeline.deliver([record_of(lago.invoice_event(), place) for place in range(3)])

    assert [type(outcome) for outcome in outcomes] == [Delivered, Waiting, Rejected]
    assert (world.account.calls, len(world.written)) == (1, 3)
    assert (len(world.bodies(RESULTS)), len(world.bodies(ERRORS))) == (1, 1)


async def test_what_can_be_published_of_a_call_is_published_also_when_something_else_cannot(world):
    """Then none of its records is settled, and all are carried again."""
    world.topic.refusals = 1

    with pytest.raises(ContractError):
        await world.pipeline.deliver([record_of(lago.invoice_event(), place) for place in range(3)])

    assert len(world.bodies(RESULTS)) == 2

"""Payments without an event of their own are read from Lago when their invoice's payment status changes."""

import json

import pytest

from consumer.backfill import kinds
from consumer.clock import FakeClock
from consumer.errors import ContractError
from consumer.events.lago_webhook import webhook_of
from consumer.lago.lookup_result import Failed, Listed
from consumer.outcome import Delivered, Ignored, Rejected, Unavailable
from consumer.pipeline import routing
from consumer.pipeline.invoice_payments import InvoicePayments
from consumer.pipeline.ownership import Ownership
from consumer.record import LaneKey, Record, Source
from schemas import envelope
from schemas.lane import RANKS, place_of
from tests.support import lago
from tests.support.connection_files import connection

API = {"api_url": "https://api.lago.example", "api_key": "k"}
PAID = {"payment_status": "succeeded", "total_paid_amount_cents": 5950, "total_due_amount_cents": 0}
BY_HAND = lago.payment(lago_id="p-1", type="manual", status="succeeded", payment_status="succeeded")
BY_CARD = lago.payment(lago_id="p-2", payment_status="succeeded")


def status_updated(**changes):
    return lago.body(lago.event("invoice.payment_status_updated", lago.invoice(**(PAID | changes))))


def record(value, offset=0, origin=None):
    place = place_of(value)
    source = Source(topic="lago.invoices", partition=0, offset=offset)
    lane, headers = (
        LaneKey(place.lane or "none"),
        (("traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"), *([origin] if origin else [])),
    )
    return Record(source=source, timestamp_ms=0, key=None, value=value, lane=lane, headers=headers)


class Scene:
    """A pipeline behind, Lago beside; what reaches Kafka is kept."""

    def __init__(self, answer=None, *, origin=None, **settings):
        self.origin = origin
        self.answer = answer
        self.asked, self.published, self.given_up, self.passed_on, self.released = [], [], [], [], []
        self.raises, self.ends = None, Delivered(written=())
        self.chosen = connection(lago=API, **settings)
        self.ownership = Ownership(
            connection=self.chosen, all_connections=(self.chosen,), reports_orphans=True
        )

    async def deliver(self, *values):
        reader = InvoicePayments(
            ownership=self.ownership,
            deliver_rest=self.pipeline,
            give_up=self.give_up,
            list_payments=self.list_payments,
            publish=self.publish,
            clock=FakeClock(),
        )
        records = [record(each, place, self.origin) for place, each in enumerate(values)]
        return await reader.deliver(records, self.release)

    async def list_payments(self, invoice_id):
        self.asked.append(invoice_id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def publish(self, event):
        if self.published == ["full"]:
            raise ContractError("not acknowledged")
        self.published.append(event)

    async def pipeline(self, records, release):
        if self.raises is not None:
            raise self.raises
        self.passed_on += [one.source.offset for one in records]
        plans = [routing.plan(envelope.decode(one.value), self.ownership) for one in records]
        outcomes = [plan if isinstance(plan, Ignored) else self.ends for plan in plans]
        release(outcomes)
        return outcomes

    async def give_up(self, _, rejected):
        self.given_up.append(rejected)

    def release(self, outcomes):
        self.released.append(list(outcomes))


async def test_every_succeeded_payment_goes_to_its_topic_as_lagos_own_webhook():
    """Once each; what has not arrived is left to a later change."""
    pending = lago.payment(lago_id="p-3", payment_status="processing", status="succeeded")
    scene = Scene(Listed(rows=(BY_HAND, BY_CARD, pending)))

    [outcome] = await scene.deliver(status_updated())

    assert outcome == Ignored(rule="payments_read_from_lago")
    assert scene.asked == [lago.INVOICE_ID]
    bodies = [json.loads(event.value) for event in scene.published]
    assert [body["payment"]["lago_id"] for body in bodies] == ["p-1", "p-2"]
    assert {(body["webhook_type"], body["object_type"], body["organization_id"]) for body in bodies} == {
        ("payment.succeeded", "payment", lago.ORGANIZATION_ID)
    }
    assert bodies[0]["payment"] | BY_HAND == bodies[0]["payment"]


async def test_a_payment_read_by_the_worker_and_by_a_backfill_is_the_same_webhook():
    """One function makes both, so topic, key and bytes are equal."""
    scene = Scene(Listed(rows=(BY_CARD,)))

    await scene.deliver(status_updated(customer=lago.customer(applicable_timezone=None)))

    [event] = scene.published
    backfilled = webhook_of("payment", BY_CARD, lago.ORGANIZATION_ID)
    assert (event.topic, event.key, event.value) == (backfilled.topic, backfilled.key, backfilled.value)


async def test_the_webhook_lies_where_lagos_own_would_lie_and_says_where_it_comes_from():
    """The key of its customer, the trace of the event that announced it, and an origin."""
    scene = Scene(Listed(rows=(BY_CARD,)))

    await scene.deliver(status_updated())

    [event] = scene.published
    headers = dict(event.headers)
    assert event.topic == "lago.payments"
    assert event.key.decode() == f"{lago.ORGANIZATION_ID}:{BY_CARD['external_customer_id']}"
    assert (headers["origin"], headers["source-topic"]) == (b"lago_api", b"lago.invoices")
    assert headers["traceparent"].startswith(b"00-aaaa")


async def test_a_payment_is_dated_in_the_zone_of_the_invoices_customer():
    """The row names no customer but by id, the invoice does."""
    scene = Scene(Listed(rows=(BY_CARD,)))
    customer = lago.customer(applicable_timezone="Pacific/Auckland")

    await scene.deliver(status_updated(customer=customer))

    assert json.loads(scene.published[0].value)["payment"]["applicable_timezone"] == "Pacific/Auckland"


async def test_while_lago_cannot_be_asked_the_event_waits():
    """Nothing is published, and the pipeline does not see it."""
    scene = Scene(Failed(reason="Lago answers HTTP 503", retry_after_s=3.0))

    [outcome] = await scene.deliver(status_updated())

    assert outcome == Unavailable(reason="Lago answers HTTP 503", retry_after_s=3.0)
    assert (scene.published, scene.passed_on) == ([], [])
    assert scene.released == [[outcome]]


async def test_an_invoice_that_was_marked_as_paid_by_hand_is_its_own_kind_and_nothing_is_booked(caplog):
    """Lago sets the status and makes no payment (lago-api ``Invoices::UpdateService``)."""
    scene = Scene(Listed(rows=()))

    [outcome] = await scene.deliver(status_updated(total_paid_amount_cents=0, total_due_amount_cents=5950))

    assert outcome == Ignored(rule="paid_without_payment")
    assert scene.published == []


async def test_an_invoice_that_a_credit_note_has_settled_has_no_payment_to_miss():
    """Its status changes too, and nothing is due."""
    scene = Scene(Listed(rows=()))

    [outcome] = await scene.deliver(status_updated(total_paid_amount_cents=0, total_due_amount_cents=0))

    assert outcome == Ignored(rule="payments_read_from_lago")


@pytest.mark.parametrize(
    ("changes", "settings", "rule"),
    [
        ({"payment_status": "failed", "total_paid_amount_cents": 0}, {}, "payment_not_settled"),
        ({"payment_status": "pending", "total_paid_amount_cents": 0}, {}, "payment_not_settled"),
        ({"total_amount_cents": 0, "total_paid_amount_cents": 0}, {}, "zero_amount"),
        ({"self_billed": True}, {}, "self_billed"),
        ({"status": "open"}, {}, "not_finalized"),
        ({}, {"sync": {"payments": False}}, "sync_disabled"),
    ],
)
async def test_lago_is_not_asked_where_there_is_nothing_to_book(changes, settings, rule):
    """The rules of invoices and payments hold for the announcement."""
    scene = Scene(Listed(rows=(BY_CARD,)), **settings)

    assert await scene.deliver(status_updated(**changes)) == [Ignored(rule=rule)]
    assert scene.asked == []


async def test_a_payment_in_part_is_read_while_the_rest_is_pending():
    """What has been paid decides, not the status of the whole."""
    scene = Scene(Listed(rows=(BY_HAND,)))

    await scene.deliver(status_updated(payment_status="pending", total_paid_amount_cents=100))

    assert len(scene.published) == 1


async def test_an_invoice_before_the_start_date_may_be_paid_after_it():
    """The payment's own day decides, when it is booked."""
    scene = Scene(Listed(rows=(BY_CARD,)), start_date="2026-08-15")

    await scene.deliver(status_updated(issuing_date="2026-08-01"))

    assert len(scene.published) == 1


async def test_other_records_of_the_same_call_go_their_way():
    """Outcomes keep the order of the records, and the permit is released once."""
    scene = Scene(Failed(reason="away"))
    invoice = lago.body(lago.event("invoice.created", lago.invoice()))

    outcomes = await scene.deliver(invoice, status_updated(), invoice)

    assert outcomes == [Delivered(written=()), Unavailable(reason="away"), Delivered(written=())]
    assert scene.passed_on == [0, 2]
    assert len(scene.released) == 1


async def test_what_kafka_does_not_acknowledge_is_not_settled():
    """The event is delivered again, and what is in NetSuite by then stays as it is."""
    scene = Scene(Listed(rows=(BY_CARD,)))
    scene.published = ["full"]

    with pytest.raises(ContractError):
        await scene.deliver(status_updated())


async def test_a_defect_ends_this_record_and_no_other():
    """It is published as an internal error."""
    scene = Scene(KeyError("rows"))
    invoice = lago.body(lago.event("invoice.created", lago.invoice()))

    broken, other = await scene.deliver(status_updated(), invoice)

    assert isinstance(broken, Rejected)
    assert broken.code == "internal_error"
    assert scene.given_up == [broken]
    assert other == Delivered(written=())


async def test_nothing_is_published_about_a_record_whose_call_is_delivered_again():
    """Where the pipeline raises on the whole call, each record comes back alone, and is reported then."""
    scene = Scene(KeyError("rows"))
    scene.raises = OSError("no space left")
    invoice = lago.body(lago.event("invoice.created", lago.invoice()))

    with pytest.raises(OSError, match="no space"):
        await scene.deliver(status_updated(), invoice)

    assert scene.given_up == []


def test_without_an_api_key_the_rule_says_what_is_missing():
    """It is counted by the rule's name, and a setting fixes it."""
    chosen = connection()
    ownership = Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=True)

    plan = routing.plan(envelope.decode(status_updated()), ownership)

    assert plan == Ignored(rule="payment_needs_lago_api")


def test_the_announcement_queues_beside_its_invoice_and_goes_with_payments():
    """It must never wait before the invoice in one lane."""
    place = place_of(status_updated())

    assert (place.lane, place.rank) == (f"invoice_payments:{lago.INVOICE_ID}", RANKS["payment"])
    assert place.needs == ()


async def test_an_odd_zone_of_the_invoice_is_not_put_into_its_payments():
    """The payment itself is in order."""
    scene = Scene(Listed(rows=(BY_CARD,)))

    await scene.deliver(status_updated(customer=lago.customer(applicable_timezone=5)))

    [event] = scene.published
    assert "applicable_timezone" not in json.loads(event.value)["payment"]


CREATED = "invoice.paid_credit_added"


def created(webhook_type=CREATED, **changes):
    return lago.body(lago.event(webhook_type, lago.invoice(**(PAID | changes))))


@pytest.mark.parametrize("webhook_type", [CREATED, "invoice.created", "invoice.one_off_created"])
async def test_a_new_invoice_that_is_paid_already_is_written_and_its_payments_are_read(webhook_type):
    """An open invoice announces no payment; it is final once it is paid."""
    scene = Scene(Listed(rows=(BY_HAND, BY_CARD)))

    [outcome] = await scene.deliver(created(webhook_type))

    assert outcome == Delivered(written=())
    assert scene.passed_on == [0]
    assert [json.loads(event.value)["payment"]["lago_id"] for event in scene.published] == ["p-1", "p-2"]


@pytest.mark.parametrize(
    ("event", "settings"),
    [
        (created(total_paid_amount_cents=0), {}),
        (created(self_billed=True), {}),
        (created(webhook_type="invoice.payment_overdue"), {}),
        (created(webhook_type="invoice.voided"), {}),
        (created(), {"sync": {"payments": False}}),
        (created(), {"select": {"billing_entities": ["other"]}}),
        (b'{"object_type":"invoice","invoice":{"total_paid_amount_cents":"1"}}', {}),
    ],
)
async def test_other_invoices_ask_lago_for_nothing(event, settings):
    """Nor does one of another connection."""
    scene = Scene(Listed(rows=(BY_CARD,)), **settings)

    await scene.deliver(event)

    assert (scene.asked, scene.published) == ([], [])


async def test_a_backfilled_invoice_asks_lago_for_nothing():
    """The backfill sends the payments too; each would be read and written twice."""
    scene = Scene(Listed(rows=(BY_CARD,)), origin=kinds.ORIGIN)

    [outcome] = await scene.deliver(created())

    assert outcome == Delivered(written=())
    assert (scene.asked, scene.published) == ([], [])


async def test_an_invoice_whose_payments_cannot_be_read_comes_again_after_it_was_written():
    """Lago's outage does not keep it from NetSuite."""
    scene = Scene(Failed(reason="Lago answered 503", retry_after_s=7.0))

    [outcome] = await scene.deliver(created())

    assert outcome == Unavailable(reason="Lago answered 503", retry_after_s=7.0)
    assert scene.passed_on == [0]
    assert scene.released == [[Delivered(written=())]]


async def test_an_invoice_that_is_not_written_reads_no_payments_yet():
    """Else each attempt would put them on their topic again."""
    scene = Scene(Listed(rows=(BY_CARD,)))
    scene.ends = Unavailable(reason="NetSuite is down")

    [outcome] = await scene.deliver(created())

    assert outcome == scene.ends
    assert scene.asked == []


async def test_a_written_invoice_comes_again_when_kafka_does_not_take_its_payments():
    """Nothing raises after other records of the call have been reported."""
    scene = Scene(Listed(rows=(BY_CARD,)))
    scene.published = ["full"]

    [outcome] = await scene.deliver(created())

    assert isinstance(outcome, Unavailable)


async def test_a_defect_while_payments_of_a_written_invoice_are_read_is_an_error_event():
    """As it is for a change of the payment status."""
    scene = Scene(ValueError("secret"))

    [outcome] = await scene.deliver(created())

    assert isinstance(outcome, Rejected)
    assert scene.given_up == [outcome]
    assert "secret" not in str(outcome)

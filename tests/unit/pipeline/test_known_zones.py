"""A payment that names no zone is dated in the one that its invoice or customer has named before."""

import asyncio

import pytest

from consumer.clock import FakeClock
from consumer.outcome import Delivered
from consumer.pipeline.assembly import pipeline_of
from consumer.pipeline.known_zones import KnownZones
from consumer.record import LaneKey, Record, Source
from schemas import envelope
from tests.support import lago
from tests.support.connection_files import connection

AUCKLAND = lago.customer(timezone="Pacific/Auckland", applicable_timezone="Pacific/Auckland")
HALF_PAST_MIDNIGHT_IN_AUCKLAND = "2026-07-31T12:30:00Z"


def paid(**changes):
    content = lago.payment(created_at=HALF_PAST_MIDNIGHT_IN_AUCKLAND, **changes)
    return lago.body(lago.event("payment.succeeded", content))


def receipt():
    content = lago.payment_receipt()
    return lago.body(
        lago.event(
            "payment_receipt.created",
            content
            | {
                "payment": content["payment"]
                | {"type": "provider", "created_at": HALF_PAST_MIDNIGHT_IN_AUCKLAND}
            },
        )
    )


def event(content):
    return envelope.decode(content)


def days(*contents, connection_=None):
    """The days that one worker dates the payments among these events, delivered in this order."""
    connection_ = connection_ or connection()
    written = []

    async def write(requests):
        written.extend(request.items[-1].record for request in requests)
        return [Delivered(written=()) for _ in requests]

    pipeline = pipeline_of(
        connection=connection_,
        reports_orphans=True,
        all_connections=[connection_],
        write=write,
        publish=acknowledge,
        clock=FakeClock(),
    )
    for offset, content in enumerate(contents):
        source = Source(topic="lago.payments", partition=0, offset=offset)
        record = Record(source=source, timestamp_ms=0, key=None, value=content, lane=LaneKey("a"))
        asyncio.run(pipeline.deliver([record]))
    return [each["columns"]["trandate"] for each in written if each["type"] == "customerpayment"]


async def acknowledge(_):
    """Take everything."""


@pytest.mark.parametrize("payment", [paid(), receipt()], ids=["payment", "receipt"])
def test_a_payment_after_its_invoice_is_dated_where_the_customer_lives(payment):
    """Half past midnight on August 1 in Auckland is July 31 in UTC: another month."""
    assert days(payment) == ["2026-07-31"]
    assert days(lago.invoice_event(customer=AUCKLAND), payment) == ["2026-08-01"]


def test_a_payment_of_an_invoice_nobody_saw_is_dated_by_its_customer():
    """Of whom any event will do."""
    customer = lago.body(lago.event("customer.updated", AUCKLAND))

    assert days(customer, paid(invoice_ids=["another"])) == ["2026-08-01"]


def test_the_invoices_zone_goes_before_the_customers():
    """The customer may have moved since, and Lago closed the invoice's period where they lived then."""
    billed = lago.invoice_event(customer=AUCKLAND)
    moved = lago.body(lago.event("customer.updated", AUCKLAND | {"applicable_timezone": "America/Lima"}))

    assert days(billed, moved, paid()) == ["2026-08-01"]
    assert days(billed, moved, paid(invoice_ids=["another"])) == ["2026-07-31"]


def test_a_zone_that_the_payment_names_is_its_own():
    """Whatever was seen before."""
    billed = lago.invoice_event(customer=AUCKLAND)

    assert days(billed, paid(applicable_timezone="America/Lima")) == ["2026-07-31"]


def test_the_connections_zone_is_for_what_nobody_has_named():
    """A zone that an invoice has named wins over it."""
    lima = lago.customer(timezone=None, applicable_timezone="America/Lima")
    in_auckland = connection(time_zone="Pacific/Auckland")

    assert days(paid(), connection_=in_auckland) == ["2026-08-01"]
    assert days(lago.invoice_event(customer=lima), paid(), connection_=in_auckland) == ["2026-07-31"]


def test_what_was_seen_longest_ago_is_forgotten_first():
    """However many customers pass, the memory of a worker is bounded."""
    zones = KnownZones(max_zones=2)
    for number in range(3):
        customer = AUCKLAND | {"lago_id": f"customer {number}"}
        zones.completed(event(lago.body(lago.event("customer.updated", customer))))

    named = [
        zones.completed(event(paid(lago_customer_id=f"customer {number}", invoice_ids=[]))).object.get(
            "applicable_timezone"
        )
        for number in range(3)
    ]

    assert named == [None, "Pacific/Auckland", "Pacific/Auckland"]


def test_events_of_a_wrong_shape_teach_nothing_and_pass_as_they_are():
    """The next step reports their fault."""
    zones = KnownZones()
    for content in (b"", b"{}", lago.body(lago.event("invoice.created", {"customer": 7, "lago_id": 8}))):
        seen = event(content)
        assert zones.completed(seen) is seen
    odd = event(paid(invoice_ids=7, lago_customer_id=None))
    assert zones.completed(odd) is odd

"""From Lago's webhooks to the books: refunds that the payment provider refuses after the note was issued."""

from __future__ import annotations

import json

import pytest

from consumer.failures import failure as failures
from consumer.record import LaneKey, Record, Source
from consumer.sandbox.lago import billing, crediting, settlement
from tests.support.lago_to_netsuite import LagoToNetSuite

USAGE = [{"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}]


def paid_back(way):
    """A note over all of a paid invoice, whose money goes back."""
    way.lago.upsert_customer("acme", currency="EUR")
    invoice = billing.bill(way.lago, "acme", USAGE)
    settlement.pay(way.lago, [invoice["lago_id"]], how="settled_later")
    return crediting.credit(way.lago, invoice["lago_id"], to="refund")


def failure_of(carried):
    [event] = [each for each in carried.published if each.topic == "lago.accounting-provider-error"]
    source = Source(topic=event.topic, partition=0, offset=0)
    return failures.read(
        Record(
            source=source,
            timestamp_ms=0,
            key=event.key,
            value=event.value,
            headers=event.headers,
            lane=LaneKey(""),
        )
    )


@pytest.mark.parametrize(("refunds", "booked"), [("customer_refund", 1), ("manual", 0)])
async def test_a_refund_that_fails_after_it_was_booked_is_an_error_for_finance(refunds, booked):
    """The books stay as they are; the error is about this refund, and says what to do."""
    way = LagoToNetSuite(refunds=refunds)
    note = paid_back(way)
    await way.carry()
    crediting.refund_failed(way.lago, note["lago_id"])

    carried = await way.carry(repeats=2)

    assert [each.code for each in carried.rejections] == ["refund_failed"] * 2
    assert len(way.records("customerrefund")) == booked
    way.close()


async def test_the_failure_is_found_by_customer_and_has_an_owner():
    """What `errors` shows of it."""
    way = LagoToNetSuite()
    note = paid_back(way)
    await way.carry()
    crediting.refund_failed(way.lago, note["lago_id"])

    found = failure_of(await way.carry())

    assert (found.object, found.object_id, found.who) == ("refund_failure", note["lago_id"], "finance")
    assert note["customer"]["external_id"] in found.customers
    assert "close this error" in found.fix
    way.close()


async def test_a_refund_that_had_failed_before_the_note_came_is_not_booked_and_named():
    """In either order: the note says so itself, the webhook is the error."""
    way = LagoToNetSuite(refunds="customer_refund")
    note = paid_back(way)
    crediting.refund_failed(way.lago, note["lago_id"])

    carried = await way.carry()

    assert [each.code for each in carried.rejections] == ["refund_failed"]
    assert way.records("customerrefund") == []
    results = [json.loads(each.value) for each in carried.published if each.topic == "lago.netsuite.results"]
    assert [each["action_needed"] for each in results if each["object"] == "credit_note"] == ["refund"]
    way.close()


async def test_a_note_that_is_sent_again_does_not_settle_the_failure():
    """Only a person knows that the money went back another way."""
    way = LagoToNetSuite(refunds="customer_refund")
    note = paid_back(way)
    await way.carry()
    crediting.refund_failed(way.lago, note["lago_id"])
    failed = failure_of(await way.carry())
    way.lago.announce("credit_note.created", note)

    again = await way.carry()

    results = [json.loads(each.value) for each in again.published]
    assert results
    assert all((each["object"], each["lago_id"]) != (failed.object, failed.object_id) for each in results)
    way.close()

"""What cannot be booked has an error event: the way from the webhook to the topic that finance reads."""

from __future__ import annotations

import asyncio
import json
from random import Random

import pytest
import structlog

from consumer.sandbox.netsuite.profile import Profile
from tests.support import lago
from tests.support.faulty_delivery import Road, Webhook

FEE = lago.fee("subscription", "enterprise", units="1", unit_price="80")


def webhook(webhook_type: str, content: lago.Json) -> Webhook:
    topic = "lago.payments" if webhook_type.startswith("payment") else "lago.invoices"
    return Webhook(topic=topic, value=lago.body(lago.event(webhook_type, content)))


def bill(**changes: object) -> lago.Json:
    return lago.invoice([FEE], **{"customer": lago.customer(integration_customers=[])} | changes)


@pytest.fixture
def road():
    with structlog.testing.capture_logs():
        found = Road()
        yield found
        found.close()


def failure(road: Road, *webhooks: Webhook, **connection: object) -> lago.Json:
    """The only error event among the published events."""
    told = asyncio.run(road.carry(list(webhooks), dice=Random(0), **connection))
    found = [json.loads(each.value) for each in told.events if each.topic == "lago.accounting-provider-error"]
    [body] = found
    assert body["hint"], "an error event says what to change"
    assert body["object"]["lago_id"], "an error event names the Lago object"
    return body | body[body["object_type"]]["provider_error"]


CREATED = webhook("invoice.created", bill())
PAID = webhook("payment.succeeded", lago.payment(amount_cents=8000))
VOIDED = webhook("invoice.voided", bill(status="voided", voided_at="2026-08-29T09:00:00Z"))
OFFSET = webhook(
    "credit_note.created",
    lago.credit_note(customer=lago.customer(), offset_amount_cents=1000, credit_amount_cents=0),
)


def test_a_void_of_a_paid_invoice(road):
    told = failure(road, CREATED, PAID, VOIDED)

    assert told["error_code"] == "void_of_paid_invoice"
    assert (told["object"]["number"], told["object"]["amount"]) == (bill()["number"], "80.00")
    assert "80.00" in told["message"]
    assert bill()["number"] in told["message"]


def test_an_offset_of_more_than_is_due(road):
    told = failure(road, CREATED, PAID, OFFSET)

    assert told["error_code"] == "overapplied"
    assert "10.00 is to be applied" in told["message"]
    assert "0.00 is left" in told["message"]


def test_a_link_to_no_customer(road):
    linked = lago.customer(integration_customers=[lago.link("netsuite-eu", external_customer_id="4711")])

    told = failure(road, webhook("customer.updated", linked))

    assert told["error_code"] == "link_not_found"
    assert "4711" in told["message"]


@pytest.mark.parametrize("missing", ["fees", "customer"])
def test_an_event_without_what_it_needs(road, missing):
    told = failure(road, webhook("invoice.created", bill() | {missing: None}))

    assert told["error_code"] == "incomplete_event"
    assert missing in told["message"]


def test_a_customer_of_the_event_that_was_deleted_in_netsuite(road):
    """What Lago has linked does not exist any more."""
    linked = lago.customer(integration_customers=[lago.link("netsuite-eu", external_customer_id="4711")])

    told = failure(road, webhook("invoice.created", bill(customer=linked)))

    assert told["error_code"] == "link_not_found"


def shut() -> Road:
    """An account in which the month of the invoice is closed."""
    profile = Profile.load()
    periods = (one.model_copy(update={"closed": one.name == "Aug 2026"}) for one in profile.periods)
    return Road(profile.model_copy(update={"periods": tuple(periods)}))


@pytest.fixture
def shut_road():
    with structlog.testing.capture_logs():
        found = shut()
        yield found
        found.close()


def test_a_date_in_a_closed_period_is_told_where_that_is_the_policy(shut_road):
    told = failure(shut_road, CREATED, closed_period="reject")

    assert told["error_code"] == "period_closed"


def test_a_date_in_a_closed_period_waits_for_it_where_that_is_the_policy(shut_road):
    with pytest.raises(TimeoutError, match="accounting period"):
        asyncio.run(shut_road.carry([CREATED], dice=Random(0), closed_period="hold"))


def test_a_date_in_a_closed_period_is_posted_later_where_that_is_the_policy(shut_road):
    told = asyncio.run(shut_road.carry([CREATED], dice=Random(0), closed_period="next_open_period"))

    assert told.rejections == []
    assert len(shut_road.account.records("invoice")) == 1


def test_a_fee_without_a_mapping(road):
    told = failure(road, CREATED, mapping={"currencies": {"EUR": "2"}})

    assert told["error_code"] == "invalid_mapping"
    assert "connections.yaml" in told["hint"] or "mapping." in told["hint"]


def test_a_currency_that_the_customer_does_not_have():
    """In an account whose customers have one currency only."""
    profile = Profile.load()
    features = profile.features - {"MULTICURRENCYCUSTOMER"}
    with structlog.testing.capture_logs():
        road = Road(profile.model_copy(update={"features": features}))
        dollars = lago.invoice([FEE], currency="USD", customer=lago.customer(integration_customers=[]))
        told = failure(road, webhook("invoice.created", dollars))
        road.close()

    assert told["error_code"] == "currency_not_on_customer"
    assert "USD" in told["message"]

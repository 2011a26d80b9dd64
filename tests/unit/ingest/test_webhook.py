"""A webhook becomes a record: where, under which key, with which headers."""

import re
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from consumer.ingest.routing_keys import outline
from consumer.ingest.webhook import TOPICS, Webhook, to_event, topic_of
from consumer.kafka import topics
from consumer.pipeline.routing import ROUTES
from tests.support import lago
from tests.support.webhooks import UNIQUE_KEY

NOW = datetime(2026, 8, 1, 9, 30, 0, 123456, tzinfo=UTC)
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MADE = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
WEBHOOK = Webhook(
    name="netsuite-eu",
    body=lago.invoice_event(),
    signature="signature",
    algorithm="hmac",
    unique_key=UNIQUE_KEY,
    trace_parent=PARENT,
    trace_state="vendor=1",
)


def made(webhook=WEBHOOK):
    event = outline(webhook.body)
    return to_event(webhook, event, topic=topic_of(event), now=NOW)


def headers(webhook=WEBHOOK):
    return dict(made(webhook).headers)


def test_the_bytes_are_kept_as_they_came():
    """A consumer of the topic can verify Lago's signature again."""
    event = made()

    assert event.value is WEBHOOK.body
    assert {name: dict(event.headers)[name] for name in dict(event.headers) if name.startswith("x-lago")} == {
        "x-lago-signature": b"signature",
        "x-lago-signature-algorithm": b"hmac",
        "x-lago-unique-key": UNIQUE_KEY.encode(),
    }


def test_a_record_is_a_cloud_event_named_after_lagos_unique_key():
    """The same for every repeat."""
    assert {name: text for name, text in headers().items() if name.startswith("ce_")} == {
        "ce_specversion": b"1.0",
        "ce_id": UNIQUE_KEY.encode(),
        "ce_type": b"invoice.created",
        "ce_source": f"/lago/{lago.ORGANIZATION_ID}".encode(),
        "ce_time": b"2026-08-01T09:30:00.123Z",
    }


PAYMENT = lago.payment()
EVENTS = [
    ("customer.created", lago.customer(), "customer", "lago.customers"),
    ("invoice.created", lago.invoice(), "invoice", "lago.invoices"),
    ("credit_note.created", lago.credit_note(), "credit_note", "lago.credit_notes"),
    ("payment.succeeded", PAYMENT, "payment", "lago.payments"),
    ("payment_receipt.created", lago.payment_receipt(), "payment_receipt", "lago.payments"),
]


@pytest.mark.parametrize(("kind", "content", "object_type", "topic"), EVENTS)
def test_topic_and_key_follow_from_the_object(kind, content, object_type, topic):
    """All objects of one customer of one organisation are on one partition number."""
    body = lago.body(lago.event(kind, content, object_type=object_type))

    event = made(replace(WEBHOOK, body=body))

    assert (event.topic, event.key) == (topic, f"{lago.ORGANIZATION_ID}:cus_7f21c0".encode())
    assert event.partition is None


def test_what_names_no_customer_is_keyed_by_its_organisation():
    body = lago.body(lago.event("invoice.created", {"lago_id": "1", "customer": None}))

    assert made(replace(WEBHOOK, body=body)).key == lago.ORGANIZATION_ID.encode()


@pytest.mark.parametrize("kind", ["invoice.drafted", "invoice.something_new", "customer.vies_check"])
def test_every_event_about_the_four_objects_is_kept(kind):
    """Lago sends nothing again, so what has no rule today must be there to be replayed."""
    event = outline(lago.body(lago.event(kind, {"lago_id": "1"})))

    assert topic_of(event) == TOPICS[kind.partition(".")[0]]


@pytest.mark.parametrize(
    "kind",
    [
        "subscription.started",
        "fee.created",
        "payment_request.created",
        "payment_request.payment_failure",
        "payment_request.payment_status_updated",
        "wallet.updated",
        "wallet_transaction.created",
        "x",
    ],
)
def test_an_event_about_anything_else_belongs_nowhere(kind):
    assert topic_of(outline(lago.body(lago.event(kind, {"lago_id": "1"})))) is None


@pytest.mark.parametrize("kind", sorted(ROUTES))
def test_every_event_that_is_acted_on_has_a_topic(kind):
    """Whatever it calls its object."""
    event = outline(lago.body(lago.event(kind, {"lago_id": "1"}, object_type="renamed")))

    assert topic_of(event) in topics.names("input")


def test_every_topic_is_an_input_of_the_worker():
    assert set(TOPICS.values()) == set(topics.names("input"))


def test_a_trace_is_carried_on():
    assert (headers()["traceparent"], headers()["tracestate"]) == (PARENT.encode(), b"vendor=1")


@pytest.mark.parametrize(
    "parent", ["", "nonsense", PARENT.upper(), PARENT + "-x", f"00-{'0' * 32}-{'1' * 16}-01"]
)
def test_where_there_is_no_good_trace_one_begins(parent):
    """W3C Trace Context; the state of a trace that is not carried on is dropped."""
    webhook = replace(WEBHOOK, trace_parent=parent)

    first, second = headers(webhook), headers(webhook)

    assert MADE.fullmatch(first["traceparent"])
    assert first["traceparent"] != second["traceparent"]
    assert "tracestate" not in first


@pytest.mark.parametrize("state", ["", "é=1", "x" * 513])
def test_a_trace_state_that_is_none_is_dropped(state):
    assert "tracestate" not in headers(replace(WEBHOOK, trace_state=state))

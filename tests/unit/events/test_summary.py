"""The summary of an event has only what its object contains, for an object of any shape."""

import pytest

from consumer.events import booked_amounts, document_names, summary
from consumer.events.summary import ObjectSummary
from consumer.outcome import Rejected
from schemas import envelope
from tests.support import lago


def facts_of(webhook_type, content):
    return summary.of(envelope.decode(lago.body(lago.event(webhook_type, content))))


def known(number, cents, currency="EUR"):
    return ObjectSummary(
        number=number,
        cents=cents,
        currency=currency,
        lago_customer_id=lago.CUSTOMER_ID,
        external_customer_id="cus_7f21c0",
    )


@pytest.mark.parametrize(
    ("webhook_type", "content", "expected"),
    [
        ("customer.created", lago.customer(), known("cus_7f21c0", None)),
        ("invoice.created", lago.invoice(), known("ACM-3F21-202608-057", 1000)),
        ("credit_note.created", lago.credit_note(), known("ACM-3F21-202608-057-CN001", 1000)),
        ("payment.succeeded", lago.payment(), known(None, 1000)),
        ("payment_receipt.created", lago.payment_receipt(), known("ACM-3F21-018-RCPT-000007", 1000)),
    ],
)
def test_people_know_an_object_by_number_amount_and_customer(webhook_type, content, expected):
    """The amount and the customer of a receipt are its payment's."""
    assert facts_of(webhook_type, content) == expected


def test_a_number_that_is_no_text_is_a_text_all_the_same():
    """Some bridges write numbers where Lago writes texts."""
    assert facts_of("invoice.created", lago.invoice() | {"number": 57}).number == "57"


@pytest.mark.parametrize("strange", [True, 10.5, "1000", None, []])
def test_an_amount_that_is_no_whole_number_is_none(strange):
    """A summary must not contain invented values."""
    assert facts_of("invoice.created", lago.invoice() | {"total_amount_cents": strange}).cents is None


@pytest.mark.parametrize("strange", [True, {}, [], None])
def test_a_text_that_is_none_is_none(strange):
    """No currency rather than a wrong one."""
    assert facts_of("invoice.created", lago.invoice() | {"currency": strange}).currency is None


@pytest.mark.parametrize("customer", [None, "text", [], 7])
def test_an_invoice_without_its_customer_names_none(customer):
    """Least of all by its own id."""
    found = facts_of("invoice.created", lago.invoice(customer=customer))

    assert (found.lago_customer_id, found.external_customer_id) == (None, None)


@pytest.mark.parametrize("payment", [None, "text", []])
def test_a_receipt_without_its_payment_has_neither_amount_nor_customer(payment):
    """It is refused, and the error event has what is known."""
    found = facts_of("payment_receipt.created", lago.payment_receipt(payment=payment))

    assert found == ObjectSummary(
        number="ACM-3F21-018-RCPT-000007",
        cents=None,
        currency=None,
        lago_customer_id=None,
        external_customer_id=None,
    )


@pytest.mark.parametrize(
    ("webhook_type", "content"),
    [
        ("customer.created", lago.customer()),
        ("invoice.created", lago.invoice([lago.fee("charge", units=12, tax_rate=19)])),
        ("invoice.voided", lago.invoice()),
        ("credit_note.created", lago.credit_note()),
        ("payment.succeeded", lago.payment()),
        ("payment_receipt.created", lago.payment_receipt()),
    ],
)
def test_what_is_published_of_an_event_needs_no_details(webhook_type, content):
    """While its call lasts, a record keeps its event without fees, taxes and addresses."""
    event = envelope.decode(lago.body(lago.event(webhook_type, content)))
    kept = summary.without_details(event)

    assert said_of(kept) == said_of(event)
    assert kept.object_id == event.object_id


def test_an_event_without_details_is_a_fraction_of_it():
    """Fees, their taxes and the customer's addresses are most of an invoice."""
    fees = [lago.fee("charge", units=12, tax_rate=19)]
    event = envelope.decode(lago.body(lago.event("invoice.created", lago.invoice(fees))))

    kept = summary.without_details(event)

    assert len(envelope.encode(kept.object)) < len(envelope.encode(event.object)) / 4


def said_of(event):
    """All that results, error events and figures say of it."""
    ids = f"lago-inv-{lago.INVOICE_ID} of lago-cus-{lago.CUSTOMER_ID} is missing"
    rejected = Rejected(code="c", message="m")
    return summary.of(event), document_names.sentence(ids, event), [*booked_amounts.of(event, rejected)]

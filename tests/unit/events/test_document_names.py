"""A finance person knows a document by its number, its amount and its date."""

import pytest

from consumer.events import document_names
from schemas import envelope
from tests.support import lago

NUMBER = "ACM-3F21-202608-057"


def decoded(value):
    found = envelope.decode(value)
    assert isinstance(found, envelope.Envelope)
    return found


def event(webhook_type, content, **changes):
    return decoded(lago.body(lago.event(webhook_type, content, **changes)))


INVOICE = decoded(lago.invoice_event())
PAYMENT = event("payment.succeeded", lago.payment())


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (INVOICE, f"invoice {NUMBER} (10.00 EUR, 2026-08-01)"),
        (event("invoice.voided", lago.invoice()), f"void of invoice {NUMBER} (10.00 EUR, 2026-08-01)"),
        (PAYMENT, f"payment of invoice {NUMBER} (10.00 EUR)"),
        (event("customer.updated", lago.customer()), "customer cus_7f21c0"),
        (event("payment.succeeded", lago.payment(invoice_numbers=[], invoice_ids=[])), "payment (10.00 EUR)"),
        (event("invoice.created", {"lago_id": "1", "number": 7, "issuing_date": ["x"]}), "invoice 7"),
    ],
)  # fmt: skip
def test_a_document_is_called_by_what_the_event_says_of_it(found, name):
    """As much as there is, of whatever shape."""
    assert document_names.subject(found) == name


def test_the_date_is_that_of_the_document_in_netsuite_where_it_is_known():
    """A payment has no issuing date in Lago."""
    assert document_names.subject(PAYMENT, "2026-08-03").endswith("(10.00 EUR, 2026-08-03)")


def test_a_payment_of_many_invoices_names_the_first_few():
    """The sentence stays one."""
    ids = [lago.id_of("many", number) for number in range(9)]
    content = lago.payment(invoice_ids=ids, invoice_numbers=[f"M-{number}" for number in range(9)])

    found = document_names.subject(event("payment.succeeded", content))

    assert found == "payment of invoice M-0, invoice M-1, invoice M-2, … (10.00 EUR)"


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        (f"lago-inv-{lago.INVOICE_ID} is not in NetSuite yet.", f"invoice {NUMBER} is not in NetSuite yet."),
        (f"bring doc lago-inv-{lago.INVOICE_ID} into NetSuite", f"bring invoice {NUMBER} into NetSuite"),
        (f"bring entity lago-cus-{lago.CUSTOMER_ID} in", "bring customer cus_7f21c0 in"),
        ("lago-inv-somebody-elses is missing", "lago-inv-somebody-elses is missing"),
    ],
)
def test_ids_give_way_to_numbers(text, readable):
    """Where the event names one; others stay as they are."""
    assert document_names.without_ids(text, PAYMENT) == readable


def test_a_number_may_hold_anything():
    """Also what a pattern would read as a group."""
    odd = event("invoice.created", lago.invoice(number=r"A\1\g<0>"))

    assert document_names.without_ids(f"lago-inv-{lago.INVOICE_ID}.", odd) == r"invoice A\1\g<0>."


def test_a_sentence_names_its_document_once():
    """Also where the message begins with it."""
    said = document_names.sentence(f"invoice {NUMBER}: no NetSuite currency is mapped for GBP", INVOICE)

    assert said == f"invoice {NUMBER} (10.00 EUR, 2026-08-01): no NetSuite currency is mapped for GBP"
    assert document_names.without_subject(said, "invoice", NUMBER).startswith("no NetSuite currency")

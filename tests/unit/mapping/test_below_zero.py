"""A document below zero is refused in a sentence that a finance person understands."""

import pytest

from tests.support import lago
from tests.support.mapping_results import document, lines, refused

NEGATIVE_FEE = lago.fee(unit_price="10") | {"amount_cents": -1000, "total_amount_cents": -1000}


def invoice_of(*fees, webhook_type="invoice.created", **changes):
    return lago.body(lago.event(webhook_type, lago.invoice(list(fees)) | changes))


@pytest.mark.parametrize(
    ("event", "label"),
    [
        (invoice_of(NEGATIVE_FEE, total_amount_cents=-1000), "invoice ACM-3F21-202608-057"),
        (invoice_of(lago.fee(unit_price="10"), total_amount_cents=-1000), "invoice ACM-3F21-202608-057"),
        (
            invoice_of(NEGATIVE_FEE, webhook_type="invoice.voided", total_amount_cents=-1000),
            "invoice ACM-3F21-202608-057",
        ),
        (
            lago.body(lago.event("credit_note.created", lago.credit_note(total_amount_cents=-1000))),
            "credit note ACM-3F21-202608-057-CN001",
        ),
        (
            lago.body(lago.event("payment.succeeded", lago.payment(amount_cents=-1000))),
            f"payment {lago.payment()['lago_id']}",
        ),
    ],
)
def test_what_comes_to_less_than_nothing_is_refused_by_name(event, label):
    """With its number, the amount, and what to do instead; nothing is sent."""
    rejection = refused(event)

    assert rejection.code == "negative_total"
    assert rejection.message == (
        f"{label} comes to -10.00 EUR; NetSuite books no invoice, credit memo or payment below zero"
    )
    assert "credit note" in rejection.hint
    assert rejection.details["amount"] == "-10.00"


def test_a_fee_below_zero_lessens_an_invoice_that_is_not():
    """It is a line like any other."""
    event = invoice_of(lago.fee(unit_price="15"), NEGATIVE_FEE, total_amount_cents=500, fees_amount_cents=500)

    assert [line["amount"] for line in lines(event)] == ["15.00", "-10.00"]
    assert document(event)["expect"]["total"] == "5.00"

"""Payment disputes that are lost: a webhook of its own kind, no changed amount, and a filter with a trap."""

import pytest

from consumer.sandbox.lago import serializers


@pytest.fixture
def paid(lago):
    invoice = lago.bill()
    lago.act("payments", invoice_ids=[invoice["lago_id"]])
    return invoice["lago_id"]


def test_a_lost_dispute_changes_no_amount(lago, paid):
    """Its moment tells that the money went back, with milliseconds."""
    before = lago.get(f"invoices/{paid}").json()["invoice"]

    after = lago.send("POST", f"invoices/{paid}/lose_dispute", None).json()["invoice"]

    assert after == before | {"payment_dispute_lost_at": "2026-08-01T00:05:00.000Z"}


def test_the_webhook_of_a_lost_dispute_has_the_invoice_inside(lago, paid):
    """Its object is the dispute; the invoice has its customer and nothing else that is optional."""
    lago.act("disputes", invoice_id=paid)

    announced = lago.server.organization.outbox[-1]
    webhook = serializers.webhook(lago.server.organization, announced)

    assert (webhook["webhook_type"], webhook["object_type"]) == (
        "invoice.payment_dispute_lost",
        "payment_dispute_lost",
    )
    invoice = webhook["payment_dispute_lost"]["invoice"]
    assert (invoice["lago_id"], "customer" in invoice, "fees" in invoice) == (paid, True, False)


def test_only_final_and_voided_invoices_are_disputable(lago):
    """405 for others."""
    draft, voided = lago.bill(status="draft"), lago.bill()
    lago.act("voids", invoice_id=voided["lago_id"])

    answers = [lago.send("POST", f"invoices/{one['lago_id']}/lose_dispute", None) for one in (draft, voided)]

    assert [answer.status_code for answer in answers] == [405, 200]
    assert answers[0].json()["code"] == "not_disputable"


@pytest.mark.parametrize("text", ["true", "false"])
def test_the_filter_for_disputes_finds_the_lost_ones_whatever_it_says(lago, paid, text):
    """The text ``false`` is true in Ruby."""
    lago.bill()
    lago.act("disputes", invoice_id=paid)

    rows = lago.get("invoices", payment_dispute_lost=text).json()["invoices"]

    assert [row["lago_id"] for row in rows] == [paid]

"""What the objects of Lago say: dates and owners of fees, numbers, and the sums of an invoice."""

import pytest

from consumer.sandbox.lago.fees import ITEM_TYPES
from tests.support.lago_server import USAGE

DATED = {"charge", "add_on", "fixed_charge", "subscription"}
SUBSCRIBED = {"charge", "fixed_charge", "subscription", "commitment"}


@pytest.mark.parametrize("kind", sorted(ITEM_TYPES))
def test_a_fee_has_the_period_and_the_owner_of_its_type(lago, kind):
    """Commitments and credits have no period; one-off and credit fees no customer."""
    [fee] = lago.bill(fees=[{"kind": kind, "code": "x"}])["fees"]

    assert ("from_date" in fee) is ("to_date" in fee) is (kind in DATED)
    assert (fee["external_customer_id"] is not None) is (kind in SUBSCRIBED)
    assert (fee["item"]["type"], fee["item"]["item_type"]) == (kind, ITEM_TYPES[kind])
    assert "applied_taxes" not in fee


def test_the_amounts_of_an_invoice_add_up(lago):
    """Fees less discounts, plus taxes, less credit notes and prepaid credit."""
    lago.act("credit_notes", invoice_id=lago.bill()["lago_id"], share="0.5")

    invoice = lago.bill(coupons=30, progressive=20, prepaid=10)

    def cents(name):
        return invoice[f"{name}_amount_cents"]

    net = cents("fees") - cents("progressive_billing_credit") - cents("coupons")
    gross = net + cents("taxes")
    assert (net, gross) == (cents("sub_total_excluding_taxes"), cents("sub_total_including_taxes"))
    assert cents("credit_notes") > 0
    assert cents("total") == gross - cents("credit_notes") - cents("prepaid_credit") == cents("total_due")


def test_documents_are_numbered_within_their_customer_and_invoice(lago):
    """Invoices by month, credit notes by invoice, receipts with six digits."""
    lago.server.organization.issues_receipts = True
    invoice = lago.bill(fees=[USAGE])
    slug = invoice["customer"]["slug"]
    note = lago.act("credit_notes", invoice_id=invoice["lago_id"], share="0.5", to="offset")
    lago.act("payments", invoice_ids=[invoice["lago_id"]])

    [receipt] = lago.get("payment_receipts").json()["payment_receipts"]

    assert invoice["number"] == f"{slug}-202608-001"
    assert note["number"] == f"{invoice['number']}-CN001"
    assert receipt["number"] == f"{slug}-RCPT-000001"
    assert receipt["payment"]["invoice_ids"] == [invoice["lago_id"]]


def test_an_invoice_of_a_subscription_has_it_with_its_period(lago):
    """By the ids of its fees, and with the code of the plan; an invoice of an add-on has none."""
    plan = {"kind": "subscription", "code": "starter"}

    invoice, once = (
        lago.bill(fees=[USAGE, plan]),
        lago.bill(fees=[{"kind": "add_on"}], invoice_type="one_off"),
    )

    [subscription], [period] = invoice["subscriptions"], invoice["billing_periods"]
    ids = {fee["lago_subscription_id"] for fee in invoice["fees"]}
    assert {subscription["lago_id"]} == {period["lago_subscription_id"]} == ids
    assert subscription["plan_code"] == "starter"
    assert (once["subscriptions"], once["billing_periods"]) == ([], [])

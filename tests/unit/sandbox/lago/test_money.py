"""What Lago computes and announces when money moves: payments, credit notes, voids."""

from decimal import Decimal

import pytest

from consumer.sandbox.lago import billing, crediting, serializers, settlement
from consumer.sandbox.lago.invoices import Discounts

USAGE = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100", "tax_rate": 19}


def billed(organization, **changes):
    invoice = billing.bill(organization, "acme", [USAGE], **changes)
    organization.outbox.clear()
    return invoice


def announced(organization):
    return [each.webhook_type for each in organization.outbox]


@pytest.mark.parametrize(
    ("how", "cents", "receipts", "webhooks"),
    [
        ("charged_at_once", None, False, ["invoice.payment_status_updated"]),
        ("charged_at_once", None, True, ["payment_receipt.created", "invoice.payment_status_updated"]),
        ("adyen_at_once", None, True, ["invoice.payment_status_updated"]),
        ("settled_later", None, False, ["payment.succeeded", "invoice.payment_status_updated"]),
        ("manual", None, False, ["invoice.payment_status_updated"]),
        ("manual", 100, False, []),
        ("manual", 100, True, ["payment_receipt.created"]),
    ],
)
def test_which_webhooks_announce_a_payment(organization, how, cents, receipts, webhooks):
    """Lago's table: many payments have no event of their own, and some have none at all."""
    organization.issues_receipts = receipts
    invoice = billed(organization)

    settlement.pay(organization, [invoice["lago_id"]], how=how, cents=cents)

    assert announced(organization) == webhooks


def test_a_payment_request_is_one_payment_over_all_its_invoices(organization):
    """One amount and no split; one status event an invoice."""
    first, second = billed(organization), billed(organization)

    payment = settlement.pay(organization, [first["lago_id"], second["lago_id"]], how="settled_later")

    assert (payment["payable_type"], payment["amount_cents"]) == ("PaymentRequest", 2 * 11_900)
    assert announced(organization) == [
        "payment_request.created",
        "payment_request.payment_status_updated",
        *["invoice.payment_status_updated"] * 2,
    ]


def test_an_invoice_that_is_marked_as_paid_has_no_payment_and_stays_due(organization):
    """Its status says succeeded for ever."""
    invoice = billed(organization)

    billing.mark_as_paid(organization, invoice["lago_id"])

    assert (invoice["payment_status"], invoice["total_due_amount_cents"]) == ("succeeded", 11_900)
    assert organization.payments == {}


def test_a_credit_note_is_spent_on_the_next_invoice_in_its_currency(organization):
    """Whatever the billing entity is; its own number is the code, the name that of its invoice."""
    note = crediting.credit(organization, billed(organization)["lago_id"], share=Decimal("0.5"))
    billed(organization, currency="USD")
    assert note["balance_amount_cents"] == 5_950

    later = billed(organization, billing_entity_code="acme-fr")

    assert (later["credit_notes_amount_cents"], later["total_amount_cents"]) == (5_950, 5_950)
    [entry] = later["credits"]
    assert entry["item"]["code"] == note["number"]
    assert entry["item"]["lago_item_id"] == note["lago_id"]
    assert (note["balance_amount_cents"], note["credit_status"]) == (0, "consumed")


@pytest.mark.parametrize("invoice_type", ["one_off", "credit"])
def test_one_off_and_credit_invoices_spend_no_credit_note(organization, invoice_type):
    """They are paid in full, and the note waits for the next period."""
    note = crediting.credit(organization, billed(organization)["lago_id"])

    later = billed(organization, invoice_type=invoice_type)

    assert (later["total_amount_cents"], note["balance_amount_cents"]) == (11_900, 11_900)


def test_prepaid_credit_pays_what_credit_notes_leave(organization):
    """Notes first; granted credit never exceeds what is taken."""
    crediting.credit(organization, billed(organization)["lago_id"], share=Decimal("0.9"))

    later = billed(organization, discounts=Discounts(prepaid=5_000, granted=2_000))

    assert (later["credit_notes_amount_cents"], later["prepaid_credit_amount_cents"]) == (10_710, 1_190)
    assert (later["prepaid_granted_credit_amount_cents"], later["total_amount_cents"]) == (1_190, 0)


def test_the_tax_of_an_invoice_is_rounded_once_over_all_rates(organization):
    """Two rates of 0.49 and 0.49 subunits make one subunit, though each is rounded to none."""
    sold = [
        USAGE | {"code": code, "unit_price": "0.07", "tax_rate": rate}
        for code, rate in (("a", 7), ("b", 6.9))
    ]

    invoice = billing.bill(organization, "acme", sold)

    assert [tax["amount_cents"] for tax in invoice["applied_taxes"]] == [0, 0]
    assert (invoice["taxes_amount_cents"], invoice["total_amount_cents"]) == (1, 15)


def test_a_void_gives_no_credit_note_back(organization):
    """Since August 2025 spent notes stay spent."""
    note = crediting.credit(organization, billed(organization)["lago_id"])
    later = billed(organization)

    billing.void(organization, later["lago_id"])

    assert note["balance_amount_cents"] == 0


def test_a_credit_note_may_be_of_single_fees(organization):
    """With the discount and the tax of these fees only."""
    handbook = USAGE | {"code": "handbook", "unit_price": "20", "tax_rate": 7}
    invoice = billing.bill(organization, "acme", [USAGE, handbook], discounts=Discounts(coupons=1_200))

    note = crediting.credit(organization, invoice["lago_id"], fee_ids=[invoice["fees"][1]["lago_id"]])

    assert [item["fee"]["item"]["code"] for item in note["items"]] == ["handbook"]
    assert (note["coupons_adjustment_amount_cents"], note["taxes_amount_cents"]) == (200, 126)
    assert note["total_amount_cents"] == 2_000 - 200 + 126


def test_a_discount_is_named_as_its_customer_knows_it(organization):
    """The coupon by its name, progressive billing by the number of the invoice it credits."""
    discounts = Discounts(coupons=100, coupon_name="Launch", progressive=200, progressive_of="ACME-1")

    invoice = billing.bill(organization, "acme", [USAGE], discounts=discounts)

    assert [entry["item"]["name"] for entry in invoice["credits"]] == ["Launch", "ACME-1"]


def test_a_coupon_may_be_limited_to_some_fees(organization):
    """Those of its metrics or plans; the tax of the others is whole."""
    handbook = USAGE | {"code": "handbook"}
    discounts = Discounts(coupons=6_000, progressive=2_000, limited_to=("api_calls",))

    invoice = billing.bill(organization, "acme", [USAGE, handbook], discounts=discounts)

    shares = [fee["precise_coupons_amount_cents"] for fee in invoice["fees"]]
    assert shares == ["7000.0", "1000.0"]
    assert invoice["taxes_amount_cents"] == 570 + 1_710


def test_a_void_in_an_older_lago_gives_spent_notes_back(organization):
    """As before August 2025."""
    organization.gives_notes_back = True
    note = crediting.credit(organization, billed(organization)["lago_id"])
    later = billed(organization)
    assert note["credit_status"] == "consumed"

    billing.void(organization, later["lago_id"])

    assert (note["balance_amount_cents"], note["credit_status"]) == (11_900, "available")


def test_an_offset_lessens_what_is_due_and_may_settle_the_invoice(organization):
    """No payment is made, and the status changes."""
    invoice = billed(organization)

    note = crediting.credit(organization, invoice["lago_id"], to="offset")

    assert (note["offset_amount_cents"], invoice["total_due_amount_cents"]) == (11_900, 0)
    assert announced(organization) == ["invoice.payment_status_updated", "credit_note.created"]


def test_a_refund_is_no_more_than_what_was_paid_and_its_success_has_no_webhook(organization):
    """Nor does it reduce the paid amount."""
    invoice = billed(organization)
    settlement.pay(organization, [invoice["lago_id"]], how="settled_later", cents=1_000)
    note = crediting.credit(organization, invoice["lago_id"], to="refund")
    organization.outbox.clear()

    crediting.refund_succeeded(organization, note["lago_id"])

    assert (note["refund_amount_cents"], note["credit_amount_cents"]) == (1_000, 10_900)
    assert (note["refund_status"], invoice["total_paid_amount_cents"]) == ("succeeded", 1_000)
    assert announced(organization) == []


def test_a_refund_that_a_provider_refuses_has_a_webhook_without_an_amount(organization):
    """It names the credit note by its id, under an object type of its own."""
    invoice = billed(organization)
    settlement.pay(organization, [invoice["lago_id"]], how="settled_later", cents=1_000)
    note = crediting.credit(organization, invoice["lago_id"], to="refund")
    organization.outbox.clear()

    crediting.refund_failed(organization, note["lago_id"], message="No such card")

    [announced_] = organization.outbox
    sent = serializers.webhook(organization, announced_)
    failed = sent["credit_note_payment_provider_refund_error"]
    assert (sent["webhook_type"], note["refund_status"]) == ("credit_note.refund_failure", "failed")
    assert (failed["lago_credit_note_id"], failed["provider_error"]["message"]) == (
        note["lago_id"],
        "No such card",
    )
    assert {name for name in failed if "amount" in name or "number" in name} == set()


def test_discounts_before_tax_lessen_the_tax_and_those_after_do_not(organization):
    """A coupon of 10.00, and 20.00 of prepaid credit of which 5.00 was given."""
    discounts = Discounts(coupons=1_000, prepaid=2_000, granted=500)

    invoice = billed(organization, discounts=discounts)

    assert (invoice["taxes_amount_cents"], invoice["total_amount_cents"]) == (1_710, 8_710)
    assert invoice["prepaid_purchased_credit_amount_cents"] == 1_500


@pytest.mark.parametrize(
    ("webhook_type", "has", "lacks"),
    [
        ("invoice.created", {"fees", "credits", "subscriptions"}, {"metadata"}),
        ("invoice.payment_status_updated", {"fees", "customer"}, {"credits", "applied_taxes"}),
        ("invoice.voided", {"fees", "credits"}, {"applied_invoice_custom_sections"}),
        ("invoice.generated", {"customer"}, {"fees", "credits", "applied_taxes"}),
    ],
)
def test_a_webhook_includes_what_lagos_does(organization, webhook_type, has, lacks):
    """And no invoice webhook carries the customer's links."""
    invoice = billed(organization)
    organization.announce(webhook_type, invoice)

    content = serializers.webhook(organization, organization.outbox[0])["invoice"]

    assert has <= content.keys()
    assert not lacks & content.keys()
    assert "integration_customers" not in content["customer"]

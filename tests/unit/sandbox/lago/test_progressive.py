"""Usage that is billed when it reaches a threshold, and credited on the next invoice of its period."""

import pytest

from consumer.sandbox.lago import billing, serializers
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.organization import ImpossibleError

PLAN = {"kind": "subscription", "code": "starter", "unit_price": "50", "tax_rate": 20}


def usage(price, code="api_calls"):
    return {"kind": "charge", "code": code, "unit_price": price, "tax_rate": 20}


def at_threshold(organization, *sold):
    return billing.bill(
        organization, "acme", sold, invoice_type="progressive_billing", credits_progressive=True
    )


def at_the_end(organization, *sold, **changes):
    return billing.bill(organization, "acme", sold, credits_progressive=True, **changes)


def entries(invoice):
    return [
        (entry["item"]["type"], entry["item"]["name"], entry["amount_cents"]) for entry in invoice["credits"]
    ]


def test_a_progressive_invoice_names_its_threshold_wherever_it_is_shown(organization):
    """Other invoices have no such member."""
    invoice, other = at_threshold(organization, usage("100")), at_the_end(organization, usage("100"))

    [reached] = invoice["applied_usage_thresholds"]
    webhook = serializers.webhook(organization, organization.outbox[0])

    assert reached["lifetime_usage_amount_cents"] == reached["usage_threshold"]["amount_cents"] == 10_000
    assert webhook["webhook_type"] == "invoice.created"
    for shown in (webhook["invoice"], serializers.listed_invoice(organization, invoice)):
        assert shown["applied_usage_thresholds"] == [reached]
    assert "applied_usage_thresholds" not in other


def test_the_invoice_of_the_period_credits_what_was_billed_on_its_charge_alone(organization):
    """Before tax, by the number of the progressive invoice; the plan's fee is not lessened."""
    first = at_threshold(organization, usage("100"))

    invoice = at_the_end(organization, PLAN, usage("130"), usage("7", "storage"))

    assert entries(invoice) == [("invoice", first["number"], 10_000)]
    assert [fee["precise_coupons_amount_cents"] for fee in invoice["fees"]] == ["0.0", "10000.0", "0.0"]
    assert [fee["taxes_amount_cents"] for fee in invoice["fees"]] == [1_000, 600, 140]
    assert (invoice["taxes_amount_cents"], invoice["total_amount_cents"]) == (1_740, 10_440)


def test_each_threshold_credits_the_one_before(organization):
    """Its invoice has all usage so far; the end of the period credits the last one only."""
    first = at_threshold(organization, usage("100"))
    second = at_threshold(organization, usage("250"))

    invoice = at_the_end(organization, usage("300"))

    assert entries(second) == [("invoice", first["number"], 10_000)]
    assert entries(invoice) == [("invoice", second["number"], 25_000)]
    assert sum(one["total_amount_cents"] for one in (first, second, invoice)) == 36_000


def test_nothing_is_credited_twice_and_a_void_releases_the_credit(organization):
    """The next period begins anew."""
    at_threshold(organization, usage("100"))
    first = at_the_end(organization, usage("100"))
    assert entries(at_the_end(organization, usage("100"))) == []

    billing.void(organization, first["lago_id"])

    [(_, _, cents)] = entries(at_the_end(organization, usage("100")))
    assert cents == 10_000


def test_usage_that_was_corrected_becomes_a_note_which_the_invoice_spends(organization):
    """80.00 are left of 100.00: the difference is credited with its tax on the progressive invoice."""
    first = at_threshold(organization, usage("100"))

    invoice = at_the_end(organization, PLAN, usage("80"))

    [note] = organization.credit_notes.values()
    assert (note["lago_invoice_id"], note["total_amount_cents"]) == (first["lago_id"], 2_400)
    assert entries(invoice) == [
        ("invoice", first["number"], 8_000),
        ("credit_note", first["number"], 2_400),
    ]
    assert invoice["total_amount_cents"] == 6_000 - 2_400


def test_a_coupon_reduces_what_progressive_billing_leaves(organization):
    """It is distributed on what is left of each fee."""
    at_threshold(organization, usage("100"))

    invoice = at_the_end(organization, PLAN, usage("150"), discounts=Discounts(coupons=1_000))

    assert [fee["precise_coupons_amount_cents"] for fee in invoice["fees"]] == ["500.0", "10500.0"]


def test_an_excess_beyond_what_is_left_of_the_fees_is_refused(organization):
    """Lago leaves such a period to a person."""
    first = at_threshold(organization, usage("100"))
    item = {"fee": first["fees"][0], "amount_cents": 5_000}
    organization.credit_notes["n"] = {
        "lago_invoice_id": first["lago_id"], "items": [item], "credit_status": "voided",
    }  # fmt: skip

    with pytest.raises(ImpossibleError, match="creditable_amount_is_less"):
        at_the_end(organization, PLAN)

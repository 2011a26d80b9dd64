"""Each reduction of an invoice is a negative line of its own, and none is left out."""

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, LINE_MODE, connection
from tests.support.lago import Discounts
from tests.support.mapping_results import document, lines, refused, tax_details

EVERY_DISCOUNT = Discounts(coupons=100, progressive=200, credit_notes=40, prepaid=50)


def invoice_with(discounts, **changes):
    fees = [lago.fee(unit_price=10), lago.fee("subscription", unit_price=20)]
    return lago.invoice_event(content=lago.invoice(fees, discounts=discounts, **changes))


def without(*kinds):
    return {key: value for key, value in FULL_MAPPING.items() if key not in kinds}


def test_every_kind_of_discount_is_a_negative_line_in_lagos_order():
    """Coupon, prepaid credit, progressive billing, credit note: after the fees."""
    found = lines(invoice_with(EVERY_DISCOUNT), connection(**LINE_MODE))

    assert [line["item"] for line in found] == ["811", "810", "804", "805", "807", "806"]
    assert [line["amount"] for line in found[2:]] == ["-1.00", "-0.50", "-2.00", "-0.40"]
    assert all(line["quantity"] == "1" and line["rate"] == line["amount"] for line in found[2:])
    assert [line["item_source"] for line in found[2:]] == [
        "coupons",
        "prepaid_credits",
        "progressive_billing_credits",
        "credit_note_credits",
    ]


def test_a_discount_is_described_by_what_it_comes_from():
    """Coupons by name, progressive billing by invoice number, a credit note by its invoice's number."""
    found = lines(invoice_with(EVERY_DISCOUNT), connection(**LINE_MODE))

    assert [line["description"] for line in found[2:]] == [
        "Summer sale",
        "Prepaid credits",
        "ACM-3F21-202607-031",
        "ACM-3F21-202606-011",
    ]


def test_several_discounts_of_a_kind_share_one_line():
    """Their names are joined; a nameless one adds none."""
    spent = [lago.credit("coupon", name, name, 50) for name in ("one", "two")]
    spent.append(lago.credit("coupon", "three", "", 0))

    found = lines(invoice_with(Discounts(coupons=100), credits=spent))

    assert found[-1]["description"] == "one,two"


def test_no_discount_is_no_line():
    """Zeros are not booked."""
    assert len(lines(invoice_with(Discounts()))) == 2


@pytest.mark.parametrize(
    ("kind", "discounts", "words"),
    [
        ("coupon", Discounts(coupons=100), "coupon"),
        ("prepaid_credit", Discounts(prepaid=100), "prepaid credit"),
        ("credit_note", Discounts(credit_notes=100), "credit note"),
    ],
)
def test_an_unmapped_discount_is_an_invalid_mapping(kind, discounts, words):
    """Dropping it would book more than Lago billed."""
    mapping = without(kind, "fallback_item")

    rejection = refused(invoice_with(discounts), connection(mapping=mapping, **LINE_MODE))

    assert rejection.code == "invalid_mapping"
    assert rejection.message == f"no NetSuite item is mapped for {words}"
    assert f"mapping.{kind}" in rejection.hint


def test_an_unmapped_discount_takes_the_fallback():
    """As every other line does."""
    found = lines(invoice_with(Discounts(coupons=100)), connection(mapping=without("coupon")))

    assert found[-1]["item"] == "801"


def test_progressive_billing_takes_the_item_of_prepaid_credits_unless_it_has_its_own():
    """Lago knows one item for both."""
    discounts = Discounts(progressive=100)
    unmapped = without("progressive_billing", "prepaid_credit", "fallback_item")

    assert lines(invoice_with(discounts))[-1]["item"] == "807"
    shared = connection(mapping=without("progressive_billing"))
    assert lines(invoice_with(discounts), shared)[-1]["item"] == "805"
    assert refused(invoice_with(discounts), connection(mapping=unmapped)).code == "invalid_mapping"


def test_a_spent_credit_note_is_no_line_when_its_memo_is_applied():
    """The invoice stands for what it billed; the memo pays part of it."""
    value = invoice_with(Discounts(credit_notes=500))

    applied = document(value, connection(credits="apply"))

    assert len(applied["record"]["lines"][0]["lineItems"]) == 2
    assert applied["expect"] == {"subtotal": "30.00", "tax": "0.00", "total": "30.00"}


def test_a_spent_credit_note_is_a_negative_line_when_lines_are_wanted():
    """As Lago's own integration books it."""
    value = invoice_with(Discounts(credit_notes=500))

    lessened = document(value, connection(**LINE_MODE))

    assert lessened["record"]["lines"][0]["lineItems"][-1]["amount"] == "-5.00"
    assert lessened["expect"] == {"subtotal": "25.00", "tax": "0.00", "total": "25.00"}


def test_discount_lines_have_references_and_no_tax_detail():
    """The fees' tax is after discounts already; the words that join line and detail are Lago's."""
    fees = [lago.fee(unit_price=10, tax_rate=20)]
    content = lago.invoice(fees, discounts=EVERY_DISCOUNT)

    value, rules = lago.invoice_event(content=content), connection(**LINE_MODE)

    assert [line["taxdetailsreference"] for line in tax_details(value, rules)] == [fees[0]["lago_id"]]
    assert [line["taxdetailsreference"] for line in lines(value, rules)[1:]] == [
        "coupon_item",
        "credit_item",
        "credit_item_progressive_billing",
        "credit_note_item",
    ]


def test_configured_line_fields_stand_on_discount_lines_too():
    """A class that is mandatory in an account is mandatory on every line."""
    mapping = FULL_MAPPING | {"fields": {"invoice_line": {"class": "7"}}}

    found = lines(invoice_with(Discounts(coupons=100)), connection(mapping=mapping))

    assert [line["class"] for line in found] == ["7", "7", "7"]


GRANTED_APART = FULL_MAPPING | {"prepaid_credit_granted": {"id": "815"}}


def prepaid_lines(mapping, *, prepaid=500, granted=200):
    value = invoice_with(Discounts(prepaid=prepaid), prepaid_granted_credit_amount_cents=granted)
    return [(line["item"], line["amount"]) for line in lines(value, connection(mapping=mapping))[2:]]


def test_granted_credits_have_a_line_of_their_own_where_they_have_an_item_of_their_own():
    """Granted credits reduce no liability."""
    assert prepaid_lines(GRANTED_APART) == [("805", "-3.00"), ("815", "-2.00")]
    assert prepaid_lines(GRANTED_APART, granted=500) == [("815", "-5.00")]


@pytest.mark.parametrize("granted", [None, 0, 600, -1])
def test_prepaid_credits_stay_one_line_when_what_was_granted_is_not_known(granted):
    """Old invoices do not say; a figure beyond the whole is none."""
    assert prepaid_lines(GRANTED_APART, granted=granted) == [("805", "-5.00")]


def test_granted_credits_share_the_item_of_bought_ones_by_default():
    """As in Lago versions without the distinction."""
    assert prepaid_lines(FULL_MAPPING) == [("805", "-5.00")]

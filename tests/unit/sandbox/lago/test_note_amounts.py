"""How Lago rounds credit notes, and which of them it refuses."""

from decimal import Decimal
from fractions import Fraction

import pytest

from consumer.sandbox.lago import billing, crediting
from consumer.sandbox.lago.note_amounts import Part, Split
from consumer.sandbox.lago.organization import ImpossibleError

NAMES = ("total", "credit", "refund", "offset")


def billed(organization, price, tax_rate):
    return billing.bill(organization, "acme", [{"unit_price": price, "tax_rate": tax_rate}])


def issued(organization, invoice, cents, **split):
    parts = [Part(fee=invoice["fees"][0], cents=cents)]
    return crediting.issue(organization, invoice["lago_id"], parts, Split(**split))


def test_the_last_note_of_an_invoice_makes_up_for_the_roundings_of_all_before_it(organization):
    """Its tax of 3.42 becomes 4, since the note before it has rounded 3.23 to 3 and the invoice has 7."""
    invoice = billed(organization, "0.35", 19)
    first = crediting.credit(organization, invoice["lago_id"], share=Decimal("0.5"))

    last = crediting.credit(organization, invoice["lago_id"])

    assert (first["taxes_amount_cents"], last["taxes_amount_cents"]) == (3, 4)
    assert last["precise_taxes_amount_cents"] == "3.65"
    assert first["total_amount_cents"] + last["total_amount_cents"] == invoice["total_amount_cents"]


@pytest.mark.parametrize(("price", "steps", "tax"), [("0.06", [1] * 6, 1), ("0.09", [3] * 3, -1)])
def test_a_last_note_of_untaxed_fees_has_the_tax_that_the_others_have_left(organization, price, steps, tax):
    """Without an applied tax: 19 % of a cent is none, and of three cents it is one."""
    sold = [{"unit_price": price, "tax_rate": 19}, {"kind": "add_on", "unit_price": "5.00"}]
    invoice = billing.bill(organization, "acme", sold)
    for cents in steps:
        parts = [Part(fee=invoice["fees"][0], cents=cents)]
        total = crediting.proposed_total(organization, invoice, parts)
        crediting.issue(organization, invoice["lago_id"], parts, Split(credit=total))

    last = crediting.credit(organization, invoice["lago_id"])

    assert (last["taxes_amount_cents"], last["total_amount_cents"]) == (tax, 500 + tax)
    assert last["applied_taxes"] == []


def test_nothing_is_left_to_credit_after_the_last_note(organization):
    """Nor does the rounding of its taxes become a note."""
    invoice = billed(organization, "0.35", 19)
    crediting.credit(organization, invoice["lago_id"], share=Decimal("0.5"))
    crediting.credit(organization, invoice["lago_id"])

    with pytest.raises(ImpossibleError, match="total_amount_must_be_positive"):
        crediting.credit(organization, invoice["lago_id"])


def test_items_of_a_note_may_be_fractions_of_a_subunit(organization):
    """As those of a subscription that ends early."""
    note = issued(organization, billed(organization, "1", 20), Fraction(21, 2), credit=13)

    [item] = note["items"]
    assert (item["amount_cents"], item["precise_amount_cents"]) == (11, "10.5")
    assert (note["sub_total_excluding_taxes_amount_cents"], note["taxes_amount_cents"]) == (11, 2)


@pytest.mark.parametrize(
    ("split", "stored"),
    [
        ({"credit": 13}, (14, 14, 0, 0)),
        ({"credit": 6, "refund": 7}, (14, 7, 7, 0)),
        ({"credit": 6, "offset": 7}, (14, 14, 0, 7)),
        ({"offset": 13}, (14, 0, 14, 13)),
    ],
)
def test_a_total_that_does_not_agree_is_corrected_and_the_offset_forgotten(organization, split, stored):
    """10.5 and 2.625 make 13, but rounded one by one they make 14."""
    invoice = billed(organization, "1", 25)
    invoice["total_paid_amount_cents"], invoice["total_due_amount_cents"] = 60, 65

    note = issued(organization, invoice, Fraction(21, 2), **split)

    assert tuple(note[f"{name}_amount_cents"] for name in NAMES) == stored
    assert note["balance_amount_cents"] == note["credit_amount_cents"]


def test_a_total_that_is_too_large_is_corrected_too(organization):
    """10.3 and 1.339 make 12, but rounded one by one they make 11."""
    note = issued(organization, billed(organization, "1", 13), Fraction(103, 10), credit=12)

    assert (note["total_amount_cents"], note["credit_amount_cents"]) == (11, 11)


@pytest.mark.parametrize(
    ("cents", "split", "code"),
    [
        (0, {}, "total_amount_must_be_positive"),
        (10, {"credit": 15}, "does_not_match_item_amounts"),
        (10, {"refund": 12}, "higher_than_remaining_invoice_amount"),
        (100, {"offset": 120}, "higher_than_remaining_invoice_amount"),
        (101, {"credit": 121}, "higher_than_remaining_fee_amount"),
    ],
)
def test_a_note_beyond_what_is_left_is_refused_with_lagos_code(organization, cents, split, code):
    """Of an invoice of 1.20 of which nothing is paid, and 0.06 credited to its own amount due."""
    invoice = billed(organization, "1", 20)
    invoice["total_due_amount_cents"] -= 6

    with pytest.raises(ImpossibleError, match=code):
        issued(organization, invoice, cents, **split)

    assert organization.credit_notes == {}


def test_no_more_is_refunded_than_was_paid_less_earlier_refunds(organization):
    """The rest becomes credit."""
    invoice = billed(organization, "1", 20)
    invoice["total_paid_amount_cents"] = 70
    crediting.credit(organization, invoice["lago_id"], share=Decimal("0.5"), to="refund")

    note = crediting.credit(organization, invoice["lago_id"], to="refund")

    assert (note["refund_amount_cents"], note["credit_amount_cents"]) == (10, 50)

"""Lago's credit note as a credit memo: its own date, its own tax, applied to what it offsets."""

from fractions import Fraction

import pytest

from consumer.mapping.result import Action
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import (
    columns,
    document,
    ignored,
    items,
    lines,
    mapped,
    refused,
    tax_details,
)


def part_of(name, cents, *, rate=0, **changes):
    """A fee that is credited whole."""
    return lago.part(cents, lago_id=lago.id_of(name), tax_rate=rate, **changes)


def note_of(*parts, **changes):
    return lago.body(lago.event("credit_note.created", lago.credit_note(*parts, **changes)))


TEN_EUROS = note_of(part_of("a", 1000))


def test_a_credit_memo_carries_what_lagos_own_lacks():
    """Date, currency, and the invoice it belongs to."""
    found = columns(TEN_EUROS)

    assert (found["trandate"], found["currency"]) == ("2026-08-05", "2")
    assert (found["tranid"], found["otherrefnum"]) == ("ACM-3F21-202608-057-CN001",) * 2
    assert found["custbody_lago_id"] == lago.id_of("credit note")
    assert found["custbody_lago_invoice_id"] == lago.INVOICE_ID
    assert found["entity"] == {"externalId": f"lago-cus-{lago.CUSTOMER_ID}"}


def test_each_item_is_a_line_of_its_amount():
    """By the item of its fee, configured fields included."""
    mapping = FULL_MAPPING | {
        "fields": {"credit_note_line": {"class": "7"}, "credit_note": {"location": "3"}}
    }
    chosen = connection(mapping=mapping)

    [line] = lines(TEN_EUROS, chosen)

    assert (line["item"], line["quantity"], line["rate"], line["amount"]) == ("811", "1", "10.00", "10.00")
    assert (line["description"], line["class"]) == ("Api calls", "7")
    assert columns(TEN_EUROS, chosen)["location"] == "3"


@pytest.mark.parametrize(
    ("currency", "cents", "rate", "amounts"),
    [
        # Lago's own integration sends -9800 and 10000 for this one, and 0.19 and 0.01 for the next.
        ("JPY", 1000, 10, ["100", "100"]),
        ("KWD", 1000, 10, ["0.100", "0.100"]),
        ("EUR", 333, 20, ["0.66", "0.67"]),
        # and 1.00 for this one
        ("EUR", 5000, "0.01", ["0.00", "0.01"]),
    ],
)
def test_the_tax_of_a_memo_is_lagos_in_every_currency(currency, cents, rate, amounts):
    """Where the exponent of the currency went wrong in Lago's own payload."""
    parts = [part_of(name, cents, rate=rate, currency=currency) for name in ("a", "b")]

    assert sorted(line["taxamount"] for line in tax_details(note_of(*parts))) == amounts


def test_a_coupons_share_is_a_negative_line_and_lessens_each_items_tax():
    """Not the first line's alone."""
    value = note_of(part_of("a", 1000, rate=20, coupon=100), part_of("b", 3000, rate=20, coupon=300))

    assert [line["amount"] for line in lines(value)] == ["10.00", "30.00", "-4.00"]
    assert [line["taxamount"] for line in tax_details(value)] == ["1.80", "5.40"]
    assert lines(value)[-1]["description"] == "Coupon adjustment"
    assert document(value)["expect"] == {"subtotal": "36.00", "tax": "7.20", "total": "43.20"}


def test_an_unmapped_coupon_is_an_invalid_mapping():
    """Lago's own integration sends a line without an item."""
    bare = {"billable_metrics": {"api_calls": {"id": "811"}}}

    rejection = refused(note_of(part_of("a", 1000, coupon=100)), connection(mapping=bare))

    assert (rejection.code, rejection.message) == ("invalid_mapping", "no NetSuite item is mapped for coupon")


def test_what_offsets_its_own_invoice_is_applied_to_it():
    """The rest stays open on the customer."""
    sublists = document(note_of(part_of("a", 1000), offset_amount_cents=400))["record"]["lines"]

    assert sublists[1] == {
        "sublistId": "apply",
        "lineItems": [
            {"doc": {"externalId": f"lago-inv-{lago.INVOICE_ID}"}, "apply": True, "amount": "4.00"}
        ],
    }
    assert len(document(TEN_EUROS)["record"]["lines"]) == 1


def test_a_refund_that_is_due_is_pointed_out():
    """NetSuite pays nobody by itself."""
    plan = mapped(note_of(part_of("a", 1000), refund_amount_cents=1000, credit_amount_cents=0))

    assert plan.action == Action(needed="refund", amount="10.00")
    assert mapped(TEN_EUROS).action is None


def test_items_that_do_not_make_the_notes_total_are_refused():
    """With both sums and the numbers people know."""
    rejection = refused(note_of(part_of("a", 1000), total_amount_cents=1100))

    assert rejection.code == "total_mismatch"
    assert rejection.message.startswith("credit note ACM-3F21-202608-057-CN001: ")
    assert rejection.message.endswith("lines and taxes add up to 10.00 EUR, Lago's total is 11.00 EUR")
    assert rejection.details["lago_invoice_number"] == "ACM-3F21-202608-057"


def test_rounded_items_of_exact_amounts_make_the_total_that_lago_rounded_once():
    """A subscription that ends early credits halves of cents: twice 333.5 are 667, not 668."""
    half = Fraction("333.5")

    value = note_of(*(part_of(name, half, of_cents=1000) for name in ("a", "b")))

    assert sorted(line["amount"] for line in lines(value)) == ["3.33", "3.34"]
    assert document(value)["expect"] == {"subtotal": "6.67", "tax": "0.00", "total": "6.67"}


def test_a_total_that_lago_lets_be_one_cent_off_is_met_by_the_lines():
    """Coupon and tax are rounded by themselves: 10.00 less 0.33 and 1.84 of tax are 11.51, or 11.50."""
    value = note_of(part_of("a", 1000, rate=19, coupon=33), total_amount_cents=1150)

    assert [line["amount"] for line in lines(value)] == ["9.99", "-0.33"]
    assert document(value)["expect"] == {"subtotal": "9.66", "tax": "1.84", "total": "11.50"}


def test_a_coupon_of_some_fees_lessens_the_tax_of_those_alone():
    """Each fee knows its share of the coupon."""
    value = note_of(part_of("a", 1000, rate=20, coupon=500), part_of("b", 1000))

    assert [line["taxamount"] for line in tax_details(value)] == ["1.00"]


@pytest.mark.parametrize("missing", ["customer", "items", "issuing_date"])
def test_a_shortened_note_is_incomplete(missing):
    """Half a body cannot be booked."""
    rejection = refused(note_of(part_of("a", 1000), **{missing: None}))

    assert rejection.code == "incomplete_event"
    assert rejection.message.endswith(f"the event carries no {missing}")


def test_a_note_over_nothing_is_ignored_by_name():
    """There is nothing to book."""
    assert ignored(note_of(part_of("a", 0))) == "zero_amount"


def test_a_memo_comes_with_its_customer_and_is_addressed_by_lagos_id():
    """As an invoice does."""
    customer, memo = items(TEN_EUROS)

    assert customer["record"]["type"] == "customer"
    assert (memo["external_id"], memo["mode"]) == (f"lago-cn-{lago.id_of('credit note')}", "create_or_get")
    assert memo["version"] == "2026-08-05T10:00:00Z"


def test_what_becomes_of_the_credit_later_does_not_change_the_fingerprint():
    """A spent note is the same document; another amount is another."""
    spent = note_of(part_of("a", 1000), credit_status="consumed", balance_amount_cents=0)

    assert document(spent)["fingerprint"] == document(TEN_EUROS)["fingerprint"]
    assert document(note_of(part_of("a", 1001)))["fingerprint"] != document(TEN_EUROS)["fingerprint"]


def cent_for(**exact):
    """A note of one cent for these exact amounts of fees."""
    parts = (part_of(name, Fraction(amount), of_cents=1000) for name, amount in exact.items())
    return note_of(*parts, split=lago.Split(credit=1))


def test_parts_of_less_than_half_a_subunit_add_up():
    """Two of 0.3 cents make the one cent that Lago credits; the larger remainder gets it."""
    memo = document(cent_for(a="0.3", b="0.4"))

    [line] = memo["record"]["lines"][0]["lineItems"]
    larger = lago.id_of("credit note item", lago.id_of("credit note"), lago.id_of("b"))
    assert (line["amount"], line["taxdetailsreference"]) == ("0.01", larger)
    assert memo["expect"]["total"] == "0.01"


def taxed_part(cents, *, rate, base_rate=1, name="a", of_cents=None):
    """A part of a fee of which only a share is taxed, as a tax provider may say (``taxes_base_rate``)."""
    tax = {"code": f"{rate} on {base_rate}", "rate": rate, "base_rate": base_rate}
    return lago.part(cents, of_cents=of_cents, lago_id=lago.id_of(name), taxes=[tax])


def test_the_tax_of_a_part_follows_its_fees_taxed_share():
    """Ten per cent on half of 100.00 are 5.00, and half of that on half of the fee."""
    whole = note_of(taxed_part(10_000, rate=10, base_rate="0.5"))
    half = note_of(taxed_part(5_000, rate=10, base_rate="0.5", of_cents=10_000))

    assert document(whole)["expect"] == {"subtotal": "100.00", "tax": "5.00", "total": "105.00"}
    assert document(half)["expect"] == {"subtotal": "50.00", "tax": "2.50", "total": "52.50"}


def test_a_taxed_share_weighs_beside_parts_that_are_taxed_whole():
    """Each part has its own tax."""
    value = note_of(taxed_part(10_000, rate=10, base_rate="0.5"), taxed_part(10_000, rate=10, name="b"))

    assert sorted(line["taxamount"] for line in tax_details(value)) == ["10.00", "5.00"]


def with_tax(cents):
    """The members of a note of 9.35 that has another tax than its part."""
    total = 935 + cents
    return {"taxes_amount_cents": cents, "total_amount_cents": total, "credit_amount_cents": total}


@pytest.mark.parametrize(("sequential_id", "taxes"), [(6, 183), (105, 180), (105, 185)])
def test_a_later_note_may_carry_the_roundings_of_the_notes_before_it(sequential_id, taxes):
    """Lago settles them in the last note's tax (``CreateService#adjust_credit_note_tax_rounding``)."""
    value = note_of(part_of("a", 935, rate=19), **with_tax(taxes), sequential_id=sequential_id)

    assert document(value)["expect"]["tax"] == f"{taxes / 100:.2f}"


@pytest.mark.parametrize(
    ("mode", "taxes", "booked"),
    [
        ({"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"}, 1, ("15.00", "0.01")),
        ({"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"}, -1, ("15.00", "-0.01")),
        ({"mode": "legacy", "code": "6"}, 1, ("15.00", "0.01")),
        ({"mode": "tax_line", "item": "899"}, 1, ("15.01", "0.00")),
    ],
)
def test_a_last_note_without_a_taxed_part_carries_the_roundings_on_its_largest(mode, taxes, booked):
    """By the default tax code: Lago names no tax for it, and a tax of zero percent is none."""
    parts = [part_of("a", 500), part_of("b", 1000)]
    total = 1500 + taxes
    changes = {"taxes_amount_cents": taxes, "total_amount_cents": total, "credit_amount_cents": total}
    value = note_of(*parts, **changes, sequential_id=4)
    chosen = connection(mapping=FULL_MAPPING | {"tax": mode})

    assert document(value, chosen)["expect"] == {
        "subtotal": booked[0],
        "tax": booked[1],
        "total": f"{total / 100:.2f}",
    }
    if mode["mode"] == "suitetax":
        [detail] = tax_details(value, chosen)
        assert detail["taxdetailsreference"] == lago.credit_note(*parts)["items"][1]["lago_id"]
        assert (detail["taxamount"], detail["taxtype"], detail["taxcode"]) == (booked[1], "5", "6")


def test_an_untaxed_note_carries_no_more_tax_than_roundings_explain():
    """One subunit for each note before it."""
    value = note_of(part_of("a", 500), taxes_amount_cents=4, total_amount_cents=504, sequential_id=4)

    assert refused(value).code == "total_mismatch"


def test_a_first_note_carries_no_foreign_roundings():
    """What rounding cannot explain is a missing line or tax."""
    assert (
        refused(note_of(part_of("a", 935, rate=19), **with_tax(183), sequential_id=1)).code
        == "total_mismatch"
    )


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"refund_amount_cents": 80, "offset_amount_cents": 79, "credit_amount_cents": 0}, "0.01"),
        ({"refund_amount_cents": 80, "offset_amount_cents": 80, "credit_amount_cents": 0}, None),
        ({"refund_amount_cents": 50, "offset_amount_cents": 0, "credit_amount_cents": 30}, "0.50"),
        ({"refund_amount_cents": 80, "offset_amount_cents": 30, "credit_amount_cents": 10}, "0.40"),
    ],
)
def test_a_refund_is_never_more_than_what_is_left_of_the_note(changes, needed):
    """Lago's rounding service writes the whole total into the refund and forgets the offset."""
    action = mapped(note_of(part_of("a", 80), **changes)).action

    assert (action and action.amount) == needed


def test_a_total_over_nothing_is_refused():
    """A cent that no part explains is not invented."""
    assert refused(cent_for(a="0")).code == "total_mismatch"

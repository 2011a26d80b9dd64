"""Lines go together by fee, else by what they have in common; exactly what differs in them is said."""

from decimal import Decimal

import pytest

from consumer.backtest.booking import BookedLine, BookedTax, Booking
from consumer.reconcile import line_comparison
from schemas.document_lines import DocumentLine, DocumentLines, LinesError, LineTax

SEAT = BookedLine(
    key="f1", reference="f1", label="Seats", item="808", account="4000", amount=Decimal("100.00"),
    taxes=(BookedTax(code="5/6", amount=Decimal("19.00")),), fields={},
)  # fmt: skip
CALLS = BookedLine(
    key="f2", reference="f2", label="Calls", item="807", account="of item 807", amount=Decimal("25.00"),
    taxes=(BookedTax(code="5/6", amount=Decimal("4.75")),), fields={},
)  # fmt: skip
SEAT_STANDS = DocumentLine(item="808", account="4000", description="Seats", reference="f1", amount="100.00")
CALLS_STAND = DocumentLine(item="807", account="4010", description="Calls", reference="f2", amount="25.00")
TAXES = (
    LineTax(reference="f1", type="5", code="6", amount="19.00"),
    LineTax(reference="f2", type="5", code="6", amount="4.75"),
)


def booked(*lines, taxes=()):
    return Booking(
        type="invoice", mode="create_or_get", external_id="lago-inv-5f", lago_id="5f", number="ACME-1",
        customer="lago-cus-9a", subsidiary="", total=Decimal("148.75"), header_tax="", taxes=taxes,
        lines=lines, fields={},
    )  # fmt: skip


def standing(*lines, taxes=TAXES, **more):
    return DocumentLines(type="invoice", internalId="17", lines=lines, taxes=taxes, **more)


def compared(ours, theirs):
    return [(each.what, each.lago, each.netsuite) for each in line_comparison.differences(ours, theirs)]


def test_equal_lines_do_not_differ_in_whatever_order_they_stand():
    """The account of an item is NetSuite's own."""
    assert compared(booked(SEAT, CALLS), standing(CALLS_STAND, SEAT_STANDS)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"item": "802"}, ("line_item", "Seats: item 808", "item 802")),
        ({"account": "4010"}, ("line_account", "Seats: account 4000", "account 4010")),
        ({"amount": "99.99"}, ("line_amount", "Seats: 100.00", "99.99")),
    ],
)
def test_one_value_of_one_line_is_said_with_both_sides(change, expected):
    """The other line is as it should be."""
    changed = SEAT_STANDS.model_copy(update=change)

    assert compared(booked(SEAT, CALLS), standing(changed, CALLS_STAND)) == [expected]


def test_a_tax_differs_by_code_and_by_amount():
    """All taxes of a line are said together."""
    of_seats = LineTax(reference="f1", type="5", code="7", amount="7.00")

    found = compared(booked(SEAT, CALLS), standing(SEAT_STANDS, CALLS_STAND, taxes=(of_seats, TAXES[1])))

    assert found == [("line_tax", "Seats: tax 5/6 19.00", "tax 5/7 7.00")]


def test_a_tax_of_nothing_is_no_tax():
    """One connector writes it, another leaves it away."""
    nothing = LineTax(reference="f3", type="5", code="6", amount="0.00")
    free = BookedLine(
        key="f3", reference="f3", label="Free", item="801", account="of item 801", amount=Decimal(1),
        taxes=(), fields={},
    )  # fmt: skip
    stands = DocumentLine(item="801", reference="f3", amount="1.00")

    assert compared(booked(free), standing(stands, taxes=(nothing,))) == []


def test_a_line_of_one_side_alone_is_missing_or_too_many():
    """A spent credit as a line, say."""
    credit = DocumentLine(item="806", description="Credit", reference="credit_note_item", amount="-5.00")

    assert compared(booked(SEAT, CALLS), standing(SEAT_STANDS, credit)) == [
        ("line_missing", "Calls: item 807, 25.00", ""),
        ("line_extra", "", "Credit: item 806, -5.00"),
    ]


def test_lines_of_a_person_go_together_by_item_and_amount():
    """NetSuite gives them references of its own, which name no fee."""
    typed = [
        CALLS_STAND.model_copy(update={"reference": "1_807", "description": "usage"}),
        SEAT_STANDS.model_copy(update={"reference": "2_808", "amount": "90.00"}),
    ]
    taxes = (
        LineTax(reference="1_807", type="5", code="6", amount="4.75"),
        LineTax(reference="2_808", type="5", code="6", amount="19.00"),
    )

    assert compared(booked(SEAT, CALLS), standing(*typed, taxes=taxes)) == [
        ("line_amount", "Seats: 100.00", "90.00")
    ]


def test_without_suitetax_the_tax_item_of_the_document_is_compared():
    """Where both sides name one."""
    ours = booked(taxes=(BookedTax(code="22", amount=Decimal(1)),))

    assert compared(ours, standing(taxItem="23")) == [("line_tax", "tax item 22", "tax item 23")]
    assert compared(ours, standing()) == []


def test_of_a_document_that_is_gone_nothing_is_said():
    """Its head has been compared."""
    assert compared(booked(SEAT), standing(error=LinesError(code="RCRD_DSNT_EXIST"))) == []

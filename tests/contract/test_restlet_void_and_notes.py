"""A partly paid invoice is voided, and Lago issues a note for what was paid: nothing is reversed twice."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.other_worker import before_first_insert
from tests.support.restlet import FEE_ID, INVOICE_ID, NetSuite, codes, coupon, customer, fee, invoice, tax
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice, void
from tests.support.restlet_references import INVOICE, NOTE_ID, OTHER_INVOICE, OTHER_INVOICE_ID

REVERSAL = f"lago-inv-{INVOICE_ID}-void"
TOTAL = Decimal("498.31")
OF_VOID = f"Credit note created due to voided invoice {INVOICE_ID}"
OTHER_NOTE_ID = "5d0c2f7e-3b1a-4e8d-9c67-8f2a1b4d6e06"


def note(amount="100.00", *lines, memo=OF_VOID, lago_id=NOTE_ID, **columns):
    """The memo of a note on the invoice; by default of one that Lago issued for its void."""
    named = {"memo": memo, "custbody_lago_id": lago_id, "tranid": f"CN-{lago_id[:4]}"}
    return credit_memo(
        amount,
        *lines,
        external_id=f"lago-cn-{lago_id}",
        lago_id=lago_id,
        fingerprint=f"sha256:{lago_id}",
        columns=named | columns,
    )


def voided(payments="100.00", **settled):
    """The void of the invoice, of which Lago has had something."""
    return void(settled={"payments": payments} | settled)


@pytest.fixture
def netsuite():
    return billed()


def figures(netsuite) -> dict[str, tuple[str, str]]:
    """Total and open amount of every document, by external id."""
    documents = [
        record
        for kind in ("invoice", "creditmemo", "customerpayment")
        for record in netsuite.account.records(kind)
    ]
    return {one["externalid"]: (one["total"], one["amountremaining"]) for one in documents}


def balance(netsuite) -> str:
    [row] = netsuite.account.balances()
    return row["balance"]


def write_all(netsuite, *items) -> list[dict]:
    answers = [netsuite.write(item)[0] for item in items]
    assert {answer["status"] for answer in answers} <= {"created", "exists", "voided"}, answers
    return answers


ORDERS = list(permutations(("payment", "note", "void")))
ITEMS = {"payment": payment("100.00"), "note": note(), "void": voided()}


@pytest.mark.parametrize("repeats", [1, 2])
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_note_for_what_was_paid_and_the_memo_of_the_void_make_the_invoice(netsuite, order, repeats):
    """100.00 was paid and comes back as a note; the void reverses the other 398.31, in any order."""
    for _ in range(repeats):
        write_all(netsuite, *(ITEMS[name] for name in order))

    assert figures(netsuite) == {
        INVOICE["externalId"]: ("498.31", "0.00"),
        f"lago-cn-{NOTE_ID}": ("100.00", "100.00"),
        REVERSAL: ("398.31", "0.00"),
        payment()["external_id"]: ("100.00", "0.00"),
    }
    assert balance(netsuite) == "-100.00"


@pytest.mark.parametrize("order", [("payment", "void"), ("void", "payment")], ids="-".join)
def test_without_a_note_what_was_paid_stays_with_the_customer(netsuite, order):
    """The memo is for all; what the payment is to settle it leaves open, before the payment came too."""
    write_all(netsuite, *(ITEMS[name] for name in order))

    assert figures(netsuite)[REVERSAL] == ("498.31", "100.00")
    assert figures(netsuite)[INVOICE["externalId"]] == ("498.31", "0.00")
    assert balance(netsuite) == "-100.00"


def test_an_invoice_is_not_voided_natively_before_its_payment_came(netsuite):
    """A note could follow, and with the invoice gone nothing would be left to pay."""
    [answer] = write_all(netsuite, voided())

    assert codes(answer) == ["LAGO_VOIDED_BY_MEMO"]
    assert netsuite.one("invoice")["status"] == "CustInvc:A"
    assert balance(netsuite) == "0.00"


def test_the_memo_shares_its_tax_over_both_taxes_of_the_line_that_it_keeps():
    """Two taxes of 24.95 and 60.38 on one fee: 68.21 of 85.33 is 19.94 and 48.27, each under its own rate."""
    netsuite = NetSuite()
    both = [
        tax(FEE_ID, "24.95", taxrate="5.0"),
        tax(FEE_ID, "60.38", taxrate="12.1"),
        tax("coupon_item", "0.00"),
    ]
    write_all(netsuite, customer(), invoice(taxes=both))

    write_all(netsuite, voided(), note())

    memo = netsuite.account.records("creditmemo")[0]
    details = [(one["taxrate"], one["taxamount"]) for one in memo["taxdetails"]]
    assert (memo["total"], memo["taxtotal"]) == ("398.31", "68.21")
    assert [(Decimal(rate), amount) for rate, amount in details] == [
        (Decimal("5.0"), "19.94"),
        (Decimal("12.1"), "48.27"),
    ]


def test_the_memo_keeps_one_line_with_its_share_of_tax_when_the_note_comes(netsuite):
    """398.31 of 498.31 with 85.33 tax is 68.21 tax."""
    write_all(netsuite, voided(), note())

    memo = netsuite.account.records("creditmemo")[0]
    assert (memo["subtotal"], memo["taxtotal"], memo["total"]) == ("330.10", "68.21", "398.31")
    assert [line["item"] for line in memo["lines"]] == ["802"]
    assert [line["taxamount"] for line in memo["taxdetails"]] == ["68.21"]


@pytest.mark.parametrize("credited", ["30.00", "498.31"])
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_note_of_the_void_speaks_for_all_that_was_paid(netsuite, order, credited):
    """It may give back less, and the rest is forfeited, or more: the customer gets the note's amount."""
    items = ITEMS | {"note": note(credited)}
    write_all(netsuite, *(items[name] for name in order))

    assert figures(netsuite)[REVERSAL] == ("398.31", "0.00")
    assert balance(netsuite) == f"-{credited}"


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_later_note_takes_no_more_than_it_credits(netsuite, order):
    """A person gives back 30.00 of the 100.00; the other 70.00 are still the customer's."""
    items = ITEMS | {"note": note("30.00", memo="goodwill")}
    write_all(netsuite, *(items[name] for name in order))

    assert figures(netsuite)[REVERSAL] == ("468.31", "70.00")
    assert balance(netsuite) == "-100.00"


def test_two_later_notes_take_what_they_credit_one_after_the_other(netsuite):
    """The second finds a memo of one line."""
    write_all(netsuite, payment("100.00"), voided(), note("30.00", memo=None))
    write_all(netsuite, note("20.00", memo=None, lago_id=OTHER_NOTE_ID))

    memo = netsuite.account.records("creditmemo")[0]
    assert (memo["total"], memo["taxtotal"], memo["unapplied"]) == ("448.31", "76.77", "50.00")
    assert balance(netsuite) == "-100.00"


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_note_that_offsets_its_invoice_finds_its_room(netsuite, order):
    """Lago says how much notes have offset before the void; the note may come after it."""
    offset = note("50.00", (INVOICE, "50.00"), memo=None)
    items = ITEMS | {"note": offset, "void": voided(notes="50.00")}
    write_all(netsuite, *(items[name] for name in order))

    assert figures(netsuite)[REVERSAL] == ("448.31", "100.00")
    assert figures(netsuite)[INVOICE["externalId"]] == ("498.31", "0.00")
    assert balance(netsuite) == "-100.00"


def test_an_invoice_that_was_paid_in_full_is_no_more_voided_before_its_payment_than_after(netsuite):
    """The payment settles it; a person decides about the money."""
    [early] = netsuite.write(voided("498.31"))
    write_all(netsuite, payment())
    [late] = netsuite.write(voided("498.31"))

    assert early["error"]["code"] == late["error"]["code"] == "LAGO_VOID_OF_PAID_INVOICE"
    assert figures(netsuite)[INVOICE["externalId"]] == ("498.31", "0.00")


def test_the_note_for_a_payment_in_full_reverses_it_before_the_payment_came(netsuite):
    """Nothing is left for a memo."""
    answers = write_all(netsuite, note("498.31"), voided("498.31"), payment())

    assert codes(answers[1]) == ["LAGO_REVERSED_BY_NOTES"]
    assert REVERSAL not in figures(netsuite)
    assert balance(netsuite) == "-498.31"


def prepaid_invoice():
    """A fee of 100.00 with 19.00 tax, of which 60.00 was paid in advance."""
    return invoice(
        lines=[
            fee(rate="100.00", amount="100.00", quantity="1", taxdetailsreference="fee"),
            coupon(item="805", rate="-60.00", amount="-60.00", taxdetailsreference="prepaid"),
        ],
        taxes=[tax("fee", "19.00"), tax("prepaid", "0.00")],
        expect={"total": "59.00"},
    )


@pytest.mark.parametrize("order", [("note", "void"), ("void", "note")], ids="-".join)
def test_prepaid_credit_that_comes_back_as_a_note_is_not_given_back_to_the_wallet(order):
    """Lago counts the wallet into the note; the memo reverses the fee only, for what was due."""
    netsuite = NetSuite()
    netsuite.write(customer(), prepaid_invoice())
    items = {"note": note("60.00"), "void": void(settled={"prepaid": "60.00"})}
    write_all(netsuite, *(items[name] for name in order))
    write_all(netsuite, *items.values())

    [memo] = [one for one in netsuite.account.records("creditmemo") if one["externalid"] == REVERSAL]
    assert [(line["item"], line["amount"]) for line in memo["lines"]] == [("802", "40.00")]
    assert (memo["total"], memo["unapplied"]) == ("59.00", "0.00")
    assert memo["memo"] == "Void of invoice HOO-3F21-202608-057"
    assert balance(netsuite) == "-60.00"


def test_prepaid_credit_goes_back_to_the_wallet_where_no_note_comes():
    """The memo reverses every line."""
    netsuite = NetSuite()
    netsuite.write(customer(), prepaid_invoice())
    write_all(netsuite, void(settled={"prepaid": "60.00"}))

    memo = netsuite.one("creditmemo")
    assert [line["amount"] for line in memo["lines"]] == ["100.00", "-60.00"]
    assert memo["memo"] == "Void of invoice HOO-3F21-202608-057, prepaid in part"
    assert balance(netsuite) == "0.00"


def test_a_note_of_an_unpaid_invoice_leaves_its_memo_whole():
    """Lago gives credit for nothing there: that is on top."""
    netsuite = billed("reversing-voids")
    write_all(netsuite, void(), note())

    assert figures(netsuite)[REVERSAL] == ("498.31", "0.00")
    assert balance(netsuite) == "-100.00"


def test_what_finance_has_spent_of_the_memo_is_told_and_stands(netsuite):
    """60.00 of it settle another invoice; only the other 40.00 can be taken out."""
    other = plain_invoice("60.00", columns={"nexus": None})
    write_all(netsuite, other, payment("100.00"), voided())
    [memo] = netsuite.account.records("creditmemo")
    write_all(netsuite, note("1.00", memo=None, lago_id=OTHER_NOTE_ID))
    spend = {"externalId": REVERSAL}
    write_all(netsuite, other | {"apply_credits": [{"doc": spend, "amount": "60.00"}]})

    [answer] = write_all(netsuite, note())

    assert codes(answer) == ["LAGO_VOID_SPENT"]
    assert answer["warnings"][0]["amount"] == "60.00"
    assert memo["id"] in answer["warnings"][0]["message"]
    assert figures(netsuite)[REVERSAL] == ("458.31", "0.00")
    assert figures(netsuite)[OTHER_INVOICE["externalId"]] == ("60.00", "0.00")


def test_a_note_that_comes_while_the_void_is_written_is_seen(netsuite, monkeypatch):
    """The later of the two finds the other."""
    before_first_insert(monkeypatch, lambda: netsuite.write(note()))
    write_all(netsuite, voided(), payment("100.00"))

    assert figures(netsuite)[REVERSAL] == ("398.31", "0.00")
    assert balance(netsuite) == "-100.00"


def test_a_memo_of_a_closed_period_holds_the_note_up_and_the_note_stands(netsuite):
    """It is sent again until the period is opened, and is written once."""
    write_all(netsuite, payment("100.00"), voided())
    periods = Profile.load().periods
    closed = [one.model_copy(update={"closed": one.closed or one.name == "Aug 2026"}) for one in periods]
    netsuite.reopen(periods=tuple(closed))

    error = netsuite.write(note(trandate="2026-09-02"))[0]["error"]
    netsuite.reopen(periods=periods)
    [answer] = write_all(netsuite, note(trandate="2026-09-02"))

    assert error["class"] == "period_closed"
    assert "The credit memo stands" in error["message"]
    assert answer["status"] == "exists"
    assert balance(netsuite) == "-100.00"


def test_a_note_on_another_invoice_leaves_the_memo_alone(netsuite):
    """Only its own invoice's memo gives way."""
    write_all(netsuite, payment("100.00"), voided(), note(custbody_lago_invoice_id=OTHER_INVOICE_ID))

    assert figures(netsuite)[REVERSAL] == ("498.31", "100.00")

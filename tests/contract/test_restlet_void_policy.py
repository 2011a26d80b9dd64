"""What a void leaves to the customer: spent notes stay spent; payments come off where that is wanted."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from tests.support.restlet import INVOICE_ID, NetSuite, codes, coupon, customer, fee, invoice, tax
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice, void
from tests.support.restlet_references import INVOICE, NOTE, OTHER_INVOICE_ID

REVERSAL = f"lago-inv-{OTHER_INVOICE_ID}-void"
KEPT = {"recredit": False}
UNAPPLIED = {"paid": "unapply_and_void"}
OTHER_NOTE_ID = "5d0c2f7e-3b1a-4e8d-9c67-8f2a1b4d6e06"


@pytest.fixture
def netsuite():
    return billed()


def figures(netsuite) -> dict[str, tuple[str, str]]:
    """Total and open amount of every document, by external id."""
    return {
        one["externalid"]: (one["total"], one["amountremaining"])
        for kind in ("invoice", "creditmemo", "customerpayment")
        for one in netsuite.account.records(kind)
    }


def balance(netsuite) -> str:
    """What the customer owes, less the invoice that every account here begins with."""
    [row] = netsuite.account.balances()
    return str(Decimal(row["balance"]) - Decimal("498.31"))


def spender(amount="80.00", spent="50.00"):
    """An invoice that spends a note for good."""
    return plain_invoice(amount, apply_credits=[{"doc": NOTE, "amount": spent}], policy=KEPT)


def voided(**settled):
    """The void of it, by Lago's present rule."""
    lago_id = OTHER_INVOICE_ID
    return void(external_id=f"lago-inv-{lago_id}", lago_id=lago_id, settled=settled)


def write_all(netsuite, *items):
    """Each in a call of its own, and all once more, as Kafka repeats them."""
    first = [netsuite.write(item)[0] for item in items]
    for item in items:
        assert netsuite.write(item)[0]["status"] in {"exists", "voided"}
    return first


ITEMS = {"bill": spender(), "void": voided(credits="50.00"), "note": credit_memo("50.00")}


class TestSpentNotes:
    """Lago gives nothing back of a note when the invoice that spent it is voided (since August 2025)."""

    @pytest.mark.parametrize(
        "order", [one for one in permutations(ITEMS) if one.index("bill") < one.index("void")], ids="-".join
    )
    def test_a_spent_note_stays_spent_and_nothing_comes_due(self, netsuite, order):
        """30.00 were due and are reversed; the memo settles its 50.00 in any order."""
        write_all(netsuite, *(ITEMS[name] for name in order))

        assert figures(netsuite)[f"lago-inv-{OTHER_INVOICE_ID}"] == ("80.00", "0.00")
        assert figures(netsuite)[NOTE["externalId"]] == ("50.00", "0.00")
        assert figures(netsuite)[REVERSAL] == ("30.00", "0.00")
        assert balance(netsuite) == "0.00"

    @pytest.mark.parametrize("order", [("note", "bill", "void"), ("bill", "void", "note")], ids="-".join)
    def test_an_invoice_that_notes_have_paid_in_full_is_left_alone(self, netsuite, order):
        """No payment is unapplied, and no amount is due."""
        items = ITEMS | {"bill": spender("50.00")}

        answers = write_all(netsuite, *(items[name] for name in order))

        answer = answers[order.index("void")]
        assert (answer["status"], codes(answer)) == ("voided", ["LAGO_CREDITS_STAY_SPENT"])
        assert REVERSAL not in figures(netsuite)
        assert figures(netsuite)[f"lago-inv-{OTHER_INVOICE_ID}"] == ("50.00", "0.00")
        assert figures(netsuite)[NOTE["externalId"]] == ("50.00", "0.00")
        assert balance(netsuite) == "0.00"

    def test_what_was_paid_beside_a_spent_note_is_the_customers(self, netsuite):
        """50.00 by the note and 20.00 by a payment: the memo is for 30.00, of which 10.00 were due."""
        items = [credit_memo("50.00"), spender(), payment("20.00", (spent_on(), "20.00"))]
        write_all(netsuite, *items, voided(credits="50.00", payments="20.00"))

        assert figures(netsuite)[REVERSAL] == ("30.00", "20.00")
        assert balance(netsuite) == "-20.00"

    def test_a_later_note_takes_its_part_out_of_the_memo(self, netsuite):
        """The memo contains the credits: 80.00 less 50.00 spent less 5.00 credited leaves 25.00."""
        items = [credit_memo("50.00"), spender(), payment("20.00", (spent_on(), "20.00"))]
        later = other_note("5.00")
        write_all(netsuite, *items, voided(credits="50.00", payments="20.00"), later)

        assert figures(netsuite)[REVERSAL] == ("25.00", "15.00")
        assert balance(netsuite) == "-20.00"

    def test_prepaid_credit_comes_back_though_notes_stay_spent(self):
        """Fee 100.00 with 19.00 tax, 60.00 prepaid, 9.00 of a note: the wallet has its 60.00 again."""
        netsuite = billed()
        bill = prepaid(apply_credits=[{"doc": NOTE, "amount": "9.00"}], policy=KEPT)
        write_all(netsuite, credit_memo("9.00"), bill, voided(credits="9.00", prepaid="60.00"))

        [memo] = [one for one in netsuite.account.records("creditmemo") if one["externalid"] == REVERSAL]
        assert [(line["item"], line["amount"]) for line in memo["lines"]] == [
            ("802", "92.44"),
            ("805", "-60.00"),
        ]
        assert (memo["total"], memo["taxtotal"], memo["unapplied"]) == ("50.00", "17.56", "0.00")
        assert balance(netsuite) == "0.00"

    def test_a_note_on_the_invoice_and_prepaid_credit_both_count(self):
        """Of 59.00 a note credits 19.00 and offsets it; 40.00 are reversed, and the prepaid line."""
        netsuite = billed()
        write_all(netsuite, prepaid(), other_note("19.00", (spent_on(), "19.00")))
        write_all(netsuite, voided(notes="19.00", prepaid="60.00"))

        [memo] = [one for one in netsuite.account.records("creditmemo") if one["externalid"] == REVERSAL]
        assert [line["item"] for line in memo["lines"]] == ["802", "805"]
        assert (memo["total"], memo["lines"][1]["amount"]) == ("40.00", "-60.00")
        assert balance(netsuite) == "0.00"

    def test_an_invoice_paid_in_advance_is_reversed_where_nothing_can_be_voided(self):
        """A memo of nothing, but with every line: the revenue and the wallet's share."""
        netsuite = NetSuite("reversing-voids")
        write_all(netsuite, customer(), whole_prepaid())

        write_all(netsuite, void(settled={"prepaid": "119.00"}))

        memo = netsuite.one("creditmemo")
        assert [line["amount"] for line in memo["lines"]] == ["100.00", "-119.00"]
        assert (memo["total"], memo["taxtotal"]) == ("0.00", "19.00")

    def test_credits_of_less_than_a_whole_unit_are_remembered_too(self, netsuite):
        """The note comes last and settles its 0.27."""
        write_all(netsuite, spender("80.00", "0.27"), voided(credits="0.27"), credit_memo("0.27"))

        assert figures(netsuite)[f"lago-inv-{OTHER_INVOICE_ID}"] == ("80.00", "0.00")
        assert figures(netsuite)[NOTE["externalId"]] == ("0.27", "0.00")

    def test_a_memo_that_someone_has_spent_elsewhere_is_refused_by_name(self, netsuite):
        """No void will give it back, so that the invoice does not wait."""
        elsewhere = plain_invoice("90.00", "ab12", apply_credits=[{"doc": NOTE, "amount": "40.00"}])
        netsuite.write(credit_memo("50.00"), elsewhere)

        answer = netsuite.write(spender())[0]

        assert (answer["status"], answer["error"]["code"]) == ("error", "LAGO_OVERAPPLIED")
        assert "50.00 is to be applied" in answer["error"]["message"]


def spent_on():
    """A reference to the invoice that spends the note."""
    return {"externalId": f"lago-inv-{OTHER_INVOICE_ID}"}


def other_note(amount, *lines, invoice_id=OTHER_INVOICE_ID, memo=None, **changes):
    """The memo of a second note, on that invoice."""
    columns = {"custbody_lago_id": OTHER_NOTE_ID, "tranid": "CN-2", "custbody_lago_invoice_id": invoice_id}
    given = {"lago_id": OTHER_NOTE_ID, "external_id": f"lago-cn-{OTHER_NOTE_ID}", "fingerprint": "sha256:2"}
    return credit_memo(amount, *lines, columns=columns | {"memo": memo}, **given, **changes)


def prepaid(**changes):
    """A fee of 100.00 with 19.00 tax, of which 60.00 was paid in advance: the other invoice."""
    lines = [
        fee(rate="100.00", amount="100.00", quantity="1", taxdetailsreference="fee"),
        coupon(item="805", rate="-60.00", amount="-60.00", taxdetailsreference="credit_item"),
    ]
    taxes = [tax("fee", "19.00"), tax("credit_item", "0.00")]
    return plain_invoice("59.00", lines=lines, taxes=taxes, **changes)


def whole_prepaid():
    """The same, all of it paid in advance."""
    lines = [
        fee(rate="100.00", amount="100.00", quantity="1", taxdetailsreference="fee"),
        coupon(item="805", rate="-119.00", amount="-119.00", taxdetailsreference="credit_item"),
    ]
    taxes = [tax("fee", "19.00"), tax("credit_item", "0.00")]
    return invoice(lines=lines, taxes=taxes, expect={"total": "0.00"})


def paid_void(**changes):
    """The void of the first invoice, which Lago had been paid in full."""
    return void(settled={"payments": "498.31"}, policy=UNAPPLIED, **changes)


def note_of_void(amount="498.31"):
    """Lago's note for what was paid for the voided invoice."""
    text = f"Credit note created due to voided invoice {INVOICE_ID}"
    return other_note(amount, invoice_id=INVOICE_ID, memo=text, policy=UNAPPLIED)


class TestPaidInvoices:
    """Lago voids an invoice that is paid in full; by default a person decides about the money."""

    def all_of_it(self, netsuite) -> str:
        [row] = netsuite.account.balances()
        return str(row["balance"])

    @pytest.mark.parametrize("order", [("payment", "void"), ("void", "payment")], ids="-".join)
    @pytest.mark.parametrize("profile", ["default", "reversing-voids"])
    def test_the_payment_comes_off_and_stays_the_customers_credit(self, order, profile):
        """Whichever comes first, and however often."""
        netsuite, items = billed(profile), {"payment": payment(), "void": paid_void()}

        write_all(netsuite, *(items[name] for name in order))

        assert figures(netsuite)[INVOICE["externalId"]][1] in {"0.00", "0"}
        assert netsuite.one("customerpayment")["unapplied"] == "498.31"
        assert netsuite.one("creditmemo")["unapplied"] == "0.00"
        assert self.all_of_it(netsuite) == "-498.31"

    def test_the_answer_says_what_was_done(self, netsuite):
        """The payment by name and amount, then the memo."""
        netsuite.write(payment())

        answer = netsuite.write(paid_void())[0]

        assert (answer["status"], codes(answer)) == (
            "voided",
            ["LAGO_PAYMENT_UNAPPLIED", "LAGO_VOIDED_BY_MEMO"],
        )
        assert answer["warnings"][0]["amount"] == "498.31"

    def test_by_default_a_person_decides(self, netsuite):
        """Nothing is touched."""
        netsuite.write(payment())

        answer = netsuite.write(void(settled={"payments": "498.31"}))[0]

        assert answer["error"]["code"] == "LAGO_VOID_OF_PAID_INVOICE"
        assert netsuite.one("customerpayment")["unapplied"] == "0.00"

    def test_a_person_decides_about_the_rest_that_a_note_has_left_paid(self, netsuite):
        """A note has given 98.31 of it back: 400.00 stay paid for an invoice that is void."""
        netsuite.write(payment(), other_note("98.31", invoice_id=INVOICE_ID))

        answer = netsuite.write(void(settled={"payments": "498.31"}))[0]

        assert answer["error"]["code"] == "LAGO_VOID_OF_PAID_INVOICE"

    @pytest.mark.parametrize("credited", ["498.31", "100.00"])
    @pytest.mark.parametrize("order", list(permutations(("payment", "void", "note"))), ids="-".join)
    def test_a_note_for_the_void_speaks_for_what_was_paid(self, netsuite, order, credited):
        """The payment settles the invoice again, and the customer has what the note says."""
        items = {"payment": payment(), "void": paid_void(), "note": note_of_void(credited)}

        write_all(netsuite, *(items[name] for name in order))

        assert figures(netsuite)[INVOICE["externalId"]] == ("498.31", "0.00")
        assert netsuite.one("customerpayment")["unapplied"] == "0.00"
        assert f"lago-inv-{INVOICE_ID}-void" not in figures(netsuite)
        assert self.all_of_it(netsuite) == f"-{credited}"

    @pytest.mark.parametrize("order", list(permutations(("payment", "void", "note"))), ids="-".join)
    def test_a_partly_paid_invoice_ends_right_with_its_note_too(self, netsuite, order):
        """100.00 was paid and comes back as a note; 398.31 are reversed."""
        void_of_part = void(settled={"payments": "100.00"}, policy=UNAPPLIED)
        items = {"payment": payment("100.00"), "void": void_of_part, "note": note_of_void("100.00")}

        write_all(netsuite, *(items[name] for name in order))

        assert figures(netsuite)[f"lago-inv-{INVOICE_ID}-void"] == ("398.31", "0.00")
        assert figures(netsuite)[INVOICE["externalId"]] == ("498.31", "0.00")
        assert self.all_of_it(netsuite) == "-100.00"

    def test_the_share_of_a_payment_of_several_invoices_is_the_memos(self, netsuite):
        """What each invoice has of it is a guess, so that it stays; the memo is the customer's credit."""
        other = plain_invoice("90.00")
        netsuite.write(other)
        several = payment("588.31", (INVOICE, None), (spent_on(), None))
        write_all(netsuite, several, paid_void())

        assert netsuite.one("customerpayment")["unapplied"] == "0.00"
        assert figures(netsuite)[f"lago-inv-{INVOICE_ID}-void"] == ("498.31", "498.31")
        assert self.all_of_it(netsuite) == "-498.31"

    @pytest.mark.parametrize("order", list(permutations(("payment", "void", "note"))), ids="-".join)
    def test_a_late_payment_gives_way_to_the_note_that_offset_its_invoice(self, netsuite, order):
        """98.31 were offset and 100.00 paid: the void leaves room for the note, not for the payment."""
        void_of_rest = void(settled={"payments": "100.00", "notes": "98.31"}, policy=UNAPPLIED)
        note = other_note("98.31", (INVOICE, "98.31"), invoice_id=INVOICE_ID, policy=UNAPPLIED)
        items = {"payment": payment("100.00"), "void": void_of_rest, "note": note}

        write_all(netsuite, *(items[name] for name in order))

        assert netsuite.one("customerpayment")["unapplied"] == "100.00"
        assert figures(netsuite)[f"lago-inv-{INVOICE_ID}-void"] == ("400.00", "0.00")
        assert figures(netsuite)[INVOICE["externalId"]] == ("498.31", "0.00")
        assert self.all_of_it(netsuite) == "-100.00"

    def test_a_payment_that_a_person_has_booked_comes_off_too(self, netsuite):
        """Lago knows of none; the invoice is then free and voided as such."""
        netsuite.write(payment())

        answer = netsuite.write(void(policy=UNAPPLIED))[0]

        assert codes(answer) == ["LAGO_PAYMENT_UNAPPLIED", "LAGO_VOIDED_NATIVELY"]
        assert self.all_of_it(netsuite) == "-498.31"

    def test_an_account_without_the_field_of_payments_keeps_the_money_all_the_same(self):
        """The deployment is older than the worker: no field stores the payment, which stays unapplied."""
        netsuite = billed()
        fields = [
            one
            for one in netsuite.account.profile.custom_fields
            if one.id != "custbody_lago_payment_invoices"
        ]
        netsuite.reopen(custom_fields=tuple(fields))

        write_all(netsuite, payment(), paid_void())

        assert self.all_of_it(netsuite) == "-498.31"

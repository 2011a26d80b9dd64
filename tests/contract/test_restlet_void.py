"""The unmodified RESTlet on the emulated account: an invoice is reversed once, natively or by a memo."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from consumer.sandbox.netsuite.books import Books, StaleError
from consumer.sandbox.netsuite.profile import Profile, Switches
from consumer.sandbox.netsuite.suitescript import voiding
from tests.support.other_worker import before_first_insert, elsewhere
from tests.support.restlet import FEE_ID, INVOICE_ID, NetSuite, codes, coupon, customer, fee, invoice, tax
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice, taxed_memo, void
from tests.support.restlet_references import INVOICE, OTHER_INVOICE

REVERSAL = f"lago-inv-{INVOICE_ID}-void"


@pytest.fixture
def netsuite():
    return billed()


def balance(netsuite) -> dict[str, str]:
    (row,) = netsuite.account.balances()
    names = ("receivable", "open_credits", "unapplied_payments", "balance")
    return {name: row[name] for name in names}


def total_of_memos(netsuite) -> Decimal:
    return sum((Decimal(memo["total"]) for memo in netsuite.account.records("creditmemo")), Decimal(0))


def test_an_invoice_that_nothing_is_applied_to_is_voided_natively(netsuite):
    """Row 67, 68: amounts become nothing, the status says so, no memo is made."""
    written = netsuite.write(void())[0]

    bill = netsuite.one("invoice")
    assert (written["status"], written["type"], written["internalId"]) == ("voided", "invoice", bill["id"])
    assert written["externalId"] == INVOICE["externalId"]
    assert written["warnings"] == [{"code": "LAGO_VOIDED_NATIVELY"}]
    assert written["totals"]["total"] == "0.00"
    assert (bill["status"], bill["amountremaining"]) == ("CustInvc:V", "0")
    assert netsuite.account.records("creditmemo") == []
    assert balance(netsuite)["balance"] == "0.00"


def test_a_native_void_that_is_repeated_is_there_already(netsuite):
    """Row 69."""
    netsuite.write(void())

    again = netsuite.write(void())[0]

    assert (again["status"], codes(again)) == ("exists", ["LAGO_VOIDED_NATIVELY"])


def test_a_voided_invoice_that_is_told_of_again_has_no_wrong_total(netsuite):
    """A native void leaves it no amounts; that is no difference from what Lago billed."""
    netsuite.write(void())

    again = netsuite.write(invoice())[0]

    assert (again["status"], again["totals"]["total"], again["warnings"]) == ("exists", "0.00", [])


def test_an_invoice_that_someone_changed_is_told_to_differ(netsuite):
    books = netsuite.account.books
    [saved] = books.find(group="transaction", equal={"externalid": [INVOICE["externalId"]]})
    books.replace(dataclasses.replace(saved, fields=saved.fields | {"total": "1.00"}))

    [warning] = netsuite.write(invoice())[0]["warnings"]

    assert warning["code"] == "LAGO_TOTAL_MISMATCH"
    assert "1.00" in warning["message"]
    assert "498.31" in warning["message"]


def test_an_account_that_voids_by_journals_gets_a_memo():
    """Row 67: invoices cannot be voided there; the memo carries all lines and their tax."""
    netsuite = billed("reversing-voids")

    written = netsuite.write(void())[0]

    memo = netsuite.one("creditmemo")
    assert (written["status"], written["type"]) == ("voided", "invoice")
    assert written["warnings"] == [
        {"code": "LAGO_VOIDED_BY_MEMO", "internalId": memo["id"], "message": f"credit memo {memo['id']}"}
    ]
    assert (memo["externalid"], memo["custbody_lago_id"], memo["trandate"]) == (
        REVERSAL, INVOICE_ID, "2026-08-20",
    )  # fmt: skip
    assert (memo["subtotal"], memo["taxtotal"], memo["total"]) == ("412.98", "85.33", "498.31")
    assert (memo["applied"], memo["unapplied"]) == ("498.31", "0.00")
    assert memo["otherrefnum"] == "HOO-3F21-202608-057"
    assert netsuite.one("invoice")["status"] == "CustInvc:B"
    assert balance(netsuite)["balance"] == "0.00"


def test_a_reversing_memo_is_written_once():
    """Also when the answer to the first call was lost."""
    netsuite = billed("reversing-voids")

    statuses = [netsuite.write(void())[0] for _ in range(3)]

    assert [item["status"] for item in statuses] == ["voided", "exists", "exists"]
    assert {tuple(codes(item)) for item in statuses} == {("LAGO_VOIDED_BY_MEMO",)}
    assert netsuite.one("creditmemo")["externalid"] == REVERSAL


def test_a_partly_paid_invoice_is_reversed_in_full_and_the_rest_stays_with_the_customer(netsuite):
    """Row 68: 100.00 was paid; the memo settles 398.31 and keeps 100.00 for the customer."""
    netsuite.write(payment("100.00"))

    written = netsuite.write(void())[0]

    memo = netsuite.one("creditmemo")
    assert (written["status"], codes(written)) == ("voided", ["LAGO_VOIDED_BY_MEMO"])
    assert (memo["total"], memo["applied"], memo["unapplied"]) == ("498.31", "398.31", "100.00")
    assert netsuite.one("invoice")["status"] == "CustInvc:B"
    assert balance(netsuite) == {
        "receivable": "0.00", "open_credits": "100.00", "unapplied_payments": "0.00", "balance": "-100.00",
    }  # fmt: skip


def test_only_what_is_due_is_reversed_where_notes_credit_the_rest(netsuite):
    """One line for 379.31, the tax in proportion: 379.31 x 85.33 / 498.31 = 64.95."""
    netsuite.write(taxed_memo((INVOICE, "119.00")))

    written = netsuite.write(void())[0]

    note, memo = netsuite.account.records("creditmemo")
    assert (written["status"], codes(written)) == ("voided", ["LAGO_VOIDED_BY_MEMO"])
    assert (memo["subtotal"], memo["taxtotal"], memo["total"]) == ("314.36", "64.95", "379.31")
    assert [line["item"] for line in memo["lines"]] == ["802"]
    assert [line["taxamount"] for line in memo["taxdetails"]] == ["64.95"]
    assert (memo["applied"], memo["unapplied"], note["unapplied"]) == ("379.31", "0.00", "0.00")
    assert total_of_memos(netsuite) == Decimal("498.31")
    assert balance(netsuite)["balance"] == "0.00"


def test_only_what_is_due_is_reversed_of_an_invoice_without_tax(netsuite):
    bill = plain_invoice("80.00", columns={"nexus": None})
    note = credit_memo(
        "30.00", (OTHER_INVOICE, "30.00"), columns={"custbody_lago_invoice_id": bill["lago_id"]}
    )
    netsuite.write(bill, note)

    netsuite.write(void(external_id=bill["external_id"], lago_id=bill["lago_id"]))

    memo = netsuite.account.records("creditmemo")[1]
    assert (memo["total"], memo["taxtotal"], memo["taxdetails"]) == ("50.00", "0.00", [])
    assert netsuite.account.records("invoice")[1]["amountremaining"] == "0.00"


@pytest.mark.parametrize(
    ("currency", "total", "credited", "tax_"), [("4", "1190", "600", "94"), ("5", "11.90", "6.00", "0.94")]
)
def test_the_tax_of_a_partial_reversal_has_the_decimals_of_the_currency(currency, total, credited, tax_):
    """590 of 1190 with 190 tax is 94.2 tax: 94 in yen; of a hundredth of that in dinar 0.94."""
    netsuite = NetSuite()
    unit = Decimal(total) / 1190
    net, vat = (f"{number * unit}" for number in (1000, 190))
    bill = invoice(
        columns={"currency": currency},
        lines=[fee(rate=net, amount=net)],
        taxes=[tax(FEE_ID, vat)],
        expect={"total": total},
    )
    note = credit_memo(credited, (INVOICE, credited), columns={"currency": currency})
    netsuite.write(customer(columns={"currency": currency}), bill, note)

    assert netsuite.write(void())[0]["status"] == "voided"

    memo = netsuite.account.records("creditmemo")[1]
    assert memo["taxtotal"] == tax_
    assert Decimal(memo["total"]) == Decimal(total) - Decimal(credited)


def test_an_invoice_that_notes_have_reversed_is_left_alone(netsuite):
    netsuite.write(credit_memo("498.31", (INVOICE, "498.31")))

    written = netsuite.write(void())[0]

    assert (written["status"], codes(written)) == ("voided", ["LAGO_REVERSED_BY_NOTES"])
    assert total_of_memos(netsuite) == Decimal("498.31")


def test_a_paid_invoice_cannot_be_voided(netsuite):
    netsuite.write(payment())

    error = netsuite.write(void())[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == (
        "LAGO_VOID_OF_PAID_INVOICE",
        "state",
        False,
    )
    assert "HOO-3F21-202608-057" in error["message"]
    assert "498.31" in error["message"]
    assert netsuite.account.records("creditmemo") == []


def test_a_paid_invoice_with_notes_counts_as_reversed(netsuite):
    """Lago credits what was paid by notes of its own when it voids."""
    netsuite.write(payment(), credit_memo("498.31"))

    written = netsuite.write(void())[0]

    assert (written["status"], codes(written)) == ("voided", ["LAGO_REVERSED_BY_NOTES"])


def test_a_void_waits_for_its_invoice():
    netsuite = NetSuite()

    error = netsuite.write(void())[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_REFERENCE_NOT_FOUND", "dependency")
    assert (error["field"], error["retryable"]) == ("external_id", True)


def test_only_an_invoice_with_our_external_id_is_voided():
    """Lago's id alone, as another integration leaves it, is not enough."""
    netsuite = NetSuite()
    netsuite.account.books.insert(
        "transaction", "invoice", {"custbody_lago_id": INVOICE_ID, "total": "1"}, {}
    )

    assert netsuite.write(void())[0]["error"]["code"] == "LAGO_REFERENCE_NOT_FOUND"


def test_another_record_under_the_external_id_is_not_voided(netsuite):
    netsuite.write(credit_memo("50.00"))

    error = netsuite.write(void(external_id=credit_memo()["external_id"]))[0]["error"]

    assert error["code"] == "LAGO_EXTID_TYPE_MISMATCH"


def test_where_the_role_may_not_read_preferences_the_void_itself_tells():
    """VOIDING_REVERSAL_DISALLWD leads to a memo."""
    netsuite = billed("reversing-voids", switches=Switches(config_readable=False))

    assert codes(netsuite.write(void())[0]) == ["LAGO_VOIDED_BY_MEMO"]


def test_where_the_role_may_not_void_a_memo_is_written():
    """Row 84: voiding needs the full level."""
    netsuite = billed(permissions={"TRAN_CUSTINVC": 3})

    assert codes(netsuite.write(void())[0]) == ["LAGO_VOIDED_BY_MEMO"]


def closed(*names: str):
    return tuple(
        period.model_copy(update={"closed": period.closed or period.name in names})
        for period in Profile.load().periods
    )


def test_an_invoice_of_a_closed_period_is_reversed_in_an_open_one(netsuite):
    """Row 58: the memo is dated on the day of the void."""
    netsuite.reopen(periods=closed("Jul 2026", "Aug 2026"))

    written = netsuite.write(void("2026-09-02"))[0]

    memo = netsuite.one("creditmemo")
    assert codes(written) == ["LAGO_VOIDED_BY_MEMO"]
    assert memo["trandate"] == "2026-09-02"
    assert netsuite.one("invoice")["status"] == "CustInvc:B"


def test_a_void_of_a_closed_day_is_refused(netsuite):
    netsuite.reopen(periods=closed("Aug 2026"))

    error = netsuite.write(void("2026-08-20"))[0]["error"]

    assert (error["code"], error["class"]) == ("TRAN_PERIOD_CLOSED", "period_closed")
    assert netsuite.account.records("creditmemo") == []


def test_a_void_of_a_closed_day_may_be_posted_later(netsuite):
    netsuite.reopen(periods=closed("Aug 2026"))

    written = netsuite.write(void("2026-08-20", options={"closedPeriod": "next_open_period"}))[0]

    memo = netsuite.one("creditmemo")
    assert codes(written) == ["LAGO_POSTED_IN", "LAGO_VOIDED_BY_MEMO"]
    assert written["warnings"][0]["period"] == "Sep 2026"
    assert (memo["trandate"], memo["postingperiod"]) == ("2026-08-20", "221")


def test_a_void_without_a_day_is_dated_as_its_invoice():
    netsuite = billed("reversing-voids")

    netsuite.write(void(None))

    assert netsuite.one("creditmemo")["trandate"] == "2026-08-01"


def test_taxes_are_the_invoices_where_the_transformation_drops_them():
    """Some accounts compute the taxes of a memo anew; they must be those that are taken back."""
    switches = Switches(transform_taxes="drop")
    netsuite = billed("reversing-voids", switches=switches)

    netsuite.write(void())

    memo = netsuite.one("creditmemo")
    assert (memo["taxtotal"], memo["total"]) == ("85.33", "498.31")
    assert [line["taxamount"] for line in memo["taxdetails"]] == ["85.33", "0.00"]


def test_a_partial_reversal_has_its_tax_where_the_transformation_drops_it():
    netsuite = billed(switches=Switches(transform_taxes="drop"))
    netsuite.write(taxed_memo((INVOICE, "119.00")))

    netsuite.write(void())

    assert netsuite.account.records("creditmemo")[1]["taxtotal"] == "64.95"


def test_the_line_that_is_kept_is_the_one_that_bears_the_tax(netsuite):
    """A coupon line comes first, and the larger fee is free of tax."""
    bill = plain_invoice(
        "150.00",
        lines=[
            coupon(rate="-50.00", amount="-50.00"),
            fee(rate="150.00", amount="150.00", taxdetailsreference="free"),
            fee(item="807", rate="50.00", amount="50.00", taxdetailsreference="taxed"),
        ],
        taxes=[tax("free", "0.00"), tax("taxed", "9.50")],
        expect={"total": "159.50"},
    )
    note = credit_memo(
        "59.50", (OTHER_INVOICE, "59.50"), columns={"custbody_lago_invoice_id": bill["lago_id"]}
    )
    netsuite.write(bill, note)

    netsuite.write(void(external_id=bill["external_id"], lago_id=bill["lago_id"]))

    memo = netsuite.account.records("creditmemo")[1]
    assert [line["item"] for line in memo["lines"]] == ["807"]
    assert (memo["subtotal"], memo["taxtotal"], memo["total"]) == ("94.04", "5.96", "100.00")


def test_a_payment_that_comes_while_the_memo_is_open_is_seen(monkeypatch):
    """Row 32: it is decided anew, and the memo settles only what is left."""
    netsuite = billed("reversing-voids")
    before_first_insert(monkeypatch, lambda: netsuite.write(payment("100.00")))

    written = netsuite.write(void())[0]

    assert written["status"] == "voided"
    memo = netsuite.one("creditmemo")
    assert (memo["applied"], memo["unapplied"]) == ("398.31", "100.00")


def test_two_voids_at_once_write_one_memo(monkeypatch):
    """Row 26: the slower call finds the memo of the faster one."""
    netsuite = billed("reversing-voids")
    before_first_insert(monkeypatch, lambda: netsuite.write(void()))

    written = netsuite.write(void())[0]

    assert written["status"] == "exists"
    assert netsuite.one("creditmemo")["externalid"] == REVERSAL


def test_a_void_that_comes_while_another_is_under_way_is_there_already(netsuite, monkeypatch):
    """Row 69: TRANS_ALREADY_VOIDED is no failure."""
    check, attempts = voiding.check, []

    def other_first(account, saved):
        attempts.append(saved)
        if len(attempts) == 1:
            elsewhere(lambda: netsuite.write(void()))
            saved = account.books.get("transaction", saved.id)
        check(account, saved)

    monkeypatch.setattr(voiding, "check", other_first)

    written = netsuite.write(void())[0]

    assert codes(written) == ["LAGO_VOIDED_NATIVELY"]
    assert netsuite.account.records("creditmemo") == []


def test_a_legacy_account_reverses_the_tax_amount():
    """Row 82: no tax lines; one amount overrides."""
    netsuite = NetSuite("legacy-us", preferences={"REVERSALVOIDING": "T"})
    bill = plain_invoice(
        "100.00",
        INVOICE_ID,
        columns={
            "currency": "1",
            "istaxable": True,
            "taxitem": "1",
            "taxamountoverride": "8.10",
            "nexus": None,
        },
        expect={"subtotal": "100.00", "tax": "8.10", "total": "108.10"},
    )
    netsuite.write(customer(columns={"currency": "1"}), bill)

    written = netsuite.write(void())[0]

    memo = netsuite.one("creditmemo")
    assert codes(written) == ["LAGO_VOIDED_BY_MEMO"]
    assert (memo["taxtotal"], memo["total"], memo["unapplied"]) == ("8.10", "108.10", "0.00")


def test_a_legacy_account_reverses_a_part_with_its_share_of_tax():
    """58.10 of 108.10 with 8.10 tax is 4.35 tax."""
    netsuite = NetSuite("legacy-us")
    columns = {"currency": "1", "istaxable": True, "taxitem": "1", "taxamountoverride": "8.10", "nexus": None}
    bill = plain_invoice("100.00", INVOICE_ID, columns=columns, expect={"total": "108.10"})
    note = credit_memo("50.00", (INVOICE, "50.00"), columns={"currency": "1", "nexus": None})
    netsuite.write(customer(columns={"currency": "1"}), bill, note)

    netsuite.write(void())

    memo = netsuite.account.records("creditmemo")[1]
    assert (memo["subtotal"], memo["taxtotal"], memo["total"]) == ("53.75", "4.35", "58.10")


def test_without_the_field_of_notes_none_are_known():
    """Row 88: the deployment is older than the worker."""
    fields = tuple(f for f in Profile.load().custom_fields if f.id != "custbody_lago_invoice_id")
    netsuite = billed(custom_fields=fields)
    netsuite.write(credit_memo("498.31", (INVOICE, "498.31")))

    assert netsuite.write(void())[0]["error"]["code"] == "LAGO_VOID_OF_PAID_INVOICE"


def test_a_dry_run_of_a_void_changes_nothing(netsuite):
    written = netsuite.write(void(), dry_run=True)[0]

    assert (written["status"], codes(written)) == ("voided", ["LAGO_DRY_RUN"])
    assert netsuite.one("invoice")["status"] == "CustInvc:A"


def test_an_invoice_that_is_changed_while_it_is_voided_is_decided_on_anew(netsuite, monkeypatch):
    """Row 32."""
    replace, attempts = Books.replace, []

    def stale_once(books, saved, *author):
        attempts.append(saved)
        if len(attempts) == 1:
            raise StaleError
        return replace(books, saved, *author)

    monkeypatch.setattr(Books, "replace", stale_once)

    assert codes(netsuite.write(void())[0]) == ["LAGO_VOIDED_NATIVELY"]
    assert len(attempts) == 2


def test_a_reversing_memo_that_turns_out_wrong_is_deleted_again(monkeypatch):
    netsuite = billed("reversing-voids")
    replace = Books.replace

    def one_more(books, saved, *author):
        changed = {"total": "498.32"} if saved.type == "creditmemo" else {}
        return replace(books, dataclasses.replace(saved, fields=saved.fields | changed), *author)

    monkeypatch.setattr(Books, "replace", one_more)

    error = netsuite.write(void())[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_TOTAL_MISMATCH", "total_mismatch")
    assert netsuite.account.records("creditmemo") == []
    assert netsuite.one("invoice")["amountremaining"] == "498.31"


def test_a_foreign_record_under_the_memos_external_id_is_named():
    """Row 24."""
    netsuite = billed("reversing-voids")
    netsuite.account.books.insert("transaction", "salesorder", {"externalid": REVERSAL}, {})

    error = netsuite.write(void())[0]["error"]

    assert error["code"] == "LAGO_EXTID_TYPE_MISMATCH"
    assert REVERSAL in error["message"]

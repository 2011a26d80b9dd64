"""The unmodified RESTlet on the emulated account: a note's refund is paid out of its memo, once."""

from __future__ import annotations

import pytest

from tests.support.other_worker import before_first_insert
from tests.support.restlet import NetSuite, codes, customer
from tests.support.restlet_documents import (
    billed,
    credit_memo,
    payment,
    plain_invoice,
    refund,
    taxed_memo,
    void,
)
from tests.support.restlet_references import INVOICE, NOTE


@pytest.fixture
def netsuite():
    return billed()


def memo_of(netsuite) -> tuple[str, str, str]:
    """What of the memo is used, what is open, and its status."""
    memo = netsuite.one("creditmemo")
    return memo["applied"], memo["amountremaining"], memo["status"]


def test_a_refund_pays_the_memo_back(netsuite):
    """Amount, date, account and method as sent; nothing of the memo stays open."""
    memo, written = netsuite.write(credit_memo("50.00"), refund())

    paid = netsuite.one("customerrefund")
    assert (memo["status"], written["status"], written["type"]) == ("created", "created", "customerrefund")
    assert written["totals"] == {"total": "50.00"}
    assert written["url"].endswith(f"custrfnd.nl?id={paid['id']}")
    assert (paid["externalid"], paid["total"], paid["trandate"]) == (
        refund()["external_id"],
        "50.00",
        "2026-08-10",
    )
    assert (paid["account"], paid["paymentmethod"]) == ("110", "5")
    assert memo_of(netsuite) == ("50.00", "0.00", "CustCred:B")


def test_a_refund_is_written_once(netsuite):
    """Also where the memo is there already and its refund is not, as after a kill between the two."""
    netsuite.write(credit_memo("50.00"))

    first, again = (netsuite.write(credit_memo("50.00"), refund())[1] for _ in range(2))

    assert (first["status"], again["status"]) == ("created", "exists")
    assert first["internalId"] == again["internalId"]
    assert netsuite.one("customerrefund")["total"] == "50.00"


def test_two_workers_pay_back_once(netsuite, monkeypatch):
    """The slower call finds the refund of the faster one."""
    netsuite.write(credit_memo("50.00"))
    faster = before_first_insert(monkeypatch, lambda: netsuite.write(refund())[0]["status"])

    answer = netsuite.write(refund())[0]

    assert faster == ["created"]
    assert answer["status"] in {"exists", "created"}
    assert netsuite.one("customerrefund")["total"] == "50.00"
    assert memo_of(netsuite)[1] == "0.00"


def test_only_what_is_to_be_paid_back_is(netsuite):
    """A note of 119.00 that offsets 60.00 of its invoice: the other 59.00 go back."""
    netsuite.write(taxed_memo((INVOICE, "60.00")), refund("59.00"))

    assert netsuite.one("customerrefund")["total"] == "59.00"
    assert memo_of(netsuite) == ("119.00", "0.00", "CustCred:B")


def test_the_credit_beside_a_refund_is_still_spent(netsuite):
    """30.00 go back; 20.00 pay a part of the next invoice, which changes the memo once more."""
    bill = plain_invoice("80.00", apply_credits=[{"doc": NOTE, "amount": "20.00"}])
    answers = netsuite.write(credit_memo("50.00"), refund("30.00"), bill, bill)

    assert [one["status"] for one in answers] == ["created", "created", "created", "exists"]
    assert memo_of(netsuite) == ("50.00", "0.00", "CustCred:B")
    assert netsuite.account.records("invoice")[1]["amountremaining"] == "60.00"


def test_what_was_paid_back_cannot_be_spent_too(netsuite):
    """The error says what is left, and names no other invoice."""
    bill = plain_invoice("80.00", apply_credits=[{"doc": NOTE, "amount": "40.00"}])

    error = netsuite.write(credit_memo("50.00"), refund("30.00"), bill)[2]["error"]

    assert (error["code"], error["field"]) == ("LAGO_OVERAPPLIED", "apply_credits")
    assert "20.00 is left" in error["message"]


@pytest.mark.parametrize("spent", ["50.00", "30.00"])
def test_nobody_is_paid_back_more_than_the_memo_holds(netsuite, spent):
    """Someone has spent it meanwhile; the error says what is left."""
    netsuite.write(credit_memo("50.00", (INVOICE, spent)))

    error = netsuite.write(refund())[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == ("LAGO_OVERAPPLIED", "state", False)
    assert "50.00 is to be paid back of credit memo HOO-3F21-CN-001" in error["message"]
    assert f"{50 - float(spent):.2f} is left" in error["message"]
    assert netsuite.account.records("customerrefund") == []


def test_a_refund_waits_for_its_memo(netsuite):
    """It is retried, and names what it waits for."""
    error = netsuite.write(refund())[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == (
        "LAGO_REFERENCE_NOT_FOUND",
        "dependency",
        True,
    )


def test_a_refund_of_a_memo_that_was_not_written_is_not_written_either(netsuite):
    """The memo's offset is more than is due."""
    memo, written = netsuite.write(credit_memo("600.00", (INVOICE, "600.00")), refund())

    assert memo["error"]["code"] == "LAGO_OVERAPPLIED"
    assert written["error"]["code"] == "LAGO_DEPENDENCY_FAILED"


def test_a_refund_of_something_else_is_refused(netsuite):
    """Only memos are paid back."""
    error = netsuite.write(refund(memo=INVOICE))[0]["error"]

    assert (error["code"], error["field"]) == ("LAGO_INVALID_REFERENCE", "doc")


def test_a_memo_of_another_customer_is_not_paid_back(netsuite):
    other = customer(external_id="lago-cus-2", lago_id="2", columns={"entityid": "other"})
    netsuite.write(credit_memo("50.00"), other)

    columns = {"customer": {"externalId": "lago-cus-2"}}
    error = netsuite.write(refund(columns=columns))[0]["error"]

    assert error["code"] == "LAGO_CUSTOMER_MISMATCH"
    assert error["message"].startswith("credit memo HOO-3F21-CN-001")


def test_a_refund_without_account_or_method_is_refused_by_netsuite(netsuite):
    """Oracle's list demands both."""
    netsuite.write(credit_memo("50.00"))

    error = netsuite.write(refund(columns={"account": None, "paymentmethod": None}))[0]["error"]

    assert error["class"] == "missing_field"
    assert "Refund Method" in error["message"]


def test_a_role_without_the_permission_is_told_so():
    """TRAN_CUSTRFND."""
    netsuite = billed(permissions={"TRAN_CUSTRFND": 0})

    error = netsuite.write(credit_memo("50.00"), refund())[1]["error"]

    assert (error["code"], error["class"]) == ("INSUFFICIENT_PERMISSION", "permission")


def test_a_dry_run_looks_at_the_refund_of_a_memo_that_stands(netsuite):
    """It is built and not saved; of a memo that is only planned it cannot be."""
    netsuite.write(credit_memo("50.00"))

    stands = netsuite.write(refund(), dry_run=True)[0]
    planned = NetSuite().write(customer(), credit_memo("50.00"), refund(), dry_run=True)[2]

    assert (stands["status"], codes(stands)) == ("created", ["LAGO_DRY_RUN"])
    assert codes(planned) == ["LAGO_DRY_RUN", "LAGO_NOT_CHECKED"]
    assert netsuite.account.records("customerrefund") == []


@pytest.mark.parametrize("paid", [{}, {"policy": {"paid": "unapply_and_void"}}])
def test_an_invoice_whose_note_was_paid_back_is_voided_right(netsuite, paid):
    """98.31 of 498.31 went back by a note: 400.00 are reversed and stay the customer's."""
    netsuite.write(payment("400.00"), credit_memo("98.31"), refund("98.31"))

    answer = netsuite.write(void(settled={"payments": "400.00"}, **paid))[0]

    [row] = netsuite.account.balances()
    assert answer["status"] == "voided"
    assert row["balance"] == "-301.69"
    assert netsuite.one("customerrefund")["total"] == "98.31"


def test_a_refund_of_a_memo_on_other_receivables_takes_their_account():
    """NetSuite offers memos of one receivables account at a time."""
    netsuite = billed()
    accounts = [one.id for one in netsuite.account.profile.accounts if one.type == "AcctRec"]
    other = accounts[-1]
    netsuite.write(credit_memo("50.00", columns={"account": other}))

    answer = netsuite.write(refund())[0]

    assert answer["status"] == "created"
    assert netsuite.one("customerrefund")["aracct"] == other

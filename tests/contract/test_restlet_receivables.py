"""Invoices on several receivables accounts: payments and memos of one are on its account, for any default."""

from __future__ import annotations

import pytest

from tests.support.restlet import NetSuite, customer, invoice
from tests.support.restlet_documents import credit_memo, payment, plain_invoice
from tests.support.restlet_references import INVOICE, NOTE, OTHER_INVOICE

INTERCOMPANY = "111"
ON_IT = {"account": INTERCOMPANY}


@pytest.fixture
def netsuite():
    made = NetSuite()
    assert made.write(customer(), invoice(columns=ON_IT))[1]["status"] == "created"
    return made


def test_a_payment_is_applied_to_an_invoice_on_another_receivables_account(netsuite):
    """NetSuite lists only invoices of the payment's own account; 0.00 applied pays nothing."""
    paid = netsuite.write(payment())[0]

    assert (paid["status"], paid["warnings"]) == ("created", [])
    assert paid["totals"] == {"total": "498.31", "applied": "498.31", "unapplied": "0.00"}
    assert netsuite.one("customerpayment")["aracct"] == INTERCOMPANY
    assert netsuite.one("invoice")["status"] == "CustInvc:B"


def test_a_note_is_applied_to_its_invoice_on_another_receivables_account(netsuite):
    """Its memo goes on the invoice's account."""
    written = netsuite.write(credit_memo("50.00", (INVOICE, "50.00")))[0]

    assert written["status"] == "created"
    assert netsuite.one("creditmemo")["account"] == INTERCOMPANY
    assert netsuite.one("invoice")["amountremaining"] == "448.31"


def test_a_customers_own_account_is_that_of_all_its_documents():
    """Where it is set, nothing has to be said."""
    netsuite = NetSuite()
    netsuite.write(customer(columns={"receivablesaccount": INTERCOMPANY}), invoice())

    assert netsuite.write(payment())[0]["totals"]["applied"] == "498.31"
    assert netsuite.one("invoice")["account"] == netsuite.one("customerpayment")["aracct"] == INTERCOMPANY


def test_a_payment_of_invoices_on_two_accounts_is_refused_by_name(netsuite):
    """One payment belongs to one account: dividing it is for people."""
    netsuite.write(plain_invoice("10.00"))

    error = netsuite.write(payment("508.31", (INVOICE, None), (OTHER_INVOICE, None)))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_NOT_APPLICABLE", "state")
    assert "receivables account 111" in error["message"]
    assert "100: one record settles invoices of one account only" in error["message"]
    assert netsuite.account.records("customerpayment") == []


def test_a_settled_invoice_on_another_account_does_not_keep_a_payment_from_the_open_one(netsuite):
    """Only what is open is paid."""
    netsuite.write(plain_invoice("10.00"), payment())
    later = payment("10.00", (INVOICE, None), (OTHER_INVOICE, None), external_id="lago-pay-2", lago_id="2")

    paid = netsuite.write(later)[0]

    assert (paid["status"], paid["totals"]["applied"]) == ("created", "10.00")


@pytest.mark.parametrize("chosen", ["100", {"internalId": "100"}], ids=["id", "reference"])
def test_an_account_that_the_mapping_names_is_kept_and_what_it_cannot_settle_is_refused(netsuite, chosen):
    """Not delivered with 0.00 applied."""
    error = netsuite.write(payment(columns={"aracct": chosen}))[0]["error"]

    assert error["code"] == "LAGO_NOT_APPLICABLE"
    assert "its subsidiary or receivables account (111) differs" in error["message"]
    assert netsuite.account.records("customerpayment") == []


def test_an_account_that_is_no_receivables_account_is_refused(netsuite):
    """As NetSuite's own list offers only those."""
    error = netsuite.write(plain_invoice("10.00", columns={"account": "110"}))[0]["error"]

    assert (error["code"], "account" in error["message"]) == ("INVALID_KEY_OR_REF", True)


def test_a_note_that_is_spent_later_lies_on_its_invoices_account(netsuite):
    """So are the invoices that spend it; from the default account it could not be applied to any."""
    netsuite.write(credit_memo("50.00"))
    later = plain_invoice("60.00", columns=ON_IT, apply_credits=[{"doc": NOTE, "amount": "50.00"}])

    written = netsuite.write(later)[0]

    assert (written["status"], netsuite.one("creditmemo")["account"]) == ("created", INTERCOMPANY)
    assert netsuite.one("creditmemo")["unapplied"] == "0.00"


def test_a_note_whose_account_the_mapping_names_lies_there(netsuite):
    netsuite.write(credit_memo("50.00", columns={"account": "100"}))

    assert netsuite.one("creditmemo")["account"] == "100"

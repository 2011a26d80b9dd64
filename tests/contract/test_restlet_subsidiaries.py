"""A customer of several subsidiaries: the script adds what NetSuite lets it add, or says what to do."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import NetSuite, codes, customer, invoice
from tests.support.restlet_documents import credit_memo, payment, plain_invoice, refund, void
from tests.support.restlet_references import INVOICE, NOTE, OTHER_INVOICE, OTHER_INVOICE_ID

FRANCE = {"subsidiary": "4", "nexus": "11"}
ONE_SUBSIDIARY = Profile.load().features - {"MULTISUBSIDIARYCUSTOMER"}


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer())
    return made


def french(amount="10.00", **changes):
    return plain_invoice(amount, columns=FRANCE, **changes)


def test_a_subsidiary_that_the_customer_lacks_is_added_to_it(netsuite):
    """As a currency is."""
    home, abroad = netsuite.write(invoice(), french())

    assert (home["status"], abroad["status"]) == ("created", "created")
    assert abroad["warnings"][0] == {
        "code": "LAGO_SUBSIDIARY_ADDED", "field": "subsidiary", "message": "4 on customer cus_7f21c0 (501)",
    }  # fmt: skip
    related = netsuite.one("customersubsidiaryrelationship")
    assert (related["entity"], related["subsidiary"], related["isprimarysub"]) == ("501", "4", False)
    assert [one["subsidiary"] for one in netsuite.account.records("invoice")] == ["1", "4"]


def test_a_subsidiary_is_added_once(netsuite):
    netsuite.write(french(lago_id="a"))

    again = netsuite.write(french(lago_id="b"))[0]

    assert "LAGO_SUBSIDIARY_ADDED" not in codes(again)
    assert len(netsuite.account.records("customersubsidiaryrelationship")) == 1


def test_what_settles_an_invoice_of_the_second_subsidiary_is_of_that_subsidiary(netsuite):
    """A payment is made from its invoice, a note comes from the entity that billed it."""
    netsuite.write(invoice(columns=FRANCE, taxes=[], expect={}))
    note = credit_memo("50.00", (INVOICE, "50.00"), columns=FRANCE)

    paid, credited = netsuite.write(payment("10.00"), note)

    assert (paid["totals"]["applied"], credited["status"]) == ("10.00", "created")
    assert netsuite.one("customerpayment")["subsidiary"] == netsuite.one("creditmemo")["subsidiary"] == "4"


@pytest.mark.parametrize("code", ["INVALID_KEY_OR_REF", "INVALID_TRANS_SUB"])
def test_where_customers_have_one_subsidiary_that_is_said(code):
    """Whatever the account calls the refusal."""
    switches = Profile.load().switches.model_copy(update={"outside_subsidiary": code})
    netsuite = NetSuite(features=ONE_SUBSIDIARY, switches=switches)
    netsuite.write(customer())

    error = netsuite.write(french())[0]["error"]

    assert (error["code"], error["field"]) == ("LAGO_CUSTOMER_NOT_IN_SUBSIDIARY", "subsidiary")
    assert "customer cus_7f21c0 (501) belongs to subsidiary 1, the document to 4" in error["message"]
    assert netsuite.account.records("invoice") == []


def test_a_subsidiary_that_is_none_is_added_to_nobody(netsuite):
    """It is the mapping that is wrong."""
    error = netsuite.write(plain_invoice("10.00", columns={"subsidiary": "99"}))[0]["error"]

    assert (error["code"], error["field"]) == ("INVALID_KEY_OR_REF", "subsidiary")
    assert netsuite.account.records("customersubsidiaryrelationship") == []


def test_a_dry_run_adds_nothing(netsuite):
    """It says what would be added."""
    planned = netsuite.write(french(), dry_run=True)[0]

    assert "Subsidiary 4 would be added" in str(planned["warnings"])
    assert netsuite.account.records("customersubsidiaryrelationship") == []


def test_a_refund_is_paid_by_the_subsidiary_of_its_memo(netsuite):
    """The customer's own subsidiary has nothing to pay back."""
    netsuite.write(credit_memo("50.00", columns=FRANCE))

    written = netsuite.write(refund())[0]

    assert (written["status"], written.get("error")) == ("created", None)
    assert netsuite.one("customerrefund")["subsidiary"] == "4"
    assert netsuite.one("creditmemo")["amountremaining"] == "0.00"


# A note of one subsidiary that is spent on an invoice of another.


def spending(amount="20.00", credit="15.00", **changes):
    """An invoice of the French subsidiary over `amount` that spends the note of the home subsidiary."""
    line = {
        "item": "806",
        "quantity": "1",
        "rate": f"-{credit}",
        "amount": f"-{credit}",
        "description": "Credit note of another subsidiary",
    }
    spent = [{"doc": NOTE, "amount": credit, "line": line}]
    return french(amount, apply_credits=spent, policy={"recredit": False}, **changes)


def test_a_credit_of_another_subsidiary_is_a_line_of_the_invoice(netsuite):
    """NetSuite applies a memo within its own subsidiary only."""
    netsuite.write(credit_memo("50.00"))

    written = netsuite.write(spending())[0]

    assert (written["status"], written["totals"]["total"]) == ("created", "5.00")
    warned = next(one for one in written["warnings"] if one["code"] == "LAGO_CREDIT_AS_LINE")
    assert (warned["field"], warned["amount"]) == ("apply_credits", "15.00")
    assert "credit memo HOO-3F21-CN-001 belongs to subsidiary 1, the invoice to 4" in warned["message"]
    assert netsuite.one("creditmemo")["unapplied"] == "50.00"


def test_the_repeat_of_such_an_invoice_finds_it_as_it_is(netsuite):
    """Its total is right without the credit."""
    netsuite.write(credit_memo("50.00"), spending())

    again = netsuite.write(spending())[0]

    assert (again["status"], "LAGO_TOTAL_MISMATCH" in codes(again)) == ("exists", False)


def test_a_credit_of_the_same_subsidiary_is_applied(netsuite):
    """The line is for the other case only."""
    netsuite.write(credit_memo("50.00", columns=FRANCE))

    written = netsuite.write(spending())[0]

    assert (written["totals"]["total"], codes(written)) == ("20.00", [])
    assert netsuite.one("creditmemo")["unapplied"] == "35.00"


def test_an_invoice_without_a_subsidiary_of_its_own_is_of_its_customers(netsuite):
    netsuite.write(credit_memo("50.00", columns=FRANCE))
    item = spending()
    for name in FRANCE:
        del item["record"]["columns"][name]

    written = netsuite.write(item)[0]

    assert (written["totals"]["total"], codes(written)) == ("5.00", ["LAGO_CREDIT_AS_LINE"])


def test_an_invoice_waits_for_a_memo_whose_subsidiary_nobody_knows_yet(netsuite):
    """Before it is written: afterwards its lines cannot be changed."""
    error = netsuite.write(spending())[0]["error"]

    assert (error["code"], error["field"]) == ("LAGO_REFERENCE_NOT_FOUND", "apply_credits")
    assert netsuite.account.records("invoice") == []


@pytest.mark.parametrize("paid", [None, "2.00"], ids=["unpaid", "partly paid"])
def test_the_void_of_such_an_invoice_takes_back_what_the_line_has_left(netsuite, paid):
    """By Lago's present rule the note stays spent; the line has lessened the invoice already."""
    netsuite.write(credit_memo("50.00"), spending())
    settled = {"credits": "15.00"}
    if paid:
        netsuite.write(payment(paid, (OTHER_INVOICE, None)))
    item = void(
        external_id=OTHER_INVOICE["externalId"],
        lago_id=OTHER_INVOICE_ID,
        settled=settled | ({"payments": paid} if paid else {}),
        policy={"paid": "unapply_and_void"} if paid else {},
    )

    voided = netsuite.write(item)[0]

    assert voided["status"] == "voided", voided
    assert float(netsuite.one("invoice")["amountremaining"]) == 0


# Customers that take no documents.


@pytest.mark.parametrize("item", [invoice(), credit_memo()], ids=["invoice", "note"])
def test_a_document_of_an_inactive_customer_names_the_customer(netsuite, item):
    """The mapping is right."""
    netsuite.run("return record.submitFields({ type: 'customer', id: 501, values: { isinactive: true } });")

    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"], error["field"]) == ("LAGO_CUSTOMER_INACTIVE", "state", "entity")
    assert error["message"] == "NetSuite's customer cus_7f21c0 (501) is inactive, and takes no documents."


def test_a_payment_of_an_inactive_customer_names_the_customer(netsuite):
    netsuite.write(invoice())
    netsuite.run("return record.submitFields({ type: 'customer', id: 501, values: { isinactive: true } });")

    error = netsuite.write(payment())[0]["error"]

    assert (error["code"], error["field"]) == ("LAGO_CUSTOMER_INACTIVE", "customer")

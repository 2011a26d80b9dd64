"""A customer of several subsidiaries: the script adds what NetSuite lets it add, or says what to do."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import NetSuite, customer, invoice
from tests.support.restlet_documents import INVOICE, codes, credit_memo, payment, plain_invoice

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


@pytest.mark.parametrize("item", [invoice(), credit_memo()], ids=["invoice", "note"])
def test_a_document_of_an_inactive_customer_names_the_customer(netsuite, item):
    """The mapping is not to blame."""
    netsuite.run("return record.submitFields({ type: 'customer', id: 501, values: { isinactive: true } });")

    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"], error["field"]) == ("LAGO_CUSTOMER_INACTIVE", "state", "entity")
    assert error["message"] == "NetSuite's customer cus_7f21c0 (501) is inactive, and takes no documents."


def test_a_payment_of_an_inactive_customer_names_the_customer(netsuite):
    netsuite.write(invoice())
    netsuite.run("return record.submitFields({ type: 'customer', id: 501, values: { isinactive: true } });")

    error = netsuite.write(payment())[0]["error"]

    assert (error["code"], error["field"]) == ("LAGO_CUSTOMER_INACTIVE", "customer")

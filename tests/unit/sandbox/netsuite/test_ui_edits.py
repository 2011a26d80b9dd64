"""What a person does in the emulated NetSuite's pages, and the mark that it leaves."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from tests.support.restlet import NetSuite, customer, invoice
from tests.support.restlet_documents import payment
from tests.support.restlet_references import INVOICE

OWN = INVOICE["externalId"]


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer(), invoice())
    return made


def test_an_invoice_is_dated_anew_and_its_lines_are_changed(netsuite):
    """NetSuite computes its total again."""
    netsuite.by_hand(
        "edit", "invoice", OWN, fields={"trandate": "2026-08-05"}, lines={0: {"amount": "400.00"}}
    )

    changed = netsuite.one("invoice")
    assert (changed["trandate"], changed["total"]) == ("2026-08-05", "399.31")


def test_an_invoice_is_voided_or_deleted(netsuite):
    """Under NetSuite's own rules."""
    netsuite.by_hand("void", "invoice", OWN)
    assert netsuite.one("invoice")["status"] == "CustInvc:V"

    netsuite.by_hand("delete", "invoice", OWN)
    assert netsuite.account.records("invoice") == []


@pytest.mark.parametrize(("amount", "left"), [("100.00", "398.31"), (None, "0.00")])
def test_an_invoice_is_paid(netsuite, amount, left):
    """In part or whole."""
    netsuite.by_hand("pay", "invoice", OWN, amount=amount)

    assert netsuite.one("invoice")["amountremaining"] == left
    assert netsuite.one("customerpayment").get("externalid") is None


def test_what_is_linked_cannot_be_deleted(netsuite):
    """A person is refused as a script is."""
    netsuite.write(payment("100.00"))

    with pytest.raises(ScriptError, match="linked"):
        netsuite.by_hand("delete", "invoice", OWN)


def test_a_record_that_is_not_there_cannot_be_changed(netsuite):
    """Neither by its external id nor by its number."""
    with pytest.raises(ScriptError):
        netsuite.by_hand("edit", "invoice", "lago-inv-x")


def test_the_role_of_the_integration_does_not_bind_a_person(netsuite):
    """An administrator may what the integration may not."""
    netsuite.reopen(permissions={"TRAN_CUSTINVC": 1})

    assert netsuite.by_hand("edit", "invoice", OWN, fields={"memo": "x"}) == 9001
    assert netsuite.account.profile.permissions == {"TRAN_CUSTINVC": 1}

"""Accounts that route invoices for approval: a pending invoice is not open, so what settles it waits."""

from __future__ import annotations

import pytest

from tests.support.restlet import NetSuite, codes, customer, invoice
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice
from tests.support.restlet_references import INVOICE, NOTE, OTHER_INVOICE


@pytest.fixture
def netsuite():
    return billed("approval-routing")


def decide(netsuite: NetSuite, status: str) -> None:
    """What an approver does."""
    number = netsuite.one("invoice")["id"]
    netsuite.run(
        f"const found = record.load({{ type: 'invoice', id: {number} }});"
        f"found.setValue({{ fieldId: 'approvalstatus', value: '{status}' }}); return found.save();"
    )


def test_an_invoice_that_is_saved_as_pending_says_so():
    """Before anybody pays it."""
    netsuite = NetSuite("approval-routing")

    written = netsuite.write(customer(), invoice())[1]

    assert (written["status"], codes(written)[-1]) == ("created", "LAGO_PENDING_APPROVAL")
    assert netsuite.one("invoice")["status"] == "CustInvc:D"


@pytest.mark.parametrize(
    "item", [payment(), credit_memo("50.00", (INVOICE, "50.00"))], ids=["payment", "note"]
)
def test_what_settles_a_pending_invoice_waits_and_says_why(netsuite, item):
    """It is neither a wrong customer nor a missing document."""
    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == (
        "LAGO_PENDING_APPROVAL",
        "dependency",
        True,
    )
    assert "HOO-3F21-202608-057" in error["message"]
    assert "is pending approval in NetSuite" in error["message"]
    assert netsuite.account.records(item["record"]["type"]) == []


@pytest.mark.parametrize(
    "item", [payment(), credit_memo("50.00", (INVOICE, "50.00"))], ids=["payment", "note"]
)
def test_once_the_invoice_is_approved_the_repeat_settles_it(netsuite, item):
    """The worker asks again by itself."""
    netsuite.write(item)
    decide(netsuite, "2")

    written = netsuite.write(item)[0]

    assert (written["status"], netsuite.one("invoice")["status"][:9]) == ("created", "CustInvc:")
    assert netsuite.one("invoice")["amountremaining"] != "498.31"


def test_a_rejected_invoice_is_not_waited_for(netsuite):
    """Nobody will open it."""
    decide(netsuite, "3")

    error = netsuite.write(payment())[0]["error"]

    assert (error["code"], error["retryable"]) == ("LAGO_NOT_APPLICABLE", False)
    assert "was rejected by an approver" in error["message"]


def test_a_credit_spent_on_a_pending_invoice_waits_while_the_invoice_stands(netsuite):
    """The memo is applied when the invoice opens."""
    netsuite.write(credit_memo("50.00"))
    spending = plain_invoice("60.00", apply_credits=[{"doc": NOTE, "amount": "50.00"}])

    error = netsuite.write(spending)[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_PENDING_APPROVAL", "dependency")
    assert "The invoice itself stands" in error["message"]
    assert OTHER_INVOICE["externalId"] in [one["externalid"] for one in netsuite.account.records("invoice")]


def test_an_invoice_may_be_approved_by_the_mapping():
    """`mapping.fields.invoice.approvalstatus`: what Lago has billed may count as approved."""
    netsuite = NetSuite("approval-routing")
    written = netsuite.write(customer(), invoice(columns={"approvalstatus": "2"}))[1]

    assert "LAGO_PENDING_APPROVAL" not in codes(written)
    assert netsuite.write(payment())[0]["totals"]["applied"] == "498.31"


def test_where_nothing_is_routed_nothing_waits():
    """The same request in an account without the preference."""
    assert billed().write(payment())[0]["status"] == "created"

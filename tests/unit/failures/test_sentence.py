"""A failure is said for a finance person: which document, how much, why, who fixes it, where, how."""

import re
from dataclasses import replace

import pytest

from consumer.failures import sentence
from tests.unit.failures.errors import failure
from tests.unit.failures.planted import planted

UUID = "1f0e5a44-98a5-4b0c-8f5e-7d1c2b3a4d05"
ANY_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")

INVOICE = (
    "Invoice ACM-3F21-202608-057 of Nordlicht Analytik GmbH (10.00 EUR, 2026-08-01) is not in NetSuite: "
)
NOTE = INVOICE.replace("Invoice", "Credit note").replace("-057", "-057-CN001").replace("08-01", "08-05")
PAYMENT = "Payment of invoice ACM-3F21-202608-057 (10.00 EUR, 2026-08-03) is not in NetSuite: "
SENTENCES = {
    "unmapped metric": INVOICE + "no NetSuite item is mapped for charge 'api_calls' (Api calls). "
    "The operator of the connector fixes it in connections.yaml under mapping.billable_metrics.api_calls: "
    "add mapping.billable_metrics.api_calls (or mapping.fallback_item) to connection netsuite-eu "
    "at mapping.billable_metrics.api_calls.",
    "unmapped currency": NOTE + "no NetSuite currency is mapped for EUR. "
    "The operator of the connector fixes it in connections.yaml under mapping.currencies.EUR: "
    "add EUR to mapping.currencies at mapping.currencies.",
    "closed period": INVOICE
    + "the accounting period of 2026-08-01 (Aug 2026) is closed: The period is closed. "
    "Finance fixes it in NetSuite under Setup > Accounting > Manage Accounting Periods: "
    "open the period, or set closed_period to hold or next_open_period.",
    "overapplied": PAYMENT + "59.50 is paid, 10.00 is due. "
    "Finance fixes it in NetSuite under Transactions > Sales > Create Invoices > List: "
    "look for a payment booked by hand on the same invoice, and take one of the two off it.",
    "required field": INVOICE + "Please enter a location. The operator of the connector fixes it in NetSuite "
    "under Customization > Forms > Transaction Forms > (preferred form) > Screen Fields: "
    "fill the field by a constant or expression under mapping.fields, or make it optional on the form.",
    "script of the account": INVOICE + "Bitte Kostenstelle angeben. "
    "A NetSuite administrator fixes it in NetSuite under Customization > Scripting > Scripted Records: "
    "read the text, find the user event script or workflow that gives it, and let it pass what Lago bills.",
    "defect": PAYMENT + "the worker failed once with KeyError while it mapped this event. "
    "The operator of the connector fixes it at the connector: "
    "a defect of lago-netsuite: see the worker's log, and replay the event once it is mended.",
    "undecodable": "Record 7 of partition 0 of lago.invoices is not in NetSuite: "
    "not JSON: line 1. The operator of the connector fixes it at the connector: produce what Lago sent.",
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_planted_failure_is_said_whole(kind):
    """Document, amount, reason, fix, who and where; no id in it."""
    found = sentence.of(planted()[kind])

    assert found == SENTENCES[kind]
    assert not ANY_UUID.search(found)


def test_every_planted_failure_has_its_sentence():
    """Eight kinds."""
    assert planted().keys() == SENTENCES.keys()
    assert len(SENTENCES) == 8


def test_an_id_in_a_message_is_left_to_the_lines_beside_the_sentence():
    """Of another record that has no number."""
    waits = failure(
        code="dependency_missing", message=f"invoice lago-inv-{UUID} did not come in time", hint=""
    )

    assert "invoice … did not come in time" in sentence.of(waits)


def test_a_customer_is_called_by_name():
    """The external id may be a uuid, and says nothing to a person."""
    found = failure(object="customer", number=UUID, customer_name="Acme GmbH", amount=None, currency=None)

    assert sentence.document_of(found) == "Customer Acme GmbH"


def test_a_void_is_said_to_be_one():
    """Its invoice is in NetSuite; the void is not."""
    found = failure(
        event="invoice.voided", message="void of invoice ACME-1 (10.00 EUR, 2026-08-01): it is paid"
    )

    assert sentence.document_of(found) == "Void of invoice ACME-1 (10.00 EUR)"
    assert sentence.reason_of(found) == "it is paid"


def test_a_setting_that_is_known_says_where():
    """The path in connections.yaml."""
    found = failure(code="invalid_reference", details={"setting": "mapping.plans.pro.id"})

    assert sentence.where_of(found) == "in connections.yaml under mapping.plans.pro.id"


def test_the_row_of_netsuites_own_code_says_who():
    """Two rows share one published code: one of the mapping, one of the account."""
    found = failure(code="invalid_reference")
    subsidiary = replace(found, details={"netsuite_code": "INVALID_TRANS_SUB_ITEM"})

    assert (sentence.who_fixes(found), sentence.who_fixes(subsidiary)) == (
        "connector operator",
        "NetSuite administrator",
    )

"""Tax of the other kind than the account's, with or without SuiteTax, stops the connection as a whole."""

from __future__ import annotations

import pytest

from tests.support.restlet import NetSuite, customer, invoice, untaxed

NO_OVERRIDE = {"taxregoverride": None, "taxdetailsoverride": None, "nexus": None}
BARE = {"subtotal": "10.00", "tax": "0.00", "total": "10.00"}


@pytest.fixture
def netsuite():
    account = NetSuite("legacy-us")
    assert account.write(customer(columns={"subsidiary": None}))[0]["status"] == "created"
    return account


def test_tax_details_are_refused_as_the_connections_matter(netsuite):
    """Each document would fail alike, whatever is in it."""
    error = netsuite.write(invoice(columns={"subsidiary": None}))[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == ("LAGO_SUITETAX_OFF", "config", False)
    assert netsuite.account.records("invoice") == []


def test_a_document_without_tax_details_is_written_as_before(netsuite):
    """The default mode is suitetax, also of those who bill no tax."""
    written = netsuite.write(untaxed(columns=NO_OVERRIDE | {"subsidiary": None}, expect=BARE))[0]

    assert written["status"] == "created"


def test_legacy_tax_is_refused_as_the_connections_matter_where_suitetax_is_on():
    """It would be dropped, and every document with tax refused for its total."""
    account = NetSuite()
    account.write(customer())
    columns = NO_OVERRIDE | {"istaxable": True, "taxitem": "6", "taxamountoverride": "8.10"}

    error = account.write(untaxed(columns=columns))[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == ("LAGO_SUITETAX_ON", "config", False)
    assert account.account.records("invoice") == []

"""Accounts that compute tax themselves: what Lago bills without tax lines stays without NetSuite's tax."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import mapped
from tests.support.restlet import NetSuite, customer, untaxed
from tests.support.restlet_documents import credit_memo, void

COMPUTING = Profile.load("computes-tax").switches
ACCOUNTS = [("computes-tax", {}), ("legacy-us", {"switches": COMPUTING})]
by_account = pytest.mark.parametrize(("profile", "changes"), ACCOUNTS, ids=["suitetax", "legacy"])
MODES = {
    "none": {"mode": "none"},
    "tax_line": {"mode": "tax_line", "item": "806"},
}
NO_OVERRIDE = {"taxregoverride": None, "taxdetailsoverride": None, "nexus": None}
BARE = {"subtotal": "10.00", "tax": "0.00", "total": "10.00"}


def ready(profile, changes):
    netsuite = NetSuite(profile, **changes)
    assert netsuite.write(customer())[0]["status"] == "created"
    return netsuite


def without_tax(item):
    item["record"]["options"] |= {"withoutTax": True}
    return item


@by_account
def test_such_an_account_taxes_what_says_nothing_of_tax(profile, changes):
    """Or the tests below would prove nothing."""
    netsuite = ready(profile, changes)

    error = netsuite.write(untaxed(columns=NO_OVERRIDE, expect=BARE))[0]["error"]

    assert error["code"] == "LAGO_TOTAL_MISMATCH"
    assert netsuite.account.records("invoice") == []


@by_account
@pytest.mark.parametrize("kind", ["invoice", "creditmemo"])
def test_a_document_that_is_sent_without_tax_gets_none(profile, changes, kind):
    netsuite = ready(profile, changes)
    items = {
        "invoice": untaxed(columns=NO_OVERRIDE, expect=BARE),
        "creditmemo": credit_memo("10.00", columns=NO_OVERRIDE),
    }

    written = netsuite.write(without_tax(items[kind]))[0]

    assert (written["status"], written["totals"]["tax"]) == ("created", "0.00")
    assert (netsuite.one(kind)["total"], written["warnings"][1:]) == ("10.00", [])


@by_account
@pytest.mark.parametrize("mode", MODES)
def test_the_modes_without_tax_details_suppress_the_accounts_own_tax(profile, changes, mode):
    """As a worker sends it: the whole of Lago's tax in a line, or none."""
    bill = lago.invoice([lago.fee(tax_rate=19 if mode == "tax_line" else 0)])
    settings = connection(
        mapping=FULL_MAPPING | {"tax": MODES[mode], "currencies": {"EUR": "2"}},
        customers={"subsidiary": None if profile == "legacy-us" else "1"},
    )
    request = mapped(lago.invoice_event(content=bill), settings).request
    netsuite = NetSuite(profile, **changes)

    answer = netsuite.call(request.body().decode())

    assert answer.status == 200
    kept = netsuite.one("invoice")
    assert kept["total"] == ("11.90" if mode == "tax_line" else "10.00")
    assert kept["taxtotal"] == "0.00"


@pytest.mark.parametrize("transform_taxes", ["keep", "drop"])
def test_the_memo_that_reverses_such_an_invoice_has_no_tax_either(transform_taxes):
    """Whether the account carries the override over or not."""
    switches = COMPUTING.model_copy(update={"transform_taxes": transform_taxes})
    preferences = Profile.load("reversing-voids").preferences
    netsuite = ready("computes-tax", {"switches": switches, "preferences": preferences})
    assert netsuite.write(without_tax(untaxed(columns=NO_OVERRIDE, expect=BARE)))[0]["status"] == "created"

    voided = netsuite.write(void())[0]

    assert voided["status"] == "voided"
    assert netsuite.one("creditmemo")["total"] == "10.00"

"""The unmodified RESTlet on the emulated account: the lines of documents, whoever wrote them."""

from __future__ import annotations

import json

import pytest

from schemas.document_lines import MOST_AT_ONCE, DocumentKey, LinesQuestion
from schemas.ledger import LedgerPage
from tests.contract.native_books import NativeBooks
from tests.support.restlet import FEE_ID, INVOICE_ID, NetSuite, customer, invoice, untaxed

NATIVE = {"lago_id": INVOICE_ID, "number": "HOO-1", "total_amount_cents": 5_000, "issuing_date": "2026-08-01"}
OWNER = {"name": "Raviga", "external_id": "cus_7f21c0", "lago_id": "9a"}


def lines_of(netsuite, *documents):
    answer = netsuite.call(LinesQuestion(documents=documents).body().decode())
    assert answer.status == 200, answer.body
    return LedgerPage.model_validate(json.loads(answer.body)["ledger"])


def test_our_own_invoice_has_its_lines_and_their_taxes():
    """The reference joins both; a discount is negative."""
    netsuite = NetSuite()
    written = netsuite.write(customer(), invoice())[1]

    [found] = lines_of(netsuite, DocumentKey("invoice", written["internalId"])).documents

    assert [(each.item, each.amount, each.reference) for each in found.lines] == [
        ("802", "499.00", FEE_ID),
        ("804", "-86.02", "coupon_item"),
    ]
    assert [(each.type, each.code, each.amount) for each in found.taxes] == [
        ("5", "6", "85.33"),
        ("5", "6", "0.00"),
    ]
    assert found.taxItem is None


def test_a_document_of_another_integration_has_its_lines_too():
    """Without taxes where it has none."""
    netsuite = NetSuite()
    native = NativeBooks(netsuite)
    owner = native.customer(OWNER)
    ids = native.invoice(owner, NATIVE), native.credit_memo(owner, NATIVE | {"lago_id": "c1", "number": "CN"})

    page = lines_of(netsuite, DocumentKey("invoice", ids[0]), DocumentKey("creditmemo", ids[1]))

    assert [(each.type, each.internalId) for each in page.documents] == [
        ("invoice", ids[0]),
        ("creditmemo", ids[1]),
    ]
    assert [line.amount for each in page.documents for line in each.lines] == ["50.00", "50.00"]


def test_without_suitetax_the_document_says_its_tax_item():
    """The lines have no taxes of their own there."""
    netsuite = NetSuite("legacy-us")
    bare = {"taxregoverride": None, "taxdetailsoverride": None, "nexus": None, "subsidiary": None}
    taxed = bare | {"istaxable": True, "taxitem": "1"}
    written = netsuite.write(customer(columns={"subsidiary": None}), untaxed(columns=taxed))[1]

    [found] = lines_of(netsuite, DocumentKey("invoice", written["internalId"])).documents

    assert (found.taxItem, found.taxes, len(found.lines)) == ("1", (), 1)


def test_a_document_that_is_gone_says_so_and_hides_no_other():
    """It was deleted meanwhile."""
    netsuite = NetSuite()
    written = netsuite.write(customer(), invoice())[1]

    gone, there = lines_of(
        netsuite, DocumentKey("invoice", "4711"), DocumentKey("invoice", written["internalId"])
    ).documents

    assert gone.error is not None
    assert gone.error.code == "RCRD_DSNT_EXIST"
    assert len(there.lines) == 2


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ([DocumentKey("customerpayment", "1")], "LAGO_TYPE_NOT_SUPPORTED"),
        ([DocumentKey("invoice", "1")] * (MOST_AT_ONCE + 1), "LAGO_BAD_ITEM"),
    ],
)
def test_what_cannot_be_told_is_refused(documents, code):
    """Other types, and more than one call has units for."""
    found = lines_of(NetSuite(), *documents)

    assert found.error is not None
    assert (found.documents, found.error.code) == ((), code)

"""A deleted document comes back only where nothing stands in its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consumer.reconcile import restoration
from consumer.reconcile.acceptance import Acceptance, AcceptedDifference, Division
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Expected
from consumer.reconcile.identification import Identification, Identified

INVOICE = Expected(kind="invoice", lago_id="i", external_id="lago-inv-i", number="N-1", total=Decimal(10))
PAYMENT = Expected(
    kind="payment", lago_id="p", external_id="lago-pay-p", number="P", total=Decimal("4.00"),
    settles=("lago-inv-i", "lago-inv-j"),
)  # fmt: skip
EXPECTED = {each.external_id: each for each in (INVOICE, PAYMENT)}


def deleted(document):
    return Difference(what="deleted", kind=document.kind, number=document.number, lago_id=document.lago_id)


def invoice_differs(what, lago="", netsuite="", lago_id="i"):
    return Difference(what=what, kind="invoice", number="N", lago_id=lago_id, lago=lago, netsuite=netsuite)


def reasons(document, *differences, identification=None, expected=None, accepted=()):
    kept = restoration.kept_back(
        [deleted(document)],
        EXPECTED if expected is None else expected,
        identification or Identification(),
        Division(open=differences, accepted=accepted),
    )
    return [each.reason for each in kept]


def test_an_invoice_comes_back_where_no_record_has_its_number():
    """Whoever wrote such a record."""
    found = Identified(document=INVOICE, internal_id="9001", how="number", is_adopted=False)

    assert reasons(INVOICE) == []
    assert reasons(INVOICE, identification=Identification(found={"lago-inv-i": found})) == [
        "the record 9001 stands in NetSuite with its number"
    ]
    assert reasons(INVOICE, identification=Identification(ambiguous={"lago-inv-i"})) == [
        "several records stand in NetSuite with its number"
    ]


@pytest.mark.parametrize(
    ("differences", "comes_back"),
    [
        ([invoice_differs("open_balance", "0.00", "4.00")], True),
        ([invoice_differs("open_balance", "0.00", "3.99")], False),
        (
            [
                invoice_differs("open_balance", "1.00", "3.00"),
                invoice_differs("open_balance", "0.00", "2.00", "j"),
            ],
            True,
        ),
        ([invoice_differs("open_balance", "4.00", "0.00")], False),
        ([invoice_differs("open_balance", "?", "x")], False),
        ([invoice_differs("total", "0.00", "4.00")], False),
        ([invoice_differs("deleted")], True),
        ([invoice_differs("missing")], True),
        ([], False),
    ],
)
def test_a_payment_comes_back_where_its_invoices_lack_all_of_it(differences, comes_back):
    """Else something else has paid them, in part or whole."""
    assert (reasons(PAYMENT, *differences) == []) is comes_back


def test_what_is_open_of_an_invoice_counts_also_where_somebody_has_accepted_it():
    """It is open all the same."""
    known = Acceptance(key="k", digest="d", actor="a", at="x", reason="ok")
    same = AcceptedDifference(difference=invoice_differs("open_balance", "0.00", "4.00"), acceptance=known)

    assert reasons(PAYMENT, accepted=[same]) == []


@pytest.mark.parametrize("changes", [{"is_voided": True}, {"is_void_optional": True}])
def test_a_voided_document_does_not_come_back(changes):
    """Nor one that Lago no longer lists."""
    voided = Expected(kind="invoice", lago_id="i", external_id="lago-inv-i", number="N-1", **changes)

    assert reasons(voided, expected={"lago-inv-i": voided}) == ["Lago has voided it"]
    assert reasons(INVOICE, expected={}) == ["it is not among Lago's documents"]


def test_numbers_are_looked_for_of_deleted_invoices_and_notes_only():
    """Payments have none."""
    found = restoration.numbered([deleted(INVOICE), deleted(PAYMENT)], EXPECTED)

    assert list(found.documents) == ["lago-inv-i"]

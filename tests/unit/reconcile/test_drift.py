"""What others have done in NetSuite is recognised, each kind alone; everything else stays as it is."""

from __future__ import annotations

import pytest

from consumer.reconcile import drift
from consumer.reconcile.difference import Difference
from consumer.reconcile.drift import Evidence
from schemas.ledger import Editor, LedgerDeletion, LedgerRow, Settlement
from schemas.result import Result

KEY = ("invoice", "i")
JANE = Editor(id="7", name="Jane Doe", at="2026-08-03T10:00:00Z")
OURS = Settlement(
    type="customerpayment", internalId="9002", externalId="lago-pay-p", lagoId="p", number="P-1"
)
BY_HAND = Settlement(
    type="customerpayment", internalId="9003", lagoId="i", number="P-2", amount="4.00", changedBy=JANE
)


def differing(what, lago="10.00", netsuite="9.00", **changes):
    return Difference(**{"what": what, "kind": "invoice", "number": "N-1", "lago_id": "i", "lago": lago,
                         "netsuite": netsuite} | changes)  # fmt: skip


def written(**changes):
    known = {
        "connection": "c", "object": "invoice", "lago_id": "i", "event": "invoice.created",
        "status": "created",
        "netsuite_type": "invoice", "internal_id": "9001", "external_id": "lago-inv-i",
        "netsuite_number": "N-1",
        "totals": {"total": "10.00", "tax": "1.60"}, "mapping_version": "m", "attempts": 1,
        "written_at": "2026-08-01T03:04:05.000Z", "timings": {"latency_ms": 1, "call_ms": 1},
        "source": {"topic": "t", "partition": 0, "offset": 0, "timestamp_ms": 0},
    }  # fmt: skip
    return Result.model_validate(known | changes)


def record(**changes):
    known = {
        "type": "invoice",
        "internalId": "9001",
        "externalId": "lago-inv-i",
        "lagoId": "i",
        "settledBy": (),
    }
    changed = {"changedAt": "2026-08-03T10:00:00Z", "changedBy": JANE}
    return LedgerRow.model_validate(known | changed | changes)


def evidence(row=None, result=None, deletions=()):
    return Evidence(
        written={KEY: result or written()},
        records={KEY: row or record()},
        deletions={each.externalId: each for each in deletions},
    )


def kinds(found):
    return [each.what for each in found]


def test_books_that_agree_have_no_drift():
    """A change that changes nothing of what is compared is none."""
    assert drift.recognised([], evidence()) == []


@pytest.mark.parametrize(
    ("what", "lago"), [("total", "10.00"), ("tax", "1.60"), ("date", "2026-08-01"), ("number", "N-1")]
)
def test_a_document_that_was_changed_after_it_was_written_is_edited(what, lago):
    """With who and when, and what of it."""
    [found] = drift.recognised([differing(what, lago, "another")], evidence())

    assert found.what == "edited"
    assert (found.lago, found.netsuite) == (f"{what} {lago}", f"{what} another")
    assert found.cause == "last changed in NetSuite by Jane Doe at 2026-08-03T10:00:00Z"
    assert "--repair" not in found.act


@pytest.mark.parametrize(
    "known",
    [
        evidence(record(changedAt="2026-08-01T03:04:00Z")),
        evidence(record(changedAt=None)),
        evidence(result=written(totals={"total": "9.00"})),
        Evidence(records={KEY: record()}),
        Evidence(written={KEY: written()}),
        Evidence(),
    ],
)
def test_what_was_wrong_from_the_start_or_is_not_known_is_not_called_edited(known):
    """Ours to mend; nobody is blamed for it."""
    assert kinds(drift.recognised([differing("total")], known)) == ["total"]


def test_a_document_that_was_deleted_is_no_missing_one():
    """With who and when; nothing sends it again by itself."""
    gone = LedgerDeletion(
        type="invoice", externalId="lago-inv-i", name="Invoice #N-1",
        deletedAt="2026-08-03T10:00:00Z", deletedBy={"id": "7", "name": "Jane Doe"},
    )  # fmt: skip

    [found] = drift.recognised([differing("missing", netsuite="")], evidence(deletions=[gone]))

    assert (found.what, found.netsuite_number) == ("deleted", "Invoice #N-1")
    assert found.cause == "deleted in NetSuite by Jane Doe at 2026-08-03T10:00:00Z"
    assert "--restore-deleted" in found.act
    assert kinds(drift.recognised([differing("missing")], evidence())) == ["missing"]


def test_a_payment_that_somebody_has_entered_is_named():
    """Also where NetSuite has copied Lago's id of the invoice to it; then it is no payment too many."""
    extra = differing("extra", kind="payment", number="P-2", netsuite_number="P-2")
    known = evidence(record(settledBy=(OURS, BY_HAND)))

    [found] = drift.recognised([extra, differing("open_balance")], known)

    assert found.what == "paid_in_netsuite"
    assert found.cause == "P-2 over 4.00 entered in NetSuite by Jane Doe at 2026-08-03T10:00:00Z"


@pytest.mark.parametrize(
    ("links", "netsuite"), [((OURS,), "9.00"), (None, "9.00"), ((BY_HAND,), "11.00"), ((BY_HAND,), "")]
)
def test_an_open_amount_without_a_payment_of_others_stays_one(links, netsuite):
    """Nor does one explain that more is open."""
    extra = differing("extra", kind="payment", number="P-2", netsuite_number="P-2")
    known = evidence(record(settledBy=links))

    found = drift.recognised([differing("open_balance", netsuite=netsuite), extra], known)

    assert kinds(found) == ["extra", "open_balance"]


def test_who_has_voided_is_named():
    """Where the role may see it."""
    [seen] = drift.recognised([differing("voided")], evidence())
    [unseen] = drift.recognised([differing("voided")], evidence(record(changedBy=None)))

    assert (seen.what, seen.cause) == ("voided", "voided in NetSuite by Jane Doe at 2026-08-03T10:00:00Z")
    assert unseen.cause == "voided in NetSuite; the role may not see by whom"

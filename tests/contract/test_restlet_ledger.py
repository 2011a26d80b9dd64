"""The unmodified RESTlet on the emulated account: what stands there of Lago's, page by page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from consumer.clock import FakeClock
from schemas.ledger import LedgerRow
from tests.support.restlet import CUSTOMER_ID, INVOICE_ID, NetSuite, customer, invoice
from tests.support.restlet_documents import credit_memo, payment, void
from tests.support.restlet_references import INVOICE, NOTE_ID, PAYMENT_ID


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer(), invoice(), credit_memo("50.00", (INVOICE, "20.00")), payment("300.00"))
    return made


def ledger(netsuite, **changes):
    answer = netsuite.call({"v": 1, "op": "ledger", "request_id": "q1"} | changes)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["ledger"]


def test_every_document_of_lago_is_there_with_what_is_open(netsuite):
    """By the order of ids, with Lago's id, both amounts and a link."""
    found = ledger(netsuite)

    assert found["next"] is None
    shown = [(row["type"], row["externalId"], row["total"], row["remaining"]) for row in found["rows"]]
    assert shown == [
        ("invoice", f"lago-inv-{INVOICE_ID}", "498.31", "178.31"),
        ("creditmemo", f"lago-cn-{NOTE_ID}", "50.00", "30.00"),
        ("customerpayment", f"lago-pay-{PAYMENT_ID}", "300.00", "0.00"),
    ]
    first = found["rows"][0]
    assert (first["lagoId"], first["number"]) == (INVOICE_ID, "HOO-3F21-202608-057")
    assert first["date"] == "2026-08-01"
    assert (first["currency"], first["voided"]) == ("EUR", False)
    assert first["url"].startswith("https://")


def test_the_tax_of_a_foreign_document_is_computed_from_what_a_search_shows(netsuite):
    """Searches show it in the base currency; the answer has that, too, and the rate."""
    [found, note, payment_] = ledger(netsuite)["rows"]

    assert (found["tax"], found["baseTax"], found["exchangeRate"]) == ("85.33", "93.86", "1.1")
    assert (note["tax"], payment_["tax"]) == ("0.00", "0.00")


def test_the_tax_of_a_document_in_the_base_currency_is_as_it_stands():
    """Nothing is computed."""
    netsuite = NetSuite()
    netsuite.write(customer(), invoice(columns={"currency": "1"}))

    [found] = ledger(netsuite)["rows"]

    assert (found["tax"], found["baseTax"], found["exchangeRate"]) == ("85.33", None, None)


def test_pages_continue_behind_the_last_id(netsuite):
    """So that what comes or goes meanwhile hides no other."""
    ids, after = [], None
    while True:
        page = ledger(netsuite, limit=1, after=after)
        ids += [row["internalId"] for row in page["rows"]]
        after = page["next"]
        if after is None:
            break

    assert ids == [row["internalId"] for row in ledger(netsuite)["rows"]]


@pytest.mark.parametrize(
    ("window", "count"),
    [
        ({"from": "2026-08-01", "to": "2026-08-01"}, 1),
        ({"from": "2027-01-01"}, 0),
        ({"to": "2026-07-31"}, 0),
        ({"types": ["invoice"]}, 1),
        ({"types": ["creditmemo", "customerpayment"]}, 2),
    ],
)
def test_a_window_of_days_and_the_types_are_chosen(netsuite, window, count):
    """Both days belong to it."""
    assert len(ledger(netsuite, **window)["rows"]) == count


def test_a_void_shows(netsuite):
    """Whichever way the account voids: nothing is open."""
    other = NetSuite()
    other.write(customer(), invoice(), void())

    [found] = [row for row in ledger(other)["rows"] if row["externalId"] == f"lago-inv-{INVOICE_ID}"]

    assert found["remaining"] in {"0.00", "0"}


def test_a_row_says_whose_it_is_how_it_stands_and_when_it_was_changed(netsuite):
    """Its customer by Lago's keys; the change to the minute, in UTC."""
    row = LedgerRow.model_validate(ledger(netsuite)["rows"][0])

    assert (row.customerExternalId, row.customerLagoId) == (f"lago-cus-{CUSTOMER_ID}", CUSTOMER_ID)
    assert (row.customerName, row.status, row.approval, row.createdFrom) == (
        "cus_7f21c0", "open", None, None,
    )  # fmt: skip
    assert row.changedAt is not None
    assert timedelta(0) <= datetime.now(UTC) - row.changedAt < timedelta(minutes=2)


def test_a_role_that_sees_no_customers_gets_the_documents_all_the_same():
    """Without the keys of their customers."""
    netsuite = NetSuite()
    netsuite.write(customer(), invoice())
    netsuite.reopen(permissions={"LIST_CUSTJOB": 0})

    [row] = ledger(netsuite)["rows"]

    assert (row["customerExternalId"], row["customerLagoId"], row["customerName"]) == (None, None, None)
    assert row["entity"] != ""


def test_a_document_that_waits_for_its_approver_says_so():
    """It is in the books, and nobody can pay it."""
    netsuite = NetSuite("approval-routing")
    netsuite.write(customer(), invoice(columns={"approvalstatus": "1"}))

    [row] = ledger(netsuite)["rows"]

    assert (row["approval"], row["status"]) == ("pending", "pendingApproval")


def test_a_change_is_found_by_its_moment():
    """A payment changes the invoice that it settles, and nothing else."""
    clock = FakeClock(wall=datetime(2026, 8, 1, 3, 4, 59, tzinfo=UTC))
    netsuite = NetSuite(clock=clock)
    netsuite.write(customer(), invoice(), credit_memo("50.00"))
    clock.advance(86_400)
    netsuite.write(payment("300.00"))

    found = ledger(netsuite, changed_since="2026-08-02T03:04:00Z")["rows"]
    all_rows = ledger(netsuite, changed_since="2026-08-01T03:04:00Z")["rows"]

    assert [row["type"] for row in found] == ["invoice", "customerpayment"]
    assert {row["changedAt"] for row in found} == {"2026-08-02T03:04:00.000Z"}
    assert len(all_rows) == 3
    assert ledger(netsuite, changed_since="2026-08-02T03:05:00Z")["rows"] == []


def test_a_moment_that_is_none_is_an_error_and_reads_nothing(netsuite):
    """NetSuite itself would say that a filter is wrong, without its name."""
    found = ledger(netsuite, changed_since="yesterday")

    assert found["rows"] == []
    assert found["error"]["code"] == "LAGO_BAD_ITEM"
    assert "changed_since" in found["error"]["message"]


def test_an_unknown_type_is_an_error_and_reads_nothing(netsuite):
    """The known ones are named."""
    found = ledger(netsuite, types=["journalentry"])

    assert found["rows"] == []
    assert found["error"]["code"] == "LAGO_TYPE_NOT_SUPPORTED"


@pytest.mark.parametrize("profile", ["single-currency", "legacy-us"])
def test_an_account_of_one_currency_has_a_ledger_too(profile):
    """Columns that it lacks are left out."""
    assert ledger(NetSuite(profile)) == {"rows": [], "next": None}

"""Lago's void takes the invoice's effect on the books back, once."""

import pytest

from tests.support import lago
from tests.support.connection_files import LINE_MODE, connection
from tests.support.mapping_results import document, items


def voided(**changes):
    content = lago.invoice(status="voided", voided_at="2026-08-02T22:30:00Z") | changes
    return lago.body(lago.event("invoice.voided", content))


def test_a_void_names_the_invoice_and_the_day_it_was_voided():
    """In the customer's time zone; how it is voided is the script's to choose."""
    [item] = items(voided())

    assert (item["mode"], item["external_id"]) == ("void", f"lago-inv-{lago.INVOICE_ID}")
    assert item["record"] == {"type": "invoice", "columns": {"trandate": "2026-08-03"}}
    assert item["version"] == "2026-08-02T22:30:00Z"


def test_a_void_without_its_moment_is_dated_by_the_last_change():
    """Or not at all, rather than today."""
    [changed] = items(voided(voided_at=None))
    [undated] = items(voided(voided_at=None, updated_at=None))

    assert changed["record"]["columns"] == {"trandate": "2026-08-01"}
    assert undated["record"]["columns"] == {}


def test_a_void_needs_neither_fees_nor_mapping():
    """The invoice is in NetSuite already."""
    [item] = items(voided(fees=None, customer=None, currency="GBP"))

    assert item["mode"] == "void"


RECREDITED = {"recredit_spent_notes": True}


def test_credit_notes_that_a_voided_invoice_had_spent_stay_spent():
    """Lago gives nothing back since August 2025; with negative lines there is no memo at all."""
    body = voided(credits=[lago.credit("credit_note", "ACM-1-CN001", "ACM-1", 300)])

    [applied] = items(body)
    [lined] = items(body, connection(**LINE_MODE))

    assert (applied["settled"], "release_credits" in applied) == ({"credits": "3.00"}, False)
    assert "settled" not in lined


def test_older_lagos_give_the_spent_notes_back():
    """Where the connection says so, the memos are available again, and nothing of them settles it."""
    credit = lago.credit("credit_note", "ACM-1-CN001", "ACM-1", 300)
    body = voided(credits=[credit])

    [applied] = items(body, connection(voids=RECREDITED))
    [lined] = items(body, connection(**LINE_MODE, voids=RECREDITED))

    expected = [{"doc": {"externalId": f"lago-cn-{credit['item']['lago_item_id']}"}}]
    assert (applied["release_credits"], "settled" in applied) == (expected, False)
    assert "release_credits" not in lined


def test_the_policy_for_paid_invoices_goes_with_the_void_and_with_notes():
    """By default a person decides, and nothing is said."""
    unapplied = connection(voids={"paid": "unapply_and_void"})
    note = lago.body(lago.event("credit_note.created", lago.credit_note()))

    assert "policy" not in items(voided())[0]
    assert items(voided(), unapplied)[0]["policy"] == {"paid": "unapply_and_void"}
    assert document(note, unapplied)["policy"] == {"paid": "unapply_and_void"}


def test_a_void_says_what_lago_has_had_for_the_invoice():
    """Payments, notes that offset it and prepaid credit, each only where there was any."""
    paid = {"total_paid_amount_cents": 1234, "total_offsetted_credit_note_amount_cents": 50}
    [settled] = items(voided(**paid, prepaid_credit_amount_cents=7))
    [untouched] = items(voided())

    assert settled["settled"] == {"payments": "12.34", "notes": "0.50", "prepaid": "0.07"}
    assert "settled" not in untouched


def test_an_older_lago_says_only_that_all_was_paid():
    """What notes offset is no payment; what was never billed was not paid."""
    paid = {"payment_status": "succeeded", "total_paid_amount_cents": 0, "total_amount_cents": 1000}
    [whole] = items(voided(**paid))
    [rest] = items(voided(**paid, total_offsetted_credit_note_amount_cents=400))
    [nothing] = items(voided(**paid | {"total_amount_cents": 0}))

    assert whole["settled"] == {"payments": "10.00"}
    assert rest["settled"] == {"payments": "6.00", "notes": "4.00"}
    assert "settled" not in nothing


@pytest.mark.parametrize(("switched_off", "left"), [("payments", "notes"), ("credit_notes", "payments")])
def test_what_never_reaches_netsuite_settles_nothing_there(switched_off, left):
    """A connection without payments keeps no room for them, nor one without notes for those."""
    body = voided(
        total_paid_amount_cents=100,
        total_offsetted_credit_note_amount_cents=100,
        prepaid_credit_amount_cents=100,
    )
    [item] = items(body, connection(sync={switched_off: False}))

    assert left in item["settled"]
    assert switched_off.removeprefix("credit_") not in item["settled"]

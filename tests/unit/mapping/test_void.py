"""Lago's void takes the invoice's effect on the books back, once."""

from tests import lago_events as lago
from tests.connection_files import connection
from tests.planning import items


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
    """The invoice stands in NetSuite already."""
    [item] = items(voided(fees=None, customer=None, currency="GBP"))

    assert item["mode"] == "void"


def test_a_void_gives_back_the_credit_notes_that_the_invoice_had_spent():
    """Lago makes them available again; with negative lines there is no memo to give back."""
    credit = lago.credit("credit_note", "ACM-1-CN001", "ACM-1", 300)
    body = voided(credits=[credit])

    [applied] = items(body, connection(credits="apply"))
    [lined] = items(body, connection(credits="line"))

    expected = [{"doc": {"externalId": f"lago-cn-{credit['item']['lago_item_id']}"}}]
    assert applied["release_credits"] == expected
    assert "release_credits" not in lined

"""One document on both sides: what each knows of it, and its page in Lago."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.console import record_view
from consumer.console.record_view import RecordView
from tests.support import topic_records as topics
from tests.support.console_app import Console

FRONT = "https://app.getlago.com/acme"
CUSTOMER_ID = "c3a6f2de-2c3b-4d77-9a7e-0d7f8b1a2c03"


def seen(console: Console, kind: str, lago_id: str) -> RecordView:
    found = record_view.of(console.connection, topics.CONNECTION, kind, lago_id)
    assert found is not None
    return found


def sides(view: RecordView) -> dict[str, tuple[Any, Any]]:
    return {each.name: (each.lago, each.netsuite) for each in view.sides}


def test_what_is_written_stands_on_both_sides(console):
    """With numbers, amount, times and ids of both."""
    found = sides(seen(console, "invoice", "inv-2"))

    assert found["Number"] == ("ACME-2", "INV00002")
    assert found["Amount"] == ("26.40 EUR", "26.40 EUR")
    assert found["State"] == (None, "invoice, created")
    assert found["Id"] == ("inv-2", "9001")
    event_ms, written_ms = found["When"]
    assert written_ms - event_ms == 1_310


def test_what_failed_stands_on_lagos_side_only(console):
    """NetSuite's side is empty, and nothing is made up for it."""
    view = seen(console, "invoice", "inv-1")

    found = sides(view)
    assert found["Amount"] == ("26.40 EUR", None)
    assert found["Date"] == ("2026-08-01", None)
    assert found["State"] == ("failed", None)
    assert {netsuite for _, netsuite in found.values()} == {None}
    assert view.tone == "bad"


def test_what_waits_says_for_what(console):
    """It is on the way."""
    view = seen(console, "payment", "inv-3")

    assert sides(view)["State"] == ("waits for invoice ACME-001", None)
    assert view.tone == "warn"


@pytest.mark.parametrize(
    ("kind", "lago_id", "front", "address"),
    [
        ("invoice", "inv-1", FRONT, f"{FRONT}/customer/{CUSTOMER_ID}/invoice/inv-1/overview"),
        ("invoice", "inv-2", FRONT, ""),
        ("invoice", "inv-1", "", ""),
    ],
)
def test_the_page_in_lago_is_linked_where_the_customer_is_known(console, kind, lago_id, front, address):
    """A result names no customer of Lago, and a connection may not name Lago's address."""
    assert seen(console, kind, lago_id).lago_address(front) == address


def test_a_customer_has_a_page_of_its_own_in_lago(console):
    """Whose id is the document's."""
    console.take(topics.written(9, offset=9, object="customer", lago_id=CUSTOMER_ID))

    assert seen(console, "customer", CUSTOMER_ID).lago_address(FRONT) == f"{FRONT}/customer/{CUSTOMER_ID}"

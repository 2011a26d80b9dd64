"""What a backfill sends: kinds of documents in their order; rows of Lago's lists that are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from consumer.events.lago_webhook import Kind
from schemas.payment import is_succeeded

ORDER: tuple[Kind, ...] = ("customer", "invoice", "credit_note", "payment", "void")
"""The order of sending: objects on which others depend come first."""
BOOKABLE = frozenset({"finalized", "voided"})
ORIGIN = ("origin", b"backfill")


def left_out(kind: Kind, row: Mapping[str, Any]) -> str | None:
    """The reason why a row of a list is not sent, as a name for counts; None for a row that is sent."""
    if kind == "invoice" and str(row.get("status")) not in BOOKABLE:
        return f"invoice {row.get('status')}"
    if kind == "payment" and not is_succeeded(row.get("payment_status"), row.get("status")):
        return f"payment {row.get('payment_status') or row.get('status')}"
    return None


def outside(kind: Kind, row: Mapping[str, Any], since: date | None, until: date | None) -> str | None:
    """The reason why a payment is not of these days, of which Lago's list of payments has no filter."""
    if kind != "payment":
        return None
    day = str(row.get("created_at") or "")[:10]
    if since is not None and day < since.isoformat():
        return "payment before --since"
    return "payment after --until" if until is not None and day > until.isoformat() else None


def customer_of(row: Mapping[str, Any]) -> str:
    """The external id of a document's customer; empty where the row names none."""
    customer = row.get("customer")
    inner = customer.get("external_id") if isinstance(customer, dict) else None
    return str(row.get("external_customer_id") or inner or "")


def kinds_of(chosen: Iterator[str] | None) -> tuple[Kind, ...]:
    """The kinds of these plural names (``customers``, ``credit_notes``) in order of sending; all for None."""
    names = None if chosen is None else set(chosen)
    return tuple(kind for kind in ORDER if names is None or f"{kind}s" in names)

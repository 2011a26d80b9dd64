"""Refunds that people have to make in NetSuite, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from consumer.failures import refunds as failures
from consumer.failures.refunds import RefundToMake
from schemas.scalar import utc_text


def table(refunds: Sequence[RefundToMake]) -> Table:
    """One row a refund, the oldest first."""
    shown = Table(title="Refunds to make in NetSuite", title_justify="left")
    for name in ("Connection", "Credit note"):
        shown.add_column(name, overflow="fold")
    shown.add_column("Amount", justify="right", no_wrap=True)
    shown.add_column("Since", no_wrap=True)
    for name in ("Credit memo", "ID"):
        shown.add_column(name, overflow="fold")
    for each in refunds:
        note = each.note
        shown.add_row(
            note.connection,
            note.lago_number or note.lago_id,
            f"{each.amount or 0:,f} {note.currency or ''}".strip(),
            utc_text(each.since),
            note.url or note.netsuite_number or "",
            each.id,
        )
    return shown


def as_json(refunds: Sequence[RefundToMake]) -> dict[str, Any]:
    """Their number, sums by currency as decimal strings, time of the oldest, and a list of all."""
    return {
        "open": len(refunds),
        "amounts": {currency: f"{sum_:f}" for currency, sum_ in failures.amounts(refunds).items()},
        "oldest": utc_text(refunds[0].since) if refunds else None,
        "refunds": [each.as_json() for each in refunds],
    }

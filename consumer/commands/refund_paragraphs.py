"""Refunds that people have to make in NetSuite, as paragraphs and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumer.commands import paragraph
from consumer.commands.console_output import ConsoleOutput
from consumer.failures import refunds as failures
from consumer.failures.refunds import RefundToMake
from schemas.scalar import utc_text


def show(console: ConsoleOutput, refunds: Sequence[RefundToMake]) -> None:
    """Print a paragraph for each refund, the oldest first."""
    paragraph.say(console, "Refunds to make in NetSuite", style="italic")
    console.print()
    for each in refunds:
        note = each.note
        amount = f"{each.amount or 0:,f} {note.currency or ''}".strip()
        paragraph.show(console, f"Credit note {note.lago_number or note.lago_id} ({amount})", _lines(each))


def _lines(refund: RefundToMake) -> list[paragraph.Line]:
    return [
        ("Connection", refund.note.connection),
        ("Since", utc_text(refund.since)),
        ("Memo", refund.note.url or refund.note.netsuite_number or ""),
        ("ID", refund.id),
    ]


def as_json(refunds: Sequence[RefundToMake]) -> dict[str, Any]:
    """Their number, sums by currency as decimal strings, time of the oldest, and a list of all."""
    return {
        "open": len(refunds),
        "amounts": {currency: f"{sum_:f}" for currency, sum_ in failures.amounts(refunds).items()},
        "oldest": utc_text(refunds[0].since) if refunds else None,
        "refunds": [each.as_json() for each in refunds],
    }

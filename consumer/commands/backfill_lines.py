"""Counts and sums of a kind of document in the plan of a backfill: one line, and amounts in major units."""

from __future__ import annotations

from collections.abc import Mapping

from consumer.events.lago_webhook import Kind
from consumer.mapping import money

NAMES: dict[Kind, str] = {
    "customer": "customers",
    "invoice": "invoices",
    "credit_note": "credit notes",
    "payment": "payments",
    "void": "voids",
}


def count_line(kind: Kind, count: int, cents: Mapping[str, int]) -> str:
    """A kind, its number and its sums by currency."""
    sums = (f"{currency} {amount}" for currency, amount in major_units(cents).items())
    return f"  {NAMES[kind]:<13}{count:>8}  {', '.join(sums)}".rstrip()


def major_units(cents: Mapping[str, int]) -> dict[str, str]:
    """Sums in units of their currency, by currency."""
    return {currency: money.major(amount, currency) for currency, amount in sorted(cents.items()) if currency}

"""How Lago writes moments, amounts and rates in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from consumer.mapping import money


def instant(moment: datetime) -> str:
    """A timestamp with ``Z``, as most of Lago's."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def offset_instant(moment: datetime) -> str:
    """A timestamp with ``+00:00``, as those of fees."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def units(subunits: Decimal, currency: str) -> str:
    """A fractional number of subunits as decimal text in units of the currency."""
    return money.plain((Decimal(subunits) / money.subunits_per_unit(currency)).normalize())


def number(rate: Decimal) -> float:
    """A rate as the JSON number that Lago makes of its float columns; never an amount."""
    return float(rate)

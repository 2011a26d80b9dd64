"""Timestamps, amounts and rates as Lago writes them in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from consumer.mapping import money


def instant(moment: datetime) -> str:
    """A timestamp in UTC with ``Z``, the form of most of Lago's timestamps."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def offset_instant(moment: datetime) -> str:
    """A timestamp in UTC with ``+00:00``, the form of timestamps in fees."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def units(subunits: Decimal, currency: str) -> str:
    """A fractional number of subunits as decimal text in units of the currency."""
    return money.plain((Decimal(subunits) / money.subunits_per_unit(currency)).normalize())


def number(rate: Decimal) -> float:
    """A rate as a JSON number, as Lago serialises its float columns; never used for amounts."""
    return float(rate)

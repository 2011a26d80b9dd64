"""Amounts as SQLite sums them: whole ten-thousandths of a unit, which no currency divides further."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from consumer.mapping.money import decimals

PER_UNIT = 10_000
_LARGEST = 9 * 10**14
"""In units of a currency: ten thousand such amounts still fit in SQLite's integers."""


def stored(amount: Decimal | str | None) -> int | None:
    """The amount as it is stored; None for none, and for what is no amount of any currency."""
    try:
        exact = Decimal(amount) if amount is not None else None
    except InvalidOperation:
        return None
    if exact is None or not exact.is_finite() or abs(exact) > _LARGEST // PER_UNIT:
        return None
    scaled = exact * PER_UNIT
    return int(scaled) if scaled == scaled.to_integral_value() else None


def units(amount: int) -> Decimal:
    """A stored amount, or a sum of such, in units of its currency."""
    return Decimal(amount) / PER_UNIT


def text(amount: int | None, currency: str) -> str:
    """A stored amount with its currency's decimals and code, ``1,059.50 EUR``; empty for None."""
    if amount is None:
        return ""
    places = decimals(currency) if currency else 2
    exact = units(amount)
    shown = f"{exact:,.{places}f}"
    shown = shown if Decimal(shown.replace(",", "")) == exact else f"{exact.normalize():,f}"
    return f"{shown} {currency}".strip()

"""Causes of failures as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.table import Table

from consumer.failures.causes import Cause
from schemas.scalar import utc_text


def table(causes: Sequence[Cause], title: str) -> Table:
    """One row a cause, the oldest first."""
    shown = Table(title=title, title_justify="left")
    for name in ("Connection", "Code", "What is wrong"):
        shown.add_column(name, overflow="fold")
    shown.add_column("Count", justify="right")
    shown.add_column("Amount", justify="right", no_wrap=True)
    shown.add_column("Oldest", no_wrap=True)
    shown.add_column("Fix", overflow="fold")
    for cause in causes:
        shown.add_row(
            cause.connection,
            cause.code,
            cause.pattern,
            str(len(cause.failures)),
            "\n".join(amounts(cause.amounts)),
            utc_text(cause.failures[0].published_at),
            cause.fix,
        )
    return shown


def amounts(sums: Mapping[str, Decimal]) -> list[str]:
    """Each currency's sum, with its code."""
    return [f"{amount:,f} {currency}" for currency, amount in sums.items()]

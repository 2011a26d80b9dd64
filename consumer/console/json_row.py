"""Rows of the tables as JSON: amounts are decimal strings, times RFC 3339."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from consumer.console import amount_units
from schemas.scalar import utc_text

_AMOUNTS = frozenset({"amount", "total", "refund"})
_DURATION = "latency_ms"


def of(row: sqlite3.Row) -> dict[str, Any]:
    """A row by column; a time in milliseconds loses that end of its name."""
    return {_name(name): _value(name, row[name]) for name in row.keys()}  # noqa: SIM118 - rows are no mappings


def time(at_ms: int) -> str:
    """Milliseconds since the epoch in RFC 3339."""
    return utc_text(datetime.fromtimestamp(at_ms / 1_000, UTC))


def _name(column: str) -> str:
    return column if column == _DURATION else column.removesuffix("_ms")


def _value(name: str, value: Any) -> Any:
    if name in _AMOUNTS and value is not None:
        return f"{amount_units.units(value):f}"
    is_time = name.endswith("_ms") and name != _DURATION and value is not None
    return time(value) if is_time else value

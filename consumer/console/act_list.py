"""The acts of people, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

PAGE = 50


def page(
    connection: sqlite3.Connection, *, before: tuple[str, int] = ("9999", 2**62), limit: int = PAGE
) -> Sequence[sqlite3.Row]:
    """Rows of acts, the latest first, before a row's time and place."""
    return connection.execute(
        "SELECT * FROM acts WHERE (at, place) < (?, ?) ORDER BY at DESC, place DESC LIMIT ?", (*before, limit)
    ).fetchall()

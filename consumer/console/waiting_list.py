"""What waits in the workers, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

PAGE = 100


def page(
    connection: sqlite3.Connection, *, after: tuple[str, str] = ("", ""), limit: int = PAGE
) -> Sequence[sqlite3.Row]:
    """Rows of what waits, the longest first, after a row's time and key."""
    return connection.execute(
        "SELECT * FROM waiting WHERE (since, key) > (?, ?) ORDER BY since, key LIMIT ?", (*after, limit)
    ).fetchall()


def count(connection: sqlite3.Connection) -> int:
    """How many documents wait."""
    return int(connection.execute("SELECT count(*) FROM waiting").fetchone()[0])

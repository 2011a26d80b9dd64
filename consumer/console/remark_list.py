"""Notes on failures and their assignments, for pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

ASSIGNEE = "coalesce((SELECT assignee FROM assignments WHERE error_id = failures.id), '')"
"""Whose a failure is, in SQL; empty for nobody."""


def assignment(connection: sqlite3.Connection, error_id: str) -> sqlite3.Row | None:
    """Whose a failure is, since when, by whom and why; None where nobody has ever said so."""
    found: sqlite3.Row | None = connection.execute(
        "SELECT * FROM assignments WHERE error_id = ?", (error_id,)
    ).fetchone()
    return found


def notes(connection: sqlite3.Connection, error_ids: Sequence[str]) -> Iterator[sqlite3.Row]:
    """What people have written on failures, in the order of time."""
    marks = ", ".join("?" * len(error_ids))
    yield from connection.execute(
        f"SELECT * FROM notes WHERE error_id IN ({marks}) ORDER BY at",  # noqa: S608
        error_ids,
    )

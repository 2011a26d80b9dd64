"""Reconciliations: the latest of each connection, and those before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from schemas.reconciliation import Reconciliation

PAGE = 50


def last(connection: sqlite3.Connection, code: str = "") -> Reconciliation | None:
    """The latest run over all documents of a connection, or of any; None before the first."""
    row = connection.execute(
        "SELECT body FROM reconciliations WHERE (?1 = '' OR connection = ?1)"
        " ORDER BY is_whole DESC, ended_at DESC LIMIT 1",
        (code,),
    ).fetchone()
    return None if row is None else Reconciliation.model_validate_json(row["body"])


def to_read_first(connection: sqlite3.Connection, codes: Sequence[str]) -> Reconciliation | None:
    """Of each connection's latest run one that is not in balance, before one that is; the latest of such."""
    found = [run for run in (last(connection, code) for code in codes) if run is not None]
    return max(found, key=lambda run: (run.outcome != "in_balance", run.ended_at), default=None)


def of_key(connection: sqlite3.Connection, key: str) -> Reconciliation | None:
    """One run; None when there is none with this key."""
    row = connection.execute("SELECT body FROM reconciliations WHERE key = ?", (key,)).fetchone()
    return None if row is None else Reconciliation.model_validate_json(row["body"])


def latest(connection: sqlite3.Connection, *, limit: int = PAGE) -> Sequence[Reconciliation]:
    """The latest runs of all connections."""
    rows = connection.execute("SELECT body FROM reconciliations ORDER BY ended_at DESC LIMIT ?", (limit,))
    return [Reconciliation.model_validate_json(row["body"]) for row in rows]

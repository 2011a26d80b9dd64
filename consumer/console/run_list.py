"""Reconciliations: the latest of each connection, and those before it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from consumer.console import rendering
from consumer.reconcile import counting_run
from schemas.reconciliation import Reconciliation

PAGE = 50
_SINCE_THE_WHOLE = """
SELECT key, connection, since, until, customers, is_whole, outcome FROM reconciliations
WHERE connection = ?1 AND ended_at >= (
    SELECT coalesce(max(ended_at), '') FROM reconciliations WHERE connection = ?1 AND is_whole
) ORDER BY ended_at, key
"""
"""Earlier ones count for nothing; bodies are long, and one is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What `counting_run` asks of a run."""

    key: str
    connection: str
    since: str | None
    until: str | None
    customers: Sequence[str]
    is_whole: bool
    outcome: str


def counting(connection: sqlite3.Connection, code: str) -> Reconciliation | None:
    """The run that says whether the books of a connection agree; None before the first."""
    runs = (_run(row) for row in connection.execute(_SINCE_THE_WHOLE, (code,)))
    found = counting_run.counting(runs).get(code)
    return None if found is None else of_key(connection, found.key)


def to_read_first(connection: sqlite3.Connection, codes: Sequence[str]) -> Reconciliation | None:
    """Of the runs that count one that is not in balance, before one that is; the latest of such."""
    found = [run for run in (counting(connection, code) for code in codes) if run is not None]
    return max(found, key=lambda run: (run.outcome != "in_balance", run.ended_at), default=None)


def of_key(connection: sqlite3.Connection, key: str) -> Reconciliation | None:
    """One run; None when there is none with this key."""
    row = connection.execute("SELECT body FROM reconciliations WHERE key = ?", (key,)).fetchone()
    return None if row is None else Reconciliation.model_validate_json(row["body"])


def is_known(connection: sqlite3.Connection, key: str) -> bool:
    """Whether there is a run with this key."""
    row = connection.execute("SELECT 1 FROM reconciliations WHERE key = ?", (key,)).fetchone()
    return row is not None


def duration(run: Reconciliation | None) -> str:
    """How long a run took, and over how many documents; empty where it does not say."""
    if run is None:
        return ""
    with suppress(ValueError, TypeError):
        lasted = datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)
        lasted_ms, documents = round(lasted.total_seconds() * 1_000), sum(run.documents.values())
        return (
            ""
            if lasted_ms <= 0
            else f"{rendering.seconds(lasted_ms)} over {documents:,} document{'s' * (documents != 1)}"
        )
    return ""


def latest(connection: sqlite3.Connection, *, limit: int = PAGE) -> Sequence[Reconciliation]:
    """The latest runs of all connections."""
    rows = connection.execute("SELECT body FROM reconciliations ORDER BY ended_at DESC LIMIT ?", (limit,))
    return [Reconciliation.model_validate_json(row["body"]) for row in rows]


def _run(row: sqlite3.Row) -> _Run:
    return _Run(
        key=row["key"],
        connection=row["connection"],
        since=row["since"],
        until=row["until"],
        customers=json.loads(row["customers"]),
        is_whole=bool(row["is_whole"]),
        outcome=row["outcome"],
    )

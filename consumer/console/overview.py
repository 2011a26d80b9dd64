"""The first page as values: what is wrong with the books, what to do first, what needs nobody."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consumer.console import cause_list, connection_figures, pause_list, run_list
from consumer.console.cause_list import CauseRow
from consumer.console.conclusion import Comparisons, Conclusion, Missing, conclusion, written_since
from consumer.console.connection_figures import ConnectionFigures
from consumer.limits.pause import Pause
from schemas.reconciliation import Reconciliation

CAUSES_SHOWN = 5
WAITING_SHOWN = 6

_MISSING = """
SELECT currency, sum(amount) AS amount, sum(documents) AS documents FROM missing_sums
WHERE (?1 = '' OR connection = ?1) GROUP BY currency ORDER BY amount DESC
"""
_WAITING = """
SELECT kind, reason, waits_for, object, currency, count(*) AS documents, sum(amount) AS amount,
    min(since) AS since, max(until) AS until, max(number) AS number
FROM waiting WHERE (?1 = '' OR connection = ?1)
GROUP BY kind, reason, object, currency ORDER BY min(since)
"""
_TO_MAKE = """
FROM results AS notes
WHERE notes.refund IS NOT NULL AND (?1 = '' OR notes.connection = ?1) AND NOT EXISTS (
    SELECT 1 FROM results AS ends WHERE ends.key = notes.connection || ':refund:' || notes.lago_id
)
"""
_REFUNDS = f"SELECT notes.* {_TO_MAKE} ORDER BY notes.written_ms"
_REFUND_COUNT = f"SELECT count(*) {_TO_MAKE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """
    Everything on the first page; rows are those of the tables.

    Attributes:
        runs: the latest reconciliation of each connection; `last_run` is the latest of them.
        paused: the connections that a person has paused.
    """

    conclusion: Conclusion
    missing: Missing
    causes: Sequence[CauseRow]
    refunds: Sequence[sqlite3.Row]
    waiting: Sequence[sqlite3.Row]
    counts: Mapping[str, int]
    runs: Sequence[Reconciliation] = field(default=())
    figures: Mapping[str, ConnectionFigures] = field(default_factory=dict)
    waiting_documents: int = 0
    paused: Mapping[str, Pause] = field(default_factory=dict)

    @property
    def open_documents(self) -> int:
        """How many documents failed and are open."""
        return self.missing.documents

    @property
    def last_run(self) -> Reconciliation | None:
        """The latest reconciliation of all connections; None before the first."""
        return max(self.runs, key=lambda run: run.ended_at, default=None)


def overview(
    connection: sqlite3.Connection, codes: Sequence[str], *, now: datetime, code: str = ""
) -> Overview:
    """The first page of one connection, or of all."""
    chosen = [code] if code else list(codes)
    missing, waiting = missing_amounts(connection, code), waiting_groups(connection, code)
    compared, documents = comparisons(connection, chosen), sum(row["documents"] for row in waiting)
    figures = {each: connection_figures.of(connection, each) for each in chosen}
    sums: Counter[str] = Counter()
    for each in figures.values():
        sums.update(each.counts)
    return Overview(
        conclusion=conclusion(missing, compared, waiting=documents, now=now),
        missing=missing,
        causes=cause_list.causes(connection, code),
        refunds=refunds_to_make(connection, code),
        waiting=waiting,
        counts=sums,
        runs=compared.runs,
        figures=figures,
        waiting_documents=documents,
        paused=pause_list.paused(connection, chosen),
    )


def comparisons(connection: sqlite3.Connection, codes: Sequence[str]) -> Comparisons:
    """The run that counts of each of these connections: one in balance says nothing about another."""
    found = {each: run_list.counting(connection, each) for each in codes}
    runs = [run for run in found.values() if run is not None]
    never = [each for each, run in found.items() if run is None]
    return Comparisons(runs=runs, never=never, since_written=written_since(connection, runs))


def missing_amounts(connection: sqlite3.Connection, code: str = "") -> Missing:
    """What failed and is open, where a document counts once however often it failed; and open refunds."""
    rows = connection.execute(_MISSING, (code,)).fetchall()
    amounts = {
        row["currency"]: row["amount"] for row in rows if row["amount"] is not None and row["currency"]
    }
    (refunds,) = connection.execute(_REFUND_COUNT, (code,)).fetchone()
    return Missing(amounts=amounts, documents=sum(row["documents"] for row in rows), refunds=refunds)


def waiting_groups(connection: sqlite3.Connection, code: str = "") -> Sequence[sqlite3.Row]:
    """What waits, by what it waits for, kind of document and currency; the oldest first."""
    return connection.execute(_WAITING, (code,)).fetchall()


def refunds_to_make(connection: sqlite3.Connection, code: str = "") -> Sequence[sqlite3.Row]:
    """Results of credit notes whose refund a person makes, and that nobody has closed; oldest first."""
    return connection.execute(_REFUNDS, (code,)).fetchall()

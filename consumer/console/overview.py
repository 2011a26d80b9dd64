"""The first page as values: what is wrong with the books, what to do first, what needs nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consumer.console import amount_units, cause_list, result_list, run_list
from consumer.console.cause_list import CauseRow
from schemas.reconciliation import Reconciliation

CAUSES_SHOWN = 5
WAITING_SHOWN = 6

Tone = Literal["good", "warn", "bad"]

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
_REFUNDS = """
SELECT notes.* FROM results AS notes
WHERE notes.refund IS NOT NULL AND (?1 = '' OR notes.connection = ?1) AND NOT EXISTS (
    SELECT 1 FROM results AS ends WHERE ends.key = notes.connection || ':refund:' || notes.lago_id
) ORDER BY notes.written_ms
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The sentence at the head of the page, the sentence below it, and its state."""

    headline: str
    detail: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What failed and is open, by currency; stored amounts."""

    amounts: Mapping[str, int]
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything on the first page; rows are those of the tables."""

    conclusion: Conclusion
    missing: Missing
    causes: Sequence[CauseRow]
    refunds: Sequence[sqlite3.Row]
    waiting: Sequence[sqlite3.Row]
    counts: Mapping[str, int]
    last_run: Reconciliation | None
    open_documents: int = 0
    waiting_documents: int = 0
    last_written_ms: int | None = None
    latencies_ms: Sequence[float] = field(default=())


def overview(connection: sqlite3.Connection, codes: Sequence[str], code: str = "") -> Overview:
    """The first page of one connection, or of all."""
    missing, run = missing_amounts(connection, code), run_list.last(connection, code)
    waiting, refunds = waiting_groups(connection, code), refunds_to_make(connection, code)
    chosen = [code] if code else list(codes)
    sums: dict[str, int] = {}
    for each in chosen:
        for kind, count in result_list.counts(connection, each).items():
            sums[kind] = sums.get(kind, 0) + count
    return Overview(
        conclusion=conclusion(missing, run, waiting=sum(row["documents"] for row in waiting)),
        missing=missing,
        causes=cause_list.causes(connection, code),
        refunds=refunds,
        waiting=waiting,
        counts=sums,
        last_run=run,
        open_documents=missing.documents,
        waiting_documents=sum(row["documents"] for row in waiting),
        last_written_ms=_last_written_ms(connection, chosen),
        latencies_ms=_latencies_ms(connection, chosen),
    )


def missing_amounts(connection: sqlite3.Connection, code: str = "") -> Missing:
    """The sums of what failed and is open; a document counts once however often it failed."""
    rows = connection.execute(_MISSING, (code,)).fetchall()
    amounts = {
        row["currency"]: row["amount"] for row in rows if row["amount"] is not None and row["currency"]
    }
    return Missing(amounts=amounts, documents=sum(row["documents"] for row in rows))


def waiting_groups(connection: sqlite3.Connection, code: str = "") -> Sequence[sqlite3.Row]:
    """What waits, by what it waits for, kind of document and currency; the oldest first."""
    return connection.execute(_WAITING, (code,)).fetchall()


def refunds_to_make(connection: sqlite3.Connection, code: str = "") -> Sequence[sqlite3.Row]:
    """Results of credit notes whose refund a person makes, and that nobody has closed; oldest first."""
    return connection.execute(_REFUNDS, (code,)).fetchall()


def conclusion(missing: Missing, run: Reconciliation | None, *, waiting: int) -> Conclusion:
    """Whether the books are right, from what failed and the latest reconciliation, as a sentence."""
    if missing.documents:
        return _missing(missing)
    on_the_way = f" {_documents(waiting)} on the way." if waiting else ""
    if run is None:
        unproven = "Nobody has compared Lago and NetSuite yet: lago-netsuite reconcile does."
        return Conclusion(headline="Nothing has failed", detail=f"{unproven}{on_the_way}", tone="warn")
    compared = _documents(sum(run.documents.values()))
    if run.outcome == "in_balance":
        detail = f"{compared} compared, to the cent.{on_the_way}"
        return Conclusion(headline="Lago and NetSuite agree", detail=detail, tone="good")
    count = run.difference_count
    detail = f"{count:,} difference{'s' * (count != 1)} in {compared}.{on_the_way}"
    return Conclusion(headline="Lago and NetSuite do not agree", detail=detail, tone="bad")


def _missing(missing: Missing) -> Conclusion:
    sums = _list([amount_units.text(amount, currency) for currency, amount in missing.amounts.items()])
    count = _documents(missing.documents)
    detail = f"{count} failed and need{'s' * (missing.documents == 1)} somebody."
    return Conclusion(headline=f"NetSuite is missing {sums or count}", detail=detail, tone="bad")


def _documents(count: int) -> str:
    return f"{count:,} document{'s' * (count != 1)}"


def _list(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _last_written_ms(connection: sqlite3.Connection, codes: Sequence[str]) -> int | None:
    rows = (result_list.page(connection, code, limit=1) for code in codes)
    return max((found[0]["written_ms"] for found in rows if found), default=None)


def _latencies_ms(connection: sqlite3.Connection, codes: Sequence[str]) -> Sequence[float]:
    """Of the latest results, from the event to NetSuite's answer."""
    rows = [row for code in codes for row in result_list.page(connection, code, limit=200)]
    return sorted(float(row["latency_ms"]) for row in rows)

"""Whether the books are right, from what failed and each connection's latest reconciliation, as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from consumer.console import amount_units
from schemas.reconciliation import Reconciliation

STALE_AFTER = timedelta(hours=48)
"""A comparison is made every night; after two missed nights it says nothing about today."""
_IS_WRITTEN_SINCE = "SELECT 1 FROM results WHERE key = ? AND written_ms > ?"

Tone = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The sentence at the head of the page, the sentence below it, and its state."""

    headline: str
    detail: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """
    What needs a person.

    Attributes:
        amounts: stored amounts of what failed and is open, by currency.
        documents: how many documents that are.
        refunds: how many refunds are to be made by hand.
    """

    amounts: Mapping[str, int]
    documents: int
    refunds: int = 0

    @property
    def to_do(self) -> int:
        """How many documents need somebody, as the menu and its page count them."""
        return self.documents + self.refunds


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """
    What is known of the books by comparison.

    Attributes:
        runs: the latest reconciliation of each connection that has one.
        never: the connections that have none.
        since_written: how many of the differences are in NetSuite by now.
    """

    runs: Sequence[Reconciliation]
    never: Sequence[str] = ()
    since_written: int = 0

    @property
    def documents(self) -> int:
        """How many documents were compared."""
        return sum(sum(run.documents.values()) for run in self.runs)

    @property
    def differences(self) -> int:
        """How many of them differ."""
        return sum(run.difference_count for run in self.runs)

    def is_stale(self, now: datetime) -> bool:
        """Whether one of them is too old to say anything about today."""
        return any(now - _time(run.ended_at) > STALE_AFTER for run in self.runs)


def written_since(connection: sqlite3.Connection, runs: Sequence[Reconciliation]) -> int:
    """How many of the missing documents of these runs were written after them."""
    found = 0
    for run in runs:
        ended_ms = round(_time(run.ended_at).timestamp() * 1_000)
        for each in run.differences:
            key = f"{run.connection}:{each.kind}:{each.lago_id}"
            found += connection.execute(_IS_WRITTEN_SINCE, (key, ended_ms)).fetchone() is not None
    return found


def conclusion(missing: Missing, compared: Comparisons, *, waiting: int, now: datetime) -> Conclusion:
    """Failures first, then differences, then what nobody has compared, or not lately."""
    on_the_way = f" {counted(waiting, 'document')} on the way." if waiting else ""
    if missing.documents:
        return _missing(missing, on_the_way)
    if compared.differences:
        return _different(compared, on_the_way)
    if compared.never:
        where = "" if not compared.runs else f" of {listed(compared.never)}"
        unproven = f"Nobody has compared Lago and NetSuite{where} yet: lago-netsuite reconcile does."
        return Conclusion(headline="Nothing has failed", detail=f"{unproven}{on_the_way}", tone="warn")
    proof = f"{counted(compared.documents, 'document')} compared, to the cent.{on_the_way}"
    if compared.is_stale(now):
        detail = (
            f"{proof} That is too long ago to prove today's books: lago-netsuite reconcile compares anew."
        )
        return Conclusion(headline="Lago and NetSuite agreed when last compared", detail=detail, tone="warn")
    return Conclusion(headline="Lago and NetSuite agree", detail=proof, tone="good")


def counted(count: int, noun: str) -> str:
    """``1 document``, ``3 documents``."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def listed(parts: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _time(text: str) -> datetime:
    """A time of an event; long ago where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _missing(missing: Missing, on_the_way: str) -> Conclusion:
    sums = listed([amount_units.text(amount, currency) for currency, amount in missing.amounts.items()])
    count = counted(missing.documents, "document")
    detail = f"{count} failed and need{'s' * (missing.documents == 1)} somebody.{on_the_way}"
    return Conclusion(headline=f"NetSuite is missing {sums or count}", detail=detail, tone="bad")


def _different(compared: Comparisons, on_the_way: str) -> Conclusion:
    count = f"{counted(compared.differences, 'difference')} in {counted(compared.documents, 'document')}"
    if compared.since_written < compared.differences:
        return Conclusion(
            headline="Lago and NetSuite do not agree", detail=f"{count}.{on_the_way}", tone="bad"
        )
    anew = "All is in NetSuite since; lago-netsuite reconcile compares anew."
    headline = "What was missing is in NetSuite now"
    return Conclusion(
        headline=headline, detail=f"{count} at the last comparison. {anew}{on_the_way}", tone="warn"
    )

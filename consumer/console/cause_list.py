"""Open failures by cause, largest amount first, and the documents of one cause."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.console.remark_list import ASSIGNEE
from consumer.failures.causes import id_of

PAGE = 50

_SUMS = "SELECT * FROM cause_sums WHERE (?1 = '' OR connection = ?1)"
_NEWEST = """
SELECT reasons.text, reasons.fix, reasons.who, failures.fix_place, failures.document, failures.id
FROM reasons JOIN failures ON failures.id = reasons.failure_id
WHERE reasons.is_open AND reasons.connection = ? AND reasons.code = ? AND reasons.cause_key = ?
ORDER BY reasons.published_ms DESC LIMIT 1
"""
_OF_CAUSE = f"""
SELECT failures.*, {ASSIGNEE} AS assignee FROM failures JOIN reasons ON reasons.failure_id = failures.id
WHERE reasons.is_open AND reasons.connection = ? AND reasons.code = ? AND reasons.cause_key = ?
    AND (reasons.published_ms, reasons.failure_id) > (?, ?)
ORDER BY reasons.published_ms, reasons.failure_id LIMIT ?
"""  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseKey:
    """What identifies a cause; `id` is for addresses of pages."""

    connection: str
    code: str
    key: str

    @property
    def id(self) -> str:
        """A short id of it, the same in every process."""
        return id_of(self.connection, self.code, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """
    Open failures that one change fixes.

    Attributes:
        amounts: stored amounts by currency (`amount_units`).
        oldest_ms: when the first of them was published.
        documents: how many.
        example: one document, as a sentence names it.
    """

    cause: CauseKey
    text: str
    fix: str
    who: str
    place: str
    documents: int
    amounts: dict[str, int] = field(hash=False)
    oldest_ms: int
    example: str
    example_id: str


def causes(connection: sqlite3.Connection, code: str = "") -> list[CauseRow]:
    """All causes of a connection, or of all; the largest amount first, then the oldest."""
    groups: dict[CauseKey, list[sqlite3.Row]] = {}
    for row in connection.execute(_SUMS, (code,)):
        key = CauseKey(connection=row["connection"], code=row["code"], key=row["cause_key"])
        groups.setdefault(key, []).append(row)
    found = [_cause(connection, key, rows) for key, rows in groups.items()]
    return sorted(found, key=lambda each: (-max(each.amounts.values(), default=0), each.oldest_ms))


def of_id(connection: sqlite3.Connection, cause_id: str) -> CauseRow | None:
    """The cause with this id; None when nothing of it is open."""
    return next((each for each in causes(connection) if each.cause.id == cause_id), None)


def documents(
    connection: sqlite3.Connection, cause: CauseKey, *, after: tuple[int, str] = (0, ""), limit: int = PAGE
) -> Sequence[sqlite3.Row]:
    """Rows of failures of a cause, oldest first, after a row's time and id."""
    return connection.execute(_OF_CAUSE, (cause.connection, cause.code, cause.key, *after, limit)).fetchall()


def _cause(connection: sqlite3.Connection, key: CauseKey, rows: Sequence[sqlite3.Row]) -> CauseRow:
    newest = connection.execute(_NEWEST, (key.connection, key.code, key.key)).fetchone()
    amounts = {
        row["currency"]: row["amount"] for row in rows if row["amount"] is not None and row["currency"]
    }
    return CauseRow(
        cause=key,
        text=newest["text"],
        fix=newest["fix"],
        who=newest["who"],
        place=newest["fix_place"],
        documents=sum(row["documents"] for row in rows),
        amounts=dict(sorted(amounts.items())),
        oldest_ms=min(row["oldest_ms"] for row in rows),
        example=newest["document"],
        example_id=newest["id"],
    )

"""Results page by page, newest first, and search over results and failures."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PAGE = 50
FOUND_LIMIT = 50
OBJECTS = ("customer", "invoice", "sales_order", "credit_note", "payment", "refund")
LARGEST_INTEGER = 2**63 - 1
NEWEST = (LARGEST_INTEGER, LARGEST_INTEGER)
_WORD = re.compile(r"[^\s\"]+")

_PAGE = """
SELECT * FROM results WHERE connection = ? AND (written_ms, id) < (?, ?)
ORDER BY written_ms DESC, id DESC LIMIT ?
"""
_PAGE_OF_KIND = """
SELECT * FROM results WHERE connection = ? AND object = ? AND (written_ms, id) < (?, ?)
ORDER BY written_ms DESC, id DESC LIMIT ?
"""


def page(
    connection: sqlite3.Connection,
    code: str,
    *,
    before: tuple[int, int] = NEWEST,
    limit: int = PAGE,
    kind: str = "",
) -> Sequence[sqlite3.Row]:
    """Rows of results of a connection, of one kind or of all, newest first, before a row's time and id."""
    if kind:
        return connection.execute(_PAGE_OF_KIND, (code, kind, *before, limit)).fetchall()
    return connection.execute(_PAGE, (code, *before, limit)).fetchall()


def counts(connection: sqlite3.Connection, code: str) -> Mapping[str, int]:
    """How many documents of a connection stand in NetSuite, by kind."""
    found = connection.execute("SELECT object, count FROM result_counts WHERE connection = ?", (code,))
    return {row["object"]: row["count"] for row in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found, in the state that it has now."""

    results: Sequence[sqlite3.Row]
    failures: Sequence[sqlite3.Row]


def search(connection: sqlite3.Connection, words: str) -> Found:
    """
    Results and failures that have all the words, each at the beginning of a number, an id, a name or a trace.

    Lago's own ids are found as a whole.
    """
    wanted = _query(words)
    if not wanted:
        return Found(results=(), failures=())
    results = connection.execute(
        "SELECT * FROM results WHERE id IN"
        " (SELECT rowid FROM result_words WHERE result_words MATCH ? LIMIT ?)",
        (wanted, FOUND_LIMIT),
    ).fetchall()
    failures = connection.execute(
        "SELECT * FROM failures WHERE row IN"
        " (SELECT rowid FROM failure_words WHERE failure_words MATCH ? LIMIT ?)",
        (wanted, FOUND_LIMIT),
    ).fetchall()
    return Found(results=[*of_lago_id(connection, words.strip()), *results], failures=failures)


def of_lago_id(connection: sqlite3.Connection, lago_id: str) -> Sequence[sqlite3.Row]:
    """The results with this id of Lago, at any connection."""
    codes = [row[0] for row in connection.execute("SELECT DISTINCT connection FROM result_counts")]
    keys = [f"{code}:{kind}:{lago_id}" for code in codes for kind in OBJECTS]
    marks = ", ".join("?" * len(keys))
    return connection.execute(f"SELECT * FROM results WHERE key IN ({marks})", keys).fetchall()  # noqa: S608


def _query(words: str) -> str:
    """The query of FTS5: every word quoted, so that nothing in it is an operator, as a prefix."""
    return " ".join(f'"{each}"*' for each in _WORD.findall(words[:200]) if any(map(str.isalnum, each)))

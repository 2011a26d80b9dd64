"""When each record was made and last changed and by whom, and what was deleted; kept beside the records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

SCHEMA = """
CREATE TABLE IF NOT EXISTS stamp (
  grp TEXT NOT NULL, id INTEGER NOT NULL, created TEXT NOT NULL, created_by TEXT NOT NULL,
  created_name TEXT NOT NULL, changed TEXT NOT NULL, changed_by TEXT NOT NULL, changed_name TEXT NOT NULL,
  PRIMARY KEY (grp, id));
CREATE TABLE IF NOT EXISTS deletion (
  number INTEGER PRIMARY KEY, id INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, externalid TEXT,
  at TEXT NOT NULL, by TEXT NOT NULL, by_name TEXT NOT NULL);
"""
COLUMNS = "created, created_by, created_name, changed, changed_by, changed_name"
"""Those of a stamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes a record, by internal id and name of the user, and when."""

    by: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The first and the last change of a record."""

    created: Author
    changed: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A deleted record; `name` is what NetSuite calls it, `number` counts deletions."""

    number: int
    id: int
    type: str
    name: str
    external_id: str
    author: Author


class ChangeStamps:
    """The stamps of one account. The caller holds the lock and the database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def note(self, group: str, ids: Iterable[int], author: Author) -> None:
        """Note that records were changed, or made when they have no stamp yet."""
        at = author.at.isoformat()
        change = (at, author.by, author.name)
        rows = [(group, each, *change, *change) for each in ids]
        self._connection.executemany(
            "INSERT INTO stamp VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (grp, id) DO UPDATE SET"
            " changed = excluded.changed, changed_by = excluded.changed_by,"
            " changed_name = excluded.changed_name",
            rows,
        )

    def note_deletion(self, number: int, record_type: str, name: str, external_id: str, by: Author) -> None:
        """Note that a record was deleted."""
        row = (number, record_type, name, external_id, by.at.isoformat(), by.by, by.name)
        statement = (
            "INSERT INTO deletion (id, type, name, externalid, at, by, by_name) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self._connection.execute(statement, row)

    def deletions(self) -> list[Deletion]:
        """All deletions, the oldest first."""
        rows = self._connection.execute("SELECT * FROM deletion ORDER BY number").fetchall()
        return [
            Deletion(
                number=row["number"], id=row["id"], type=row["type"], name=row["name"],
                external_id=row["externalid"] or "",
                author=Author(by=row["by"], name=row["by_name"], at=datetime.fromisoformat(row["at"])),
            )
            for row in rows
        ]  # fmt: skip


def stamp_of(row: sqlite3.Row) -> Stamp | None:
    """The stamp in a row with `COLUMNS`; None for a record without one."""
    if row["changed"] is None:
        return None
    created, changed = (
        Author(by=row[f"{each}_by"], name=row[f"{each}_name"], at=datetime.fromisoformat(row[each]))
        for each in ("created", "changed")
    )
    return Stamp(created=created, changed=changed)

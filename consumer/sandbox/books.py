"""The books of an emulated account: every record that was saved, in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any, Literal, NewType

Group = Literal["entity", "transaction"]
"""Internal and external ids are unique within a group, not within a type (Oracle section_N3436356)."""
InternalId = NewType("InternalId", int)
Fields = dict[str, Any]
Sublists = dict[str, list[Fields]]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  grp TEXT NOT NULL, id INTEGER NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL,
  externalid TEXT, entityid TEXT, tranid TEXT, lago_id TEXT, fields TEXT NOT NULL, sublists TEXT NOT NULL,
  PRIMARY KEY (grp, id));
CREATE UNIQUE INDEX IF NOT EXISTS unique_externalid ON record (grp, lower(externalid));
CREATE UNIQUE INDEX IF NOT EXISTS unique_entityid ON record (lower(entityid)) WHERE grp = 'entity';
CREATE INDEX IF NOT EXISTS by_lago_id ON record (lago_id);
CREATE INDEX IF NOT EXISTS by_tranid ON record (tranid);
CREATE INDEX IF NOT EXISTS by_type ON record (type, id);
CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
INSERT OR IGNORE INTO sequence VALUES ('entity', 500), ('transaction', 9000);
"""
INDEXED = {
    "internalid": "id",
    "externalid": "lower(externalid)",
    "externalidstring": "lower(externalid)",
    "entityid": "lower(entityid)",
    "tranid": "tranid",
    "custbody_lago_id": "lago_id",
    "custentity_lago_id": "lago_id",
}
"""Fields whose equality SQLite finds without reading every record, and the expression that is indexed."""


# Under these names sublists do not hide a body field.
_LIST_NAMES = {"item": "lines", "currency": "currencies"}


class DuplicateError(Exception):
    """Another record of the group has the same value in the unique field `field`."""

    def __init__(self, name: str) -> None:
        self.field = name
        super().__init__(name)


class StaleError(Exception):
    """The record was saved by someone else, or deleted, since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One record as it stands in the books; amounts are decimal strings, dates ISO."""

    group: Group
    id: InternalId
    type: str
    version: int
    fields: Fields
    sublists: Sublists = field(default_factory=dict)


class Books:
    """All records of one account. Each write is a transaction of its own, as in NetSuite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = RLock()

    @classmethod
    def open(cls, path: Path | None) -> Books:
        """Books in the file `path`, or in memory; raises sqlite3.DatabaseError when the file is none."""
        connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        return cls(connection)

    def close(self) -> None:
        """Close the file; nothing works afterwards."""
        with self._lock:
            self._connection.close()

    def insert(self, group: Group, record_type: str, fields: Fields, sublists: Sublists) -> Saved:
        """
        Keep a new record under the next id of its group; ids are never given twice.

        Raises:
            DuplicateError: external id or entity id is taken.
        """
        with self._transaction():
            number = self._next(group)
            saved = Saved(
                group=group,
                id=InternalId(number),
                type=record_type,
                version=1,
                fields=fields,
                sublists=sublists,
            )
            self._write("INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?)", _row(saved))
        return saved

    def replace(self, saved: Saved) -> Saved:
        """
        Keep a changed record, whose `version` is the one that was read.

        Raises:
            StaleError: someone else was faster.
            DuplicateError: external id or entity id is taken.
        """
        row = _row(saved)
        with self._transaction():
            cursor = self._write(
                "UPDATE record SET version = version + 1, externalid = ?, entityid = ?, tranid = ?,"
                " lago_id = ?, fields = ?, sublists = ? WHERE grp = ? AND id = ? AND version = ?",
                (*row[4:], saved.group, saved.id, saved.version),
            )
            if cursor.rowcount == 0:
                raise StaleError
        return replace(saved, version=saved.version + 1)

    def get(self, group: Group, number: int) -> Saved | None:
        """The record with that internal id, or None."""
        rows = self._read("SELECT * FROM record WHERE grp = ? AND id = ?", (group, number))
        return _saved(rows[0]) if rows else None

    def delete(self, group: Group, number: int) -> bool:
        """Forget a record, which frees its external id; False when it was not there."""
        with self._transaction():
            cursor = self._write("DELETE FROM record WHERE grp = ? AND id = ?", (group, number))
            return cursor.rowcount > 0

    def find(
        self,
        *,
        group: Group,
        record_type: str | None = None,
        equal: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Saved]:
        """Records of a group, or of one type, whose fields of `INDEXED` have one of the given values."""
        clauses, values = ["grp = ?"], [str(group)]
        if record_type is not None:
            clauses.append("type = ?")
            values.append(record_type)
        for name, wanted in (equal or {}).items():
            clauses.append(f"{INDEXED[name]} IN ({','.join('?' * len(wanted))})")
            values += [text.lower() if INDEXED[name].startswith("lower") else text for text in wanted]
        return [
            _saved(row)
            for row in self._read(f"SELECT * FROM record WHERE {' AND '.join(clauses)} ORDER BY id", values)
        ]

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a statement that only reads; raises sqlite3.Error for a bad one."""
        return [{key.lower(): row[key] for key in row.keys()} for row in self._read(statement, values)]  # noqa: SIM118 - sqlite3.Row iterates over values

    def define(self, view: str, select: str) -> None:
        """Give a statement a name that `query` can read from; views last as long as the connection."""
        with self._lock:
            self._connection.execute(f'CREATE TEMP VIEW IF NOT EXISTS "{view}" AS {select}')

    def records(self, record_type: str) -> list[dict[str, Any]]:
        """Every record of a type as flat JSON, oldest first, sublist ``item`` under ``lines``."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM record WHERE type = ? ORDER BY id", (record_type,)
            ).fetchall()
        return [_flat(_saved(row)) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _next(self, sequence: str) -> int:
        statement = "UPDATE sequence SET last = last + 1 WHERE name = ? RETURNING last"
        return int(self._connection.execute(statement, (sequence,)).fetchall()[0][0])

    def _read(self, statement: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def _write(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.IntegrityError as error:
            taken = "entityid" if "unique_entityid" in str(error) else "externalid"
            raise DuplicateError(taken) from error


def _row(saved: Saved) -> tuple[Any, ...]:
    found = saved.fields
    lago_id = found.get("custbody_lago_id") or found.get("custentity_lago_id")
    unique = (found.get("externalid"), found.get("entityid"), found.get("tranid"), lago_id)
    contents = (json.dumps(found), json.dumps(saved.sublists))
    return (saved.group, saved.id, saved.type, saved.version, *unique, *contents)


def _saved(row: sqlite3.Row) -> Saved:
    return Saved(
        group=row["grp"],
        id=InternalId(row["id"]),
        type=row["type"],
        version=row["version"],
        fields=json.loads(row["fields"]),
        sublists=json.loads(row["sublists"]),
    )


def _flat(saved: Saved) -> dict[str, Any]:
    lines = {_LIST_NAMES.get(name, name): rows for name, rows in saved.sublists.items()}
    return {"id": str(saved.id), "type": saved.type, **saved.fields, **lines}

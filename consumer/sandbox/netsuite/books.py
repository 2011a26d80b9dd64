"""The books of an emulated account: all saved records, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import Any

from consumer.config import private_file
from consumer.sandbox.netsuite import change_stamps, open_items
from consumer.sandbox.netsuite import saved_record as saved_records
from consumer.sandbox.netsuite.change_stamps import Author, ChangeStamps, Deletion
from consumer.sandbox.netsuite.open_items import OpenItems, TakenError
from consumer.sandbox.netsuite.saved_record import (
    INDEXED,
    Fields,
    Group,
    InternalId,
    Saved,
    Sublists,
    flat,
    row_of,
    saved_of,
)

_ROWS = f"SELECT record.*, {change_stamps.COLUMNS} FROM record LEFT JOIN stamp USING (grp, id)"
_CHUNK_ROWS = 2_000


class DuplicateError(Exception):
    """Another record of the group has the same value in the unique field `field`."""

    def __init__(self, name: str) -> None:
        self.field = name
        super().__init__(name)


class StaleError(Exception):
    """The record was saved by another call, or deleted, since it was read."""


class Books:
    """All records of one account. Each write is a transaction of its own, as in NetSuite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = RLock()
        self._open_items = OpenItems(connection)
        self._stamps = ChangeStamps(connection)

    @classmethod
    def open(cls, path: Path | None) -> Books:
        """Books in the file `path`, or in memory; raises sqlite3.DatabaseError when it is not a database."""
        if path is not None:
            # SQLite gives its other files the same mode, and reports itself when a file cannot be created.
            with suppress(OSError):
                private_file.create(path)
        connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(saved_records.SCHEMA + open_items.SCHEMA + change_stamps.SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return cls(connection)

    def close(self) -> None:
        """Close the database; other calls fail afterwards."""
        with self._lock:
            self._connection.close()

    def insert(
        self,
        group: Group,
        record_type: str,
        fields: Fields,
        sublists: Sublists,
        author: Author | None = None,
    ) -> Saved:
        """
        Save a new record with the next internal id of its group; no id is assigned twice.

        Raises:
            DuplicateError: another record has the external id or the entity id.
            StaleError: another call has settled an invoice to which the record is applied.
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
            self._write("INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?)", row_of(saved))
            self._apply(saved, author)
        return saved

    def replace(self, saved: Saved, author: Author | None = None) -> Saved:
        """
        Save a changed record, whose `version` is the one that was read.

        Raises:
            StaleError: another call has saved or deleted it since.
            DuplicateError: another record has the external id or the entity id.
        """
        row = row_of(saved)
        with self._transaction():
            cursor = self._write(
                "UPDATE record SET version = version + 1, externalid = ?, entityid = ?, tranid = ?,"
                " lago_id = ?, fields = ?, sublists = ? WHERE grp = ? AND id = ? AND version = ?",
                (*row[4:], saved.group, saved.id, saved.version),
            )
            if cursor.rowcount == 0:
                raise StaleError
            self._apply(saved, author)
        return replace(saved, version=saved.version + 1)

    def get(self, group: Group, number: int) -> Saved | None:
        """The record with that internal id, or None."""
        rows = self._read(f"{_ROWS} WHERE grp = ? AND id = ?", (group, number))
        return saved_of(rows[0]) if rows else None

    def delete(self, group: Group, number: int, author: Author | None = None, name: str = "") -> bool:
        """Delete a record, which frees its external id; False when it does not exist; `name` is noted."""
        with self._transaction():
            found = self.get(group, number)
            targets = self._open_items.apply(number, []) if group == "transaction" else []
            if found is not None and author is not None:
                own = str(found.fields.get("externalid") or "")
                self._stamps.note(group, targets, author)
                self._stamps.note_deletion(number, found.type, name, own, author)
            cursor = self._write("DELETE FROM record WHERE grp = ? AND id = ?", (group, number))
            return cursor.rowcount > 0

    def deletions(self) -> list[Deletion]:
        """All deletions, the oldest first."""
        with self._lock:
            return self._stamps.deletions()

    def settling(self, number: int) -> list[tuple[int, Decimal]]:
        """Payments and credit memos applied to an invoice: their internal ids and the applied amounts."""
        with self._lock:
            return self._open_items.settling(number)

    def settled(self, number: int) -> Decimal:
        """The amount of an invoice that is settled."""
        with self._lock:
            return self._open_items.settled(number)

    def find(
        self,
        *,
        group: Group,
        record_type: str | None = None,
        equal: Mapping[str, Sequence[str]] | None = None,
    ) -> list[Saved]:
        """Records of a group, or of one type, whose fields of `INDEXED` have one of the given values."""
        return list(self.scan(group=group, record_type=record_type, equal=equal))

    def scan(
        self,
        *,
        group: Group,
        record_type: str | None = None,
        equal: Mapping[str, Sequence[str]] | None = None,
        above: int = 0,
    ) -> Iterator[Saved]:
        """The same one by one in the order of ids, from the first id after `above` on."""
        clauses, values = ["grp = ?"], [str(group)]
        if record_type is not None:
            # The plus keeps SQLite from the index on type, which matches many rows, in favour of the other.
            clauses.append("+type = ?" if equal else "type = ?")
            values.append(record_type)
        for name, wanted in (equal or {}).items():
            clauses.append(f"{INDEXED[name]} IN ({','.join('?' * len(wanted))})")
            values += [text.lower() if INDEXED[name].startswith("lower") else text for text in wanted]
        # Likewise of the index on ids, which matches all rows.
        place = "+id" if equal else "id"
        after = f"{place} > ? ORDER BY {place} LIMIT {_CHUNK_ROWS}"
        statement = f"{_ROWS} WHERE {' AND '.join(clauses)} AND {after}"
        rows = self._read(statement, [*values, above])
        while rows:
            yield from map(saved_of, rows)
            is_last = len(rows) < _CHUNK_ROWS
            rows = [] if is_last else self._read(statement, [*values, rows[-1]["id"]])

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a statement that only reads; raises sqlite3.Error for a bad one."""
        return [{key.lower(): row[key] for key in row.keys()} for row in self._read(statement, values)]  # noqa: SIM118 - sqlite3.Row iterates over values

    def define(self, view: str, select: str) -> None:
        """Create a temporary view for `query`, which exists as long as the connection."""
        with self._lock:
            self._connection.execute(f'CREATE TEMP VIEW IF NOT EXISTS "{view}" AS {select}')

    def records(self, record_type: str) -> list[dict[str, Any]]:
        """Every record of a type as flat JSON, oldest first, sublist ``item`` under ``lines``."""
        with self._lock:
            rows = self._connection.execute(f"{_ROWS} WHERE type = ? ORDER BY id", (record_type,)).fetchall()
        return [flat(saved_of(row)) for row in rows]

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

    def _apply(self, saved: Saved, author: Author | None) -> None:
        targets: list[int] = []
        if "apply" in saved.sublists:
            try:
                targets = self._open_items.apply(saved.id, saved.sublists["apply"])
            except TakenError as error:
                raise StaleError from error
        if author is not None:
            self._stamps.note(saved.group, [saved.id, *targets], author)

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

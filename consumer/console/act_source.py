"""What the tables know of the failures of an act: where their events lie, and their replays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consumer.record import Source
from schemas.error_mark import ErrorMark, ReplayRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFailure:
    """
    An open failure as the audit record of its replay needs it.

    Attributes:
        source: the position of the event that failed.
    """

    id: str
    connection: str
    code: str
    published_ms: int
    source: str


def chosen(connection: sqlite3.Connection, ids: Iterable[str]) -> list[ChosenFailure]:
    """Those of the failures that are open."""
    names = ("id", "connection", "code", "published_ms", "source")
    rows = (row for row in _rows(connection, ids) if row["state"] == "open")
    return [ChosenFailure(**{name: row[name] for name in names}) for row in rows]


def places(connection: sqlite3.Connection, ids: Iterable[str], states: Sequence[str]) -> dict[str, Source]:
    """The position of the error event of each failure that is in one of the states, by its id."""
    rows = (row for row in _rows(connection, ids) if row["state"] in states)
    return {row["id"]: source_of(row["event_place"]) for row in rows}


def connections(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The connection of each failure, by its id; what is no failure is left out."""
    return {row["id"]: row["connection"] for row in _rows(connection, ids)}


def closed(connection: sqlite3.Connection, ids: Iterable[str]) -> frozenset[str]:
    """Those that a person has closed."""
    return frozenset(row["id"] for row in _rows(connection, ids) if row["ended_by"] in {"synced", "ignored"})


def replays(connection: sqlite3.Connection, ids: Iterable[str]) -> list[ErrorMark]:
    """The marks of the replays of these failures."""
    return [
        _mark(row)
        for each in ids
        for row in connection.execute("SELECT * FROM marks WHERE error_id = ? AND kind = 'replayed'", (each,))
    ]


def source_of(text: str) -> Source:
    """A position from its text, ``topic/partition/offset``."""
    topic, partition, offset = text.rsplit("/", 2)
    return Source(topic=topic, partition=int(partition), offset=int(offset))


def _mark(row: sqlite3.Row) -> ErrorMark:
    place = source_of(row["replay_source"])
    replay = ReplayRef(
        topic=place.topic, partition=place.partition, offset=place.offset, attempt=row["attempt"]
    )
    return ErrorMark(
        mark="replayed", error_id=row["error_id"], connection="", marked_at=row["at"], replay=replay
    )


def _rows(connection: sqlite3.Connection, ids: Iterable[str]) -> Iterator[sqlite3.Row]:
    for each in ids:
        row = connection.execute("SELECT * FROM failures WHERE id = ?", (each,)).fetchone()
        if row is not None:
            yield row

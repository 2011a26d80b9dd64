"""
The state of failures in the tables, by the rules of `consumer.failures.history`.

Topics are read side by side, so the records about one failure arrive in any order: its state is computed
anew from all that is known, whenever something about it becomes known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_CLOSING = ("synced", "ignored")
_VOID_EVENT = ".voided"
_FORMER = "SELECT published_ms FROM former_outcomes WHERE connection = ?1 AND source = ?2 AND is_written"
_WRITTEN_MS = (
    "SELECT max(published_ms) FROM (SELECT published_ms FROM results"  # noqa: S608
    f" WHERE source_offset = ?3 AND source = ?2 AND connection = ?1 UNION ALL {_FORMER} = 1)"
)
_FAILED_MS = (
    "SELECT max(published_ms) FROM (SELECT published_ms FROM failures"  # noqa: S608
    f" WHERE connection = ?1 AND source = ?2 UNION ALL {_FORMER} = 0)"
)

Committed = Mapping[tuple[str, str, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a failure has ended."""

    by: str
    at_ms: int | None = None
    note: str = ""


def reconsider_touched(connection: sqlite3.Connection) -> bool:
    """Compute the states anew of failures about which something is known since; whether there are any."""
    touched = [each["id"] for each in connection.execute("SELECT id FROM touched")]
    connection.execute("DELETE FROM touched")
    reconsider(connection, touched)
    return bool(touched)


def reconsider(
    connection: sqlite3.Connection, ids: Iterable[str], committed: Committed | None = None
) -> None:
    """Compute the state of failures anew; ids of none are passed over."""
    for each in ids:
        row = connection.execute("SELECT * FROM failures WHERE id = ?", (each,)).fetchone()
        if row is not None:
            _set(connection, row, _state(connection, row, committed or {}))


def _set(connection: sqlite3.Connection, row: sqlite3.Row, found: _Ended | None) -> None:
    """None is open; a replay under way ends by nothing yet."""
    state = "open" if found is None else "settled" if found.by else "under_way"
    ended = found or _Ended(by="")
    if (state, ended.by, ended.note) == (row["state"], row["ended_by"], row["note"]):
        return
    connection.execute(
        "UPDATE failures SET state = ?, ended_by = ?, ended_ms = ?, note = ? WHERE id = ?",
        (state, ended.by, ended.at_ms, ended.note, row["id"]),
    )
    connection.execute("UPDATE reasons SET is_open = ? WHERE failure_id = ?", (state == "open", row["id"]))


def _state(connection: sqlite3.Connection, row: sqlite3.Row, committed: Committed) -> _Ended | None:
    return _closed(connection, row) or _written(connection, row) or _replayed(connection, row, committed)


def _closed(connection: sqlite3.Connection, row: sqlite3.Row) -> _Ended | None:
    mark = connection.execute(
        "SELECT kind, reason, published_ms FROM marks WHERE error_id = ? AND kind <> 'replayed'"
        " ORDER BY published_ms DESC LIMIT 1",
        (row["id"],),
    ).fetchone()
    if mark is None or mark["kind"] not in _CLOSING:
        return None
    return _Ended(by=mark["kind"], at_ms=mark["published_ms"], note=mark["reason"])


def _written(connection: sqlite3.Connection, row: sqlite3.Row) -> _Ended | None:
    """Only a void ends a failed void; any later result ends everything else."""
    column = "void_ms" if row["event"].endswith(_VOID_EVENT) else "published_ms"
    key = f"{row['connection']}:{row['object']}:{row['lago_id']}"
    of_object = connection.execute(f"SELECT {column} FROM results WHERE key = ?", (key,)).fetchone()  # noqa: S608
    of_event = _written_ms(connection, row["connection"], row["source"])
    found = (of_object and of_object[0], of_event)
    later = [each for each in found if each is not None and each > row["published_ms"]]
    return _Ended(by="written", at_ms=max(later)) if later else None


def _written_ms(connection: sqlite3.Connection, code: str, source: str) -> int | None:
    """When the result of an event was published; None without one."""
    offset = int(source.rsplit("/", 1)[1])
    found: int | None = connection.execute(_WRITTEN_MS, (code, source, offset)).fetchone()[0]
    return found


def _failed_ms(connection: sqlite3.Connection, code: str, source: str) -> int | None:
    """When the failure of an event was published; None without one."""
    found: int | None = connection.execute(_FAILED_MS, (code, source)).fetchone()[0]
    return found


def _replayed(connection: sqlite3.Connection, row: sqlite3.Row, committed: Committed) -> _Ended | None:
    mark = connection.execute(
        "SELECT * FROM marks WHERE error_id = ? AND kind = 'replayed' ORDER BY attempt DESC LIMIT 1",
        (row["id"],),
    ).fetchone()
    if mark is None or mark["replay_source"] == row["source"]:
        return None  # never replayed, or the replay has failed, too
    for by, ended_ms in (("written", _written_ms), ("failed again", _failed_ms)):
        if (at_ms := ended_ms(connection, row["connection"], mark["replay_source"])) is not None:
            return _Ended(by=by, at_ms=at_ms)
    topic, partition, offset = mark["replay_source"].rsplit("/", 2)
    below = committed.get((row["connection"], topic, int(partition)), 0)
    return _Ended(by="left out by a rule" if int(offset) < below else "")

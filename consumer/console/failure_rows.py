"""Failures as rows: what has failed, why, and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from consumer.console import amount_units, failure_state
from consumer.failures import causes, sentence
from consumer.failures.failure import Failure, read
from consumer.record import Record
from schemas.error_codes import SCRIPT_REFUSED, row_of
from schemas.error_mark import ErrorMark
from schemas.result import Result

_COLUMNS = (
    "id", "connection", "code", "event", "object", "lago_id", "number", "document", "customer", "customer_id",
    "customers", "amount", "currency", "day", "reason", "fix", "who", "fix_place", "message", "is_retryable",
    "attempts", "first_failed_at", "published_ms", "source", "event_place", "state",
)  # fmt: skip
_UPSERT = (
    f"INSERT INTO failures ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{each} = excluded.{each}' for each in _COLUMNS[1:])}"
    " RETURNING row"
)

_ABOUT_RESULT = (
    "SELECT id FROM failures WHERE connection = ?1 AND object = ?2 AND lago_id = ?3"
    " UNION ALL SELECT id FROM failures WHERE connection = ?1 AND source = ?4"
    " UNION ALL SELECT error_id FROM marks WHERE replay_source = ?4"
)


def note(connection: sqlite3.Connection, record: Record) -> None:
    """Take in a record of the error topic; a resolved event says nothing that the others do not."""
    match read(record):
        case None:
            return
        case Failure() as failure:
            _note_failure(connection, failure)
        case mark:
            _note_mark(connection, mark, record.timestamp_ms)


def reconsider_written(connection: sqlite3.Connection, written: Result) -> None:
    """See what a result ends: failures of its object, and of its event."""
    source = f"{written.source.topic}/{written.source.partition}/{written.source.offset}"
    found = connection.execute(_ABOUT_RESULT, (written.connection, written.object, written.lago_id, source))
    if ended := found.fetchall():
        failure_state.reconsider(connection, [each["id"] for each in ended])


def settle(connection: sqlite3.Connection, committed: Mapping[tuple[str, str, int], int]) -> None:
    """End the replays that the workers have settled without a result or a failure: by a rule."""
    under_way = connection.execute("SELECT id FROM failures WHERE state = 'under_way'").fetchall()
    failure_state.reconsider(connection, [each["id"] for each in under_way], committed)


def _note_failure(connection: sqlite3.Connection, failure: Failure) -> None:
    known = connection.execute("SELECT published_ms FROM failures WHERE id = ?", (failure.id,)).fetchone()
    if known is not None and known["published_ms"] > failure.published_ms:
        return
    (row,) = connection.execute(_UPSERT, _values(failure)).fetchone()
    connection.execute("DELETE FROM failure_words WHERE rowid = ?", (row,))
    connection.execute("INSERT INTO failure_words (rowid, words) VALUES (?, ?)", (row, _words(failure)))
    connection.execute("DELETE FROM reasons WHERE failure_id = ?", (failure.id,))
    connection.executemany(
        "INSERT OR REPLACE INTO reasons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)", _reasons(failure)
    )
    of_source = _of_source(connection, failure.connection, str(failure.source))
    failure_state.reconsider(connection, list(dict.fromkeys((failure.id, *of_source))))


def _note_mark(connection: sqlite3.Connection, mark: ErrorMark, published_ms: int) -> None:
    replay = mark.replay
    source = f"{replay.topic}/{replay.partition}/{replay.offset}" if replay else ""
    connection.execute(
        "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            mark.error_id,
            mark.mark,
            mark.reason,
            mark.marked_at,
            published_ms,
            source,
            replay.attempt if replay else 0,
            mark.run,
        ),
    )
    failure_state.reconsider(connection, [mark.error_id])


def _of_source(connection: sqlite3.Connection, code: str, source: str) -> list[str]:
    """The failures of an event, and those of which it is a replay."""
    found = connection.execute(
        "SELECT id FROM failures WHERE connection = ?1 AND source = ?2"
        " UNION SELECT error_id FROM marks WHERE replay_source = ?2",
        (code, source),
    )
    return [each["id"] for each in found]


def _values(failure: Failure) -> tuple[object, ...]:
    return (
        failure.id, failure.connection, failure.code, failure.event or "", failure.object, failure.object_id,
        failure.number or "", sentence.document_of(failure), failure.customer_name, failure.customer_id,
        "\n".join(sorted(failure.customers)), amount_units.stored(failure.amount), failure.currency or "",
        failure.date, sentence.reason_of(failure), failure.fix, sentence.who_fixes(failure),
        sentence.where_of(failure), failure.message, failure.is_retryable, failure.attempts,
        failure.first_failed_at, failure.published_ms, str(failure.source), str(failure.place), "open",
    )  # fmt: skip


def _reasons(failure: Failure) -> Iterable[tuple[object, ...]]:
    amount, currency = amount_units.stored(failure.amount), failure.currency or ""
    for each in causes.reasons(failure):
        who = (row_of(each.code) or SCRIPT_REFUSED).who
        about = (failure.id, failure.connection, each.code, each.key, _document(failure))
        yield (*about, each.text, each.fix, who, amount, currency, failure.published_ms)


def _document(failure: Failure) -> str:
    """The same for every failure of one document."""
    return f"{failure.object}:{failure.object_id}" if failure.object_id else failure.id


def _words(failure: Failure) -> str:
    found = (failure.number, failure.object_id, failure.id, failure.customer_name, *sorted(failure.customers))
    return " ".join(each for each in found if each)

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

_COLUMNS = (
    "id", "connection", "code", "event", "object", "lago_id", "number", "document", "customer", "customer_id",
    "customers", "amount", "currency", "day", "reason", "fix", "who", "fix_place", "message", "is_retryable",
    "attempts", "first_failed_at", "published_ms", "source", "event_place", "state",
)  # fmt: skip
_UPSERT = (
    f"INSERT INTO failures ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{each} = excluded.{each}' for each in _COLUMNS[1:])}"
    " WHERE excluded.published_ms >= failures.published_ms RETURNING row"
)


def note(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Take in records of the error topic; a resolved event says nothing that the others do not."""
    failures: dict[int, Failure] = {}
    marks: list[tuple[object, ...]] = []
    for record in records:
        match read(record):
            case None:
                continue
            case Failure() as failure:
                # A repeat is the newer one, unless it comes late.
                if (row := connection.execute(_UPSERT, _values(failure)).fetchone()) is not None:
                    failures[row["row"]] = failure
            case mark:
                marks.append(_mark_values(mark, record.timestamp_ms))
    connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", marks)
    _note_words_and_reasons(connection, failures)


def settle(connection: sqlite3.Connection, committed: Mapping[tuple[str, str, int], int]) -> None:
    """End the replays that the workers have settled without a result or a failure: by a rule."""
    under_way = connection.execute("SELECT id FROM failures WHERE state = 'under_way'").fetchall()
    failure_state.reconsider(connection, [each["id"] for each in under_way], committed)


def _note_words_and_reasons(connection: sqlite3.Connection, failures: Mapping[int, Failure]) -> None:
    """Args: failures, by their rows."""
    connection.executemany(
        "INSERT OR REPLACE INTO failure_words (rowid, words) VALUES (?, ?)",
        ((row, _words(failure)) for row, failure in failures.items()),
    )
    connection.executemany(
        "DELETE FROM reasons WHERE failure_id = ?", ((each.id,) for each in failures.values())
    )
    connection.executemany(
        "INSERT OR REPLACE INTO reasons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (reason for failure in failures.values() for reason in _reasons(failure)),
    )


def _mark_values(mark: ErrorMark, published_ms: int) -> tuple[object, ...]:
    replay = mark.replay
    source = f"{replay.topic}/{replay.partition}/{replay.offset}" if replay else ""
    attempt = replay.attempt if replay else 0
    return mark.error_id, mark.mark, mark.reason, mark.marked_at, published_ms, source, attempt, mark.run


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

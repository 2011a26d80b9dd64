"""Results as rows: what stands in NetSuite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

from consumer.console import amount_units, read_result
from consumer.console.read_result import ReadResult
from consumer.record import Record
from schemas.result import REFUND

VOIDED = "voided"
_COLUMNS = (
    "key", "connection", "object", "lago_id", "number", "event", "status", "netsuite_type", "netsuite_id",
    "netsuite_number", "url", "total", "currency", "refund", "warnings", "mapping_version", "attempts",
    "latency_ms", "trace_id", "source", "source_offset", "written_ms", "published_ms", "void_ms",
)  # fmt: skip
_OVERWRITTEN = ", ".join(f"{each} = excluded.{each}" for each in _COLUMNS[4:-1])
_UPSERT = (
    f"INSERT INTO results ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (key) DO UPDATE SET {_OVERWRITTEN}, void_ms = coalesce(excluded.void_ms, void_ms)"
)


_INDEX_WORDS = (
    "INSERT INTO result_words (rowid, number, netsuite_number, netsuite_id, trace_id)"
    " SELECT id, number, netsuite_number, netsuite_id, trace_id FROM results"
    " WHERE id > (SELECT last_id FROM taken_in)"
)
_COUNT = (
    "INSERT INTO result_counts SELECT connection, object, count(*) FROM results"
    " WHERE id > (SELECT last_id FROM taken_in) GROUP BY connection, object"
    " ON CONFLICT DO UPDATE SET count = count + excluded.count"
)
_ADVANCE = "UPDATE taken_in SET last_id = (SELECT coalesce(max(id), 0) FROM results)"


def take_in(connection: sqlite3.Connection) -> None:
    """Count the results that are new since the last time, and let them be searched for."""
    for statement in (_INDEX_WORDS, _COUNT, _ADVANCE):
        connection.execute(statement)


def note(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Take in records of the results topic; a tombstone, or what is no result, changes nothing."""
    connection.executemany(_UPSERT, _rows(records))


def _rows(records: Iterable[Record]) -> Iterator[tuple[object, ...]]:
    for record in records:
        if (written := read_result.read(record.value)) is not None:
            yield _values(written, record.timestamp_ms)


def written_ms(text: str, otherwise_ms: int) -> int:
    """A result's ``written_at`` in milliseconds since the epoch; another time where it is none."""
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000)
    except ValueError:
        return otherwise_ms


def _values(written: ReadResult, published_ms: int) -> tuple[object, ...]:
    source = written.source
    key = f"{written.connection}:{written.object}:{written.lago_id}"
    return (
        key, written.connection, written.object, written.lago_id, written.lago_number or "",
        written.event, written.status, written.netsuite_type, written.internal_id,
        written.netsuite_number or "", written.url, amount_units.stored(written.totals.get("total")),
        written.currency or "", _refund(written), json.dumps(written.warnings) if written.warnings else "[]",
        written.mapping_version, written.attempts, written.timings.latency_ms, written.trace_id or "",
        str(source), source.offset,
        written_ms(written.written_at, published_ms), published_ms,
        published_ms if written.status == VOIDED else None,
    )  # fmt: skip


def _refund(written: ReadResult) -> int | None:
    """The amount to pay back by hand; 0 where none is named."""
    if written.action_needed != REFUND:
        return None
    return amount_units.stored(written.action_amount) or 0

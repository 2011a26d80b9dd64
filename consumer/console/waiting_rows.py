"""What waits in the workers, as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pydantic import ValidationError

from consumer.console import amount_units
from consumer.record import Record
from schemas.waiting import WaitingRecord

_INSERT = "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def note(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Take in records of the waiting topic; a tombstone ends the waiting, what is neither is passed over."""
    parked: dict[str, tuple[object, ...]] = {}
    ended: set[str] = set()
    for record in records:
        key = (record.key or b"").decode("utf-8", "replace")
        if record.value is None:
            parked.pop(key, None)
            ended.add(key)
        elif (values := _read(record.value)) is not None:
            parked[key] = (key, *values)
    connection.executemany("DELETE FROM waiting WHERE key = ?", ((each,) for each in ended))
    connection.executemany(_INSERT, parked.values())


def _read(value: bytes) -> tuple[object, ...] | None:
    try:
        return _values(WaitingRecord.model_validate_json(value))
    except ValidationError:
        return None


def _values(parked: WaitingRecord) -> tuple[object, ...]:
    return (
        parked.connection, parked.kind, parked.object or "", parked.lago_id or "", parked.number or "",
        amount_units.stored(parked.amount), parked.currency or "", parked.waits_for, parked.reason,
        parked.since, parked.next_try or "", parked.until or "", parked.attempts,
    )  # fmt: skip

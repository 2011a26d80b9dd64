"""What waits in the workers, as rows."""

from __future__ import annotations

import sqlite3

from pydantic import ValidationError

from consumer.console import amount_units
from consumer.record import Record
from schemas.waiting import WaitingRecord

_INSERT = "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def note(connection: sqlite3.Connection, record: Record) -> None:
    """Take in a record of the waiting topic; a tombstone ends the waiting, what is neither is passed over."""
    key = (record.key or b"").decode("utf-8", "replace")
    if record.value is None:
        connection.execute("DELETE FROM waiting WHERE key = ?", (key,))
        return
    try:
        parked = WaitingRecord.model_validate_json(record.value)
    except ValidationError:
        return
    connection.execute(_INSERT, (key, *_values(parked)))


def _values(parked: WaitingRecord) -> tuple[object, ...]:
    return (
        parked.connection, parked.kind, parked.object or "", parked.lago_id or "", parked.number or "",
        amount_units.stored(parked.amount), parked.currency or "", parked.waits_for, parked.reason,
        parked.since, parked.next_try or "", parked.until or "", parked.attempts,
    )  # fmt: skip

"""Reconciliations as rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from consumer.record import Record
from schemas.reconciliation import Reconciliation


def note(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Take in records of the topic of reconciliations; what is none is passed over."""
    connection.executemany(
        "INSERT OR REPLACE INTO reconciliations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _rows(records)
    )


def _rows(records: Iterable[Record]) -> Iterator[tuple[object, ...]]:
    for record in records:
        try:
            run = Reconciliation.model_validate_json(record.value or b"")
        except ValidationError:
            continue
        body = (record.value or b"").decode("utf-8", "replace")
        about = (run.key, run.connection, run.ended_at, run.is_whole, run.since, run.until)
        yield (*about, json.dumps(run.customers), run.outcome, body)

"""Reconciliations as rows."""

from __future__ import annotations

import json
import sqlite3

from pydantic import ValidationError

from consumer.record import Record
from schemas.reconciliation import Reconciliation


def note(connection: sqlite3.Connection, record: Record) -> None:
    """Take in a record of the topic of reconciliations; what is none is passed over."""
    try:
        run = Reconciliation.model_validate_json(record.value or b"")
    except ValidationError:
        return
    body = (record.value or b"").decode("utf-8", "replace")
    connection.execute(
        "INSERT OR REPLACE INTO reconciliations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.key,
            run.connection,
            run.ended_at,
            run.is_whole,
            run.since,
            run.until,
            json.dumps(run.customers),
            run.outcome,
            body,
        ),
    )

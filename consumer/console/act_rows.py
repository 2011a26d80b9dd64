"""Acts of people as rows, in the order of each connection's chain."""

from __future__ import annotations

import json
import sqlite3

from pydantic import ValidationError

from consumer.record import Record
from schemas.audit import AuditRecord


def note(connection: sqlite3.Connection, record: Record) -> None:
    """Take in a record of the audit topic; what is none is passed over."""
    try:
        act = AuditRecord.model_validate_json(record.value or b"")
    except ValidationError:
        return
    connection.execute(
        "INSERT OR REPLACE INTO acts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            act.connection,
            record.source.offset,
            act.act,
            act.actor,
            act.at,
            act.reason,
            json.dumps(act.details),
        ),
    )

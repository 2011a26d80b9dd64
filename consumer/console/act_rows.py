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
    details = json.dumps(act.details)
    # Its writer appends an act again when another has come first: it is one act.
    connection.execute(
        "DELETE FROM acts WHERE (connection, act, actor, at, reason, details) = (?, ?, ?, ?, ?, ?)",
        (act.connection, act.act, act.actor, act.at, act.reason, details),
    )
    connection.execute(
        "INSERT OR REPLACE INTO acts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            act.connection,
            record.source.offset,
            act.act,
            act.actor,
            act.at,
            act.reason,
            details,
        ),
    )

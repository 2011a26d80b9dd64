"""Acts of people as rows, in the order of each connection's chain; and what they say of failures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from pydantic import ValidationError

from consumer.failures import remarks
from consumer.record import Record
from schemas.audit import AuditRecord

_ASSIGN = """
INSERT INTO assignments VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET (assignee, at, actor, reason) = (
    excluded.assignee, excluded.at, excluded.actor, excluded.reason
) WHERE excluded.at >= assignments.at
"""


def note(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Take in records of the audit topic; what is none is passed over."""
    for record in records:
        _note(connection, record)


def _note(connection: sqlite3.Connection, record: Record) -> None:
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
        "INSERT OR REPLACE INTO acts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            act.connection,
            record.source.offset,
            act.act,
            act.actor,
            act.at,
            act.reason,
            details,
            act.details.get("run", ""),
        ),
    )
    _note_remarks(connection, act)


def _note_remarks(connection: sqlite3.Connection, act: AuditRecord) -> None:
    for error_id in remarks.error_ids(act):
        if act.act == "note":
            connection.execute(
                "INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", (error_id, act.at, act.actor, act.reason)
            )
        else:
            connection.execute(
                _ASSIGN, (error_id, act.details.get("assignee", ""), act.at, act.actor, act.reason)
            )

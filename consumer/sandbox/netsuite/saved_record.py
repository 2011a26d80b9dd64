"""One saved record, and its table in SQLite."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

from consumer.sandbox.netsuite.change_stamps import Stamp, stamp_of

Group = Literal["entity", "transaction", "relationship"]
"""Internal and external ids are unique within a group, not within a type (Oracle section_N3436356)."""
InternalId = NewType("InternalId", int)
Fields = dict[str, Any]
Sublists = dict[str, list[Fields]]

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  grp TEXT NOT NULL, id INTEGER NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL,
  externalid TEXT, entityid TEXT, tranid TEXT, lago_id TEXT, fields TEXT NOT NULL, sublists TEXT NOT NULL,
  PRIMARY KEY (grp, id));
CREATE UNIQUE INDEX IF NOT EXISTS unique_externalid ON record (grp, lower(externalid));
CREATE UNIQUE INDEX IF NOT EXISTS unique_entityid ON record (lower(entityid));
CREATE INDEX IF NOT EXISTS by_lago_id ON record (lago_id);
CREATE INDEX IF NOT EXISTS by_tranid ON record (tranid);
CREATE INDEX IF NOT EXISTS by_type ON record (type, id);
CREATE INDEX IF NOT EXISTS by_entity ON record (
  json_extract(fields, '$.entity'), json_extract(fields, '$.status'));
CREATE INDEX IF NOT EXISTS by_lago_invoice ON record (
  lower(json_extract(fields, '$.custbody_lago_invoice_id')));
CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
INSERT OR IGNORE INTO sequence VALUES ('entity', 500), ('transaction', 9000), ('relationship', 100);
"""
INDEXED = {
    "internalid": "id",
    "externalid": "lower(externalid)",
    "externalidstring": "lower(externalid)",
    "entityid": "lower(entityid)",
    "tranid": "tranid",
    "custbody_lago_id": "lago_id",
    "custentity_lago_id": "lago_id",
    "custbody_lago_invoice_id": "lower(json_extract(fields, '$.custbody_lago_invoice_id'))",
    "entity": "json_extract(fields, '$.entity')",
    "status": "json_extract(fields, '$.status')",
}
"""Fields with an SQLite index for equality, and the indexed expression."""


# Other names for sublists whose name is also that of a body field.
_LIST_NAMES = {"item": "lines", "currency": "currencies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One saved record; amounts are decimal strings, dates ISO. One not saved by an account has no stamp."""

    group: Group
    id: InternalId
    type: str
    version: int
    fields: Fields
    sublists: Sublists = field(default_factory=dict)
    stamp: Stamp | None = field(default=None, compare=False)


def row_of(saved: Saved) -> tuple[Any, ...]:
    """The record as a row of its table."""
    found = saved.fields
    lago_id = found.get("custbody_lago_id") or found.get("custentity_lago_id")
    unique = (found.get("externalid"), found.get("entityid"), found.get("tranid"), lago_id)
    contents = (json.dumps(found), json.dumps(saved.sublists))
    return (saved.group, saved.id, saved.type, saved.version, *unique, *contents)


def saved_of(row: sqlite3.Row) -> Saved:
    """The record of a row, which has the columns of its stamp, too."""
    return Saved(
        group=row["grp"],
        id=InternalId(row["id"]),
        type=row["type"],
        version=row["version"],
        fields=json.loads(row["fields"]),
        sublists=json.loads(row["sublists"]),
        stamp=stamp_of(row),
    )


def flat(saved: Saved) -> dict[str, Any]:
    """The record as flat JSON, sublist ``item`` under ``lines``."""
    lines = {_LIST_NAMES.get(name, name): rows for name, rows in saved.sublists.items()}
    return {"id": str(saved.id), "type": saved.type, **saved.fields, **lines}

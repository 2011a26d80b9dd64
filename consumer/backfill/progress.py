"""The progress of a backfill, and the position at which an interrupted one continues; no I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from consumer.backfill.plan import Key
from schemas.audit import AuditRecord

_POSITIONS = msgspec.json.Decoder(dict[str, Key])


@dataclass(slots=True, kw_only=True)
class Sending:
    """
    The progress of a run.

    Attributes:
        gone: number of objects that Lago no longer has.
        position: by kind, the key of the last row that Kafka has acknowledged.
    """

    total: int
    sent: int = 0
    gone: int = 0
    is_interrupted: bool = False
    position: dict[str, Key] = field(default_factory=dict)

    def details(self, filters: str, state: str) -> dict[str, str]:
        """The details of its audit record."""
        return {
            "filters": filters,
            "state": state,
            "sent": str(self.sent),
            "total": str(self.total),
            "position": json.dumps(self.position),
        }


def position_of(records: Sequence[AuditRecord], connection: str, filters: str) -> Mapping[str, Key]:
    """The position at which the last run of a scope stopped; empty if it is done or cannot be read."""
    own = [
        record
        for record in records
        if (record.act, record.connection) == ("backfill", connection)
        and record.details.get("filters") == filters
    ]
    if not own or own[-1].details.get("state") == "done":
        return {}
    try:
        return _POSITIONS.decode(own[-1].details.get("position", "{}"))
    except msgspec.DecodeError:
        return {}

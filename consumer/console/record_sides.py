"""One document as Lago and NetSuite have it, beside each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.console import amount_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """
    One property on both sides; None where nothing is known.

    Attributes:
        is_time: both are milliseconds since the epoch.
        is_id: both are ids.
    """

    name: str
    lago: str | int | None = None
    netsuite: str | int | None = None
    is_time: bool = False
    is_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the topics say of one document: its result, its latest failure, what it waits for."""

    lago_id: str
    result: sqlite3.Row | None
    failure: sqlite3.Row | None
    waiting: sqlite3.Row | None

    @property
    def of_lago(self) -> sqlite3.Row | None:
        """What says what Lago has."""
        return self.failure or self.waiting or self.result

    @property
    def amount(self) -> int | None:
        """Lago's total, as it is stored: NetSuite's is the same, or nothing would have been written."""
        if self.result is not None and self.result["total"] is not None:
            return int(self.result["total"])
        found = self.failure or self.waiting
        return found["amount"] if found is not None else None

    @property
    def currency(self) -> str:
        """Of the amount."""
        found = self.result or self.failure or self.waiting
        return str(found["currency"]) if found is not None else ""


def sides(known: Known) -> Sequence[Side]:
    """The rows of the comparison; those of which neither side knows anything are left out."""
    result = known.result
    total = amount_units.text(known.amount, known.currency) or None
    written = {
        name: result[name] or None if result else None
        for name in ("netsuite_number", "netsuite_id", "netsuite_type", "status", "written_ms")
    }
    kind = written["netsuite_type"]
    rows = (
        Side(name="Number", lago=_of(known.of_lago, "number"), netsuite=written["netsuite_number"]),
        Side(name="Amount", lago=total, netsuite=total if result else None),
        Side(name="Date", lago=_of(known.failure, "day")),
        Side(name="Customer", lago=_of(known.failure, "customer")),
        Side(name="Event", lago=_of(result, "event")),
        Side(name="State", lago=_state(known), netsuite=kind and f"{kind}, {written['status']}"),
        Side(name="When", lago=_event_ms(known), netsuite=written["written_ms"], is_time=True),
        Side(name="Id", lago=known.lago_id, netsuite=written["netsuite_id"], is_id=True),
    )
    return [each for each in rows if each.lago is not None or each.netsuite is not None]


def _of(row: sqlite3.Row | None, name: str) -> str | None:
    return (row[name] or None) if row is not None else None


def _state(known: Known) -> str | None:
    if known.result is not None:
        return None
    return f"waits for {known.waiting['waits_for']}" if known.waiting else "failed"


def _event_ms(known: Known) -> int | None:
    """When the event was put on Kafka, of a result; else when the document failed first."""
    if known.result is not None:
        return int(known.result["written_ms"] - round(known.result["latency_ms"]))
    return int(known.failure["published_ms"]) if known.failure else None

"""
Refunds to make by hand in NetSuite, computed from the results topic.

The result of a credit note states that a refund is needed. A result of the object ``refund`` with the same
Lago id closes it: of a customer refund that was written, or of one that a person has marked as made or not
needed. Both results stay on the compacted topic, so that no replay of the note opens a closed refund again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from consumer.record import Record, Source
from schemas.result import REFUND, Result
from schemas.scalar import utc_text

CREATED = "created"
NAMES_REFUND = b'"refund"'
"""Contained in the bytes of every result about a refund."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundToMake:
    """
    One refund.

    Attributes:
        note: the result of its credit note.
        topic, partition, offset: of that result, with the topic's name on Kafka.
        since_ms: when the note was written to NetSuite, milliseconds since the epoch.
    """

    note: Result
    topic: str
    partition: int
    offset: int = 0
    since_ms: int

    @property
    def id(self) -> str:
        """The key of the result that closes it; people use it in commands."""
        return f"{self.note.connection}:{REFUND}:{self.note.lago_id}"

    @property
    def amount(self) -> Decimal | None:
        """The amount to refund, in units of the currency; None when the result has no valid amount."""
        try:
            return Decimal(self.note.action_amount or "")
        except InvalidOperation:
            return None

    @property
    def since(self) -> datetime:
        """When the note was written to NetSuite."""
        return datetime.fromtimestamp(self.since_ms / 1_000, UTC)

    def closed(self, status: str, at: datetime, *, reason: str = "") -> Result:
        """The result that closes it by hand; `status` is ``synced`` when it is made, else ``ignored``."""
        return self.note.model_copy(
            update={
                "object": REFUND,
                "status": status,
                "netsuite_type": "customerrefund",
                "internal_id": "",
                "external_id": "",
                "netsuite_number": None,
                "url": "",
                "totals": {},
                "warnings": (reason,) if reason else (),
                "action_needed": None,
                "action_amount": None,
                "written_at": utc_text(at),
            }
        )

    def as_json(self) -> dict[str, Any]:
        """The refund as it is printed; the amount is a decimal string."""
        return {
            "id": self.id,
            "connection": self.note.connection,
            "lago_id": self.note.lago_id,
            "number": self.note.lago_number,
            "amount": self.note.action_amount,
            "currency": self.note.currency,
            "since": utc_text(self.since),
            "netsuite": self.note.netsuite_number,
            "url": self.note.url,
        }


@dataclass(slots=True)
class Refunds:
    """The refunds of the topic's results; these are added one by one, in the order of the topic."""

    _needed: dict[str, RefundToMake] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)

    def note_record(self, record: Record) -> None:
        """Add a record of the results topic; records that are not about a refund are not decoded."""
        if NAMES_REFUND not in (record.value or b""):
            return
        try:
            found = Result.model_validate_json(record.value or b"")
        except ValidationError:
            return
        self.note_result(found, record.source, record.timestamp_ms)

    def note_result(self, found: Result, place: Source, published_ms: int) -> None:
        """Add a result with its position and timestamp in milliseconds."""
        if found.object == REFUND:
            self._closed.add(found.key)
            return
        if found.action_needed == REFUND:
            refund = RefundToMake(
                note=found,
                topic=place.topic,
                partition=place.partition,
                offset=place.offset,
                since_ms=published_ms,
            )
            before = self._needed.get(refund.id)
            self._needed[refund.id] = refund if before is None else replace(refund, since_ms=before.since_ms)

    @property
    def to_make(self) -> list[RefundToMake]:
        """The open refunds, oldest first."""
        found = [each for each in self._needed.values() if each.id not in self._closed]
        return sorted(found, key=lambda each: (each.since_ms, each.id))

    @property
    def is_certain(self) -> bool:
        """
        Whether the open refunds are open even if earlier records of the topic are not known.

        What closes a refund comes after the note was created, but maybe before a repeat of the note.
        """
        return all(each.note.status == CREATED for each in self.to_make)

    def floors(self, positions: Mapping[int, int]) -> dict[int, int]:
        """
        The offset of each partition below which no record is about an open refund.

        Args:
            positions: by partition: every record below this offset is added.
        """
        floors = dict(positions)
        for each in self.to_make:
            floors[each.partition] = min(each.offset, floors.get(each.partition, each.offset))
        return floors


def amounts(refunds: Iterable[RefundToMake]) -> dict[str, Decimal]:
    """The sums to refund by currency, in units of the currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in refunds:
        if each.amount is not None and each.note.currency:
            sums[each.note.currency] += each.amount
    return dict(sorted(sums.items()))

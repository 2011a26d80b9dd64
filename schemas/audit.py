"""
The record on ``lago.netsuite.audit``: one action of a person, in a hash chain for each connection.

The key is the connection's code, so its records are in one partition, in order. Each contains the hash of its
predecessor: a record that was changed, removed or inserted later breaks the chain at that place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas import wire

TOPIC = "lago.netsuite.audit"
FIRST = ""
"""The predecessor's hash in the first record of a connection."""

Act = Literal["backfill", "replay", "close", "reopen", "repair", "ignore", "sign_off", "adopt"]


class AuditRecord(BaseModel):
    """
    Who did what, when and why.

    `details` are texts by name: what the act concerns, how far it came.
    """

    model_config = ConfigDict(frozen=True)

    connection: str
    act: Act
    actor: str = Field(min_length=1)
    at: str
    reason: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    previous: str = FIRST
    hash: str = ""

    def sealed(self, previous: str) -> AuditRecord:
        """The record with this predecessor's hash and its own hash."""
        bare = self.model_copy(update={"previous": previous, "hash": ""})
        return bare.model_copy(update={"hash": bare.digest()})

    def digest(self) -> str:
        """The hash of all members except the hash itself."""
        content = self.model_dump(mode="json", exclude={"hash"})
        return hashlib.sha256(wire.canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """
    A place at which a chain is broken.

    Attributes:
        place: number of the record within its connection, from 1.
        reason: the mismatch, as a sentence.
    """

    connection: str
    place: int
    reason: str


def breaks(records: Iterable[AuditRecord]) -> Iterator[Break]:
    """All places at which a chain is broken; the records of a connection must be in order."""
    last: dict[str, tuple[int, str]] = {}
    for record in records:
        place, expected = last.get(record.connection, (0, FIRST))
        reason = _fault(record, expected)
        if reason:
            yield Break(connection=record.connection, place=place + 1, reason=reason)
        last[record.connection] = (place + 1, record.hash)


def _fault(record: AuditRecord, expected: str) -> str:
    if record.digest() != record.hash:
        return "its content is not what its hash says"
    return "" if record.previous == expected else "it does not follow the record before it"

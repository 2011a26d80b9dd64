"""A Kafka record with its lane, and an event to publish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

LaneKey = NewType("LaneKey", str)
"""Records of one lane are delivered one at a time and in offset order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The position of a record: topic (with its prefix), partition and offset."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    One Kafka record.

    Attributes:
        timestamp_ms: the record's timestamp in milliseconds since the epoch.
        value: the bytes as produced; ``None`` for a tombstone.
        lane: the record's aggregate; it and the next three members come from `schemas.lane.place_of`.
        rank: a lower rank is delivered first, since others depend on it.
        needs: lanes of lower rank for which it waits while this worker has unsettled records in them.
        refers_to: lanes of the other records to which it refers.
        tries: the number of deliveries by this worker, with the present one.
        first_tried_at: the time of the first delivery; None before.
        defect: the type of an error that was raised while its lane was determined; None without one. Such a
            record has a lane of its own and is rejected, since its dependencies are unknown.
    """

    source: Source
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    lane: LaneKey
    rank: int = 0
    needs: tuple[LaneKey, ...] = ()
    refers_to: tuple[LaneKey, ...] = ()
    tries: int = 1
    first_tried_at: datetime | None = None
    defect: str | None = None

    @property
    def size_bytes(self) -> int:
        """The size of its value and key."""
        return len(self.value or b"") + len(self.key or b"")

    def header(self, name: str) -> str | None:
        """The last header with that name as text; None without one."""
        found = [value for key, value in self.headers if key == name]
        return found[-1].decode("utf-8", "replace") if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One record to publish; `topic` is the name without the deployment's prefix.

    Attributes:
        value: None for a tombstone, which ends its key on a compacted topic.
        partition: for a record that must be on the partition of another; None to choose it by the key.
    """

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


Publish = Callable[[Event], Awaitable[None]]
"""Returns when Kafka has acknowledged the event; raises ContractError when it did not in time."""

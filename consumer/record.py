"""What came from Kafka, unchanged, plus the lane it must queue in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

LaneKey = NewType("LaneKey", str)
"""Records of one lane are delivered one at a time and in offset order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The coordinates of a record: where an operator finds it again."""

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
        timestamp_ms: milliseconds since the epoch, as the broker gave it.
        value: the bytes as they were produced; ``None`` for a tombstone.
        lane: the aggregate the record belongs to; this and the three that follow are `schemas.lane.place_of`.
        rank: the lower, the more others depend on it, and the sooner it goes.
        needs: lanes of lower rank whose records it waits for while this worker holds them.
        refers_to: lanes whose records would bring what else it refers to.
        tries: how often this worker has handed it out, this time included.
        first_tried_at: when it did so first; None before.
        defect: the type of what was raised when its lane was looked for, None as a rule. Such a record
            lies in a lane of its own and is refused: what it must queue behind is not known.
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

    def header(self, name: str) -> str | None:
        """The last header of that name as text, or None."""
        found = [value for key, value in self.headers if key == name]
        return found[-1].decode("utf-8", "replace") if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One record to publish; `topic` is the name without the deployment's prefix.

    Attributes:
        partition: only when the record must lie where another lies; else the key decides.
    """

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


Publish = Callable[[Event], Awaitable[None]]
"""Returns when Kafka has acknowledged the event; raises ContractError when it did not in time."""

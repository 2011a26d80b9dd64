"""
When a partition has enough waiting records, and when it may have more.

A function of the present state, asked anew every turn: nothing remembers that it paused something, so no
rebalance can leave a partition paused for good (spring-projects/spring-kafka#2525).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from consumer.engine.offset_map import MAX_SPAN

FULL_AT_RECORDS = 1_000
RESUME_BELOW_RECORDS = 250
# What waits does not count to the records of a partition while all partitions together hold fewer than this.
FULL_AT_TOTAL = 20_000
FULL_AT_BYTES = 64 * 1024 * 1024
RESUME_BELOW_BYTES = 48 * 1024 * 1024
RESUME_BELOW_SPAN = MAX_SPAN - 1_024
PRESSING_SPAN = MAX_SPAN * 3 // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """
    What is held of one partition, and of all together.

    Attributes:
        records: unsettled records of this partition.
        waiting: those of them that wait for reasons of their own, and no permit would help.
        span: offsets from its lowest open one to the next to come.
        own_bytes: size of its unsettled records.
        partitions: how many there are.
        total_records: unsettled records of all partitions.
        total_bytes: size of the unsettled records of all partitions.
    """

    records: int = 0
    waiting: int = 0
    span: int = 0
    own_bytes: int = 0
    partitions: int = 1
    total_records: int = 0
    total_bytes: int = 0

    @property
    def counted(self) -> int:
        """The records that count: what waits takes nobody's place as long as memory is ample."""
        return self.records - (self.waiting if self.total_records < FULL_AT_TOTAL else 0)

    @property
    def fair_bytes(self) -> int:
        """What a partition may hold however much others do: all of these together are half of the limit."""
        return FULL_AT_BYTES // 2 // max(1, self.partitions)


def is_full(load: Load, *, is_paused: bool) -> bool:
    """
    Whether a partition should be paused; `is_paused` is what the client says now.

    The two thresholds lie far apart because aiokafka throws away what it has prefetched for a paused
    partition.
    """
    records, span, total_bytes = FULL_AT_RECORDS, MAX_SPAN, FULL_AT_BYTES
    if is_paused:
        records, span, total_bytes = RESUME_BELOW_RECORDS, RESUME_BELOW_SPAN, RESUME_BELOW_BYTES
    is_heavy = load.total_bytes >= total_bytes and load.own_bytes >= load.fair_bytes
    return load.counted >= records or load.span >= span or is_heavy


def is_pressing(span: int) -> bool:
    """Whether a record that waits for its own reasons has held its partition's position for long enough."""
    return span >= PRESSING_SPAN


class Pause(Enum):
    """Why a partition is paused, for people."""

    UNSEEDED = "unseeded"
    RECORDS = "records"
    SPAN = "span"
    BYTES = "bytes"


def why(*, is_seeded: bool, records: int, span: int) -> Pause:
    """What keeps a paused partition paused; what is neither of the first three is bytes."""
    if not is_seeded:
        return Pause.UNSEEDED
    if span >= RESUME_BELOW_SPAN:
        return Pause.SPAN
    return Pause.RECORDS if records >= RESUME_BELOW_RECORDS else Pause.BYTES

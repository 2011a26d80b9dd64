"""
Backpressure: when a partition must be paused, and when it may be resumed.

A function of the present state, called before every poll: no state remembers a pause, so no rebalance can
leave a partition paused permanently (spring-projects/spring-kafka#2525).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from consumer.engine.offset_map import MAX_SPAN

FULL_AT_RECORDS = 1_000
RESUME_BELOW_RECORDS = 250
# Parked records do not count as a partition's records while all partitions together have fewer than this.
FULL_AT_TOTAL = 20_000
FULL_AT_BYTES = 64 * 1024 * 1024
RESUME_BELOW_BYTES = 48 * 1024 * 1024
# Read ahead is what no call has taken yet: some seconds of work for one core, and enough for large calls.
AHEAD_AT_BYTES = 16 * 1024 * 1024
AHEAD_BELOW_BYTES = 13 * 1024 * 1024
RESUME_BELOW_SPAN = MAX_SPAN - 1_024
PRESSING_SPAN = MAX_SPAN * 3 // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """
    The unsettled records of one partition, and of all partitions together.

    Attributes:
        records: unsettled records of this partition.
        waiting: those of them that are parked for reasons of their own.
        span: number of offsets from its lowest open one to the next one to poll.
        own_bytes: size of its unsettled records.
        partitions: number of assigned partitions.
        total_records: unsettled records of all partitions.
        total_bytes: size of the unsettled records of all partitions.
        own_ahead_bytes: size of what is read ahead of this partition: neither in flight nor waiting.
        ahead_bytes: the same of all partitions.
    """

    records: int = 0
    waiting: int = 0
    span: int = 0
    own_bytes: int = 0
    partitions: int = 1
    total_records: int = 0
    total_bytes: int = 0
    own_ahead_bytes: int = 0
    ahead_bytes: int = 0

    @property
    def counted(self) -> int:
        """The records that count: without parked ones while the total is below `FULL_AT_TOTAL`."""
        return self.records - (self.waiting if self.total_records < FULL_AT_TOTAL else 0)

    def fair_part_of(self, limit_bytes: int) -> int:
        """The bytes a partition may have in any case: its equal part of half of a limit."""
        return limit_bytes // 2 // max(1, self.partitions)


def is_full(load: Load, *, is_paused: bool) -> bool:
    """
    Whether a partition should be paused; `is_paused` is its present state at the consumer.

    The thresholds for pause and resume differ much, because aiokafka discards the prefetched records of a
    paused partition.
    """
    records, span = FULL_AT_RECORDS, MAX_SPAN
    if is_paused:
        records, span = RESUME_BELOW_RECORDS, RESUME_BELOW_SPAN
    is_heavy = _is_heavy(load, is_paused=is_paused) or _is_far_ahead(load, is_paused=is_paused)
    return load.counted >= records or load.span >= span or is_heavy


def _is_heavy(load: Load, *, is_paused: bool) -> bool:
    limit_bytes = RESUME_BELOW_BYTES if is_paused else FULL_AT_BYTES
    return load.total_bytes >= limit_bytes and load.own_bytes >= load.fair_part_of(FULL_AT_BYTES)


def _is_far_ahead(load: Load, *, is_paused: bool) -> bool:
    limit_bytes = AHEAD_BELOW_BYTES if is_paused else AHEAD_AT_BYTES
    return load.ahead_bytes >= limit_bytes and load.own_ahead_bytes >= load.fair_part_of(AHEAD_AT_BYTES)


def is_pressing(span: int) -> bool:
    """Whether a record parked for reasons of its own must be given up, because of its partition's span."""
    return span >= PRESSING_SPAN


class Pause(Enum):
    """Why a partition is paused, as a label of the metric."""

    UNSEEDED = "unseeded"
    RECORDS = "records"
    SPAN = "span"
    BYTES = "bytes"


def why(*, is_seeded: bool, records: int, span: int) -> Pause:
    """Why a paused partition is not resumed; bytes when no other reason applies."""
    if not is_seeded:
        return Pause.UNSEEDED
    if span >= RESUME_BELOW_SPAN:
        return Pause.SPAN
    return Pause.RECORDS if records >= RESUME_BELOW_RECORDS else Pause.BYTES

"""
When a partition has enough waiting records, and when it may have more.

A function of the present state, asked anew every turn: nothing remembers that it paused something, so no
rebalance can leave a partition paused for good (spring-projects/spring-kafka#2525).
"""

from __future__ import annotations

from enum import Enum

from consumer.engine.offset_map import MAX_SPAN

FULL_AT_RECORDS = 1_000
ROOM_BELOW_RECORDS = 250
FULL_AT_BYTES = 64 * 1024 * 1024
ROOM_BELOW_BYTES = 48 * 1024 * 1024
ROOM_BELOW_SPAN = MAX_SPAN - 1_024
PRESSING_SPAN = MAX_SPAN * 3 // 4


def is_full(*, records: int, span: int, total_bytes: int, is_paused: bool) -> bool:
    """
    Whether a partition should be paused.

    The two thresholds lie far apart because aiokafka throws away what it has prefetched for a paused
    partition.

    Args:
        records: unsettled records of this partition.
        span: offsets from its lowest open one to the next to come.
        total_bytes: size of the unsettled records of all partitions.
        is_paused: what the client says now.
    """
    if is_paused:
        return records >= ROOM_BELOW_RECORDS or span >= ROOM_BELOW_SPAN or total_bytes >= ROOM_BELOW_BYTES
    return records >= FULL_AT_RECORDS or span >= MAX_SPAN or total_bytes >= FULL_AT_BYTES


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
    if span >= ROOM_BELOW_SPAN:
        return Pause.SPAN
    return Pause.RECORDS if records >= ROOM_BELOW_RECORDS else Pause.BYTES

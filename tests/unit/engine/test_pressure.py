"""When to pause."""

from __future__ import annotations

import pytest

from consumer.engine import pressure
from consumer.engine.offset_map import MAX_SPAN
from consumer.engine.pressure import ROOM_BELOW_RECORDS, Pause, why

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("records", "span", "total_bytes", "is_paused", "expected"),
    [
        (999, 0, 0, False, False),
        (1_000, 0, 0, False, True),
        (0, 0, 64 * MIB - 1, False, False),
        (0, 0, 64 * MIB, False, True),
        (999, 0, 0, True, True),
        (250, 0, 0, True, True),
        (249, 0, 0, True, False),
        (0, 0, 48 * MIB, True, True),
        (0, 0, 48 * MIB - 1, True, False),
        (1, 16_383, 0, False, False),
        (1, 16_384, 0, False, True),
        (1, 15_360, 0, True, True),
        (1, 15_359, 0, True, False),
    ],
)
def test_a_partition_pauses_when_full_and_resumes_only_with_ample_room(
    records, span, total_bytes, is_paused, expected
):
    """Full at 1 000 records, 64 MiB or the whole offset map; room again below 250, 48 MiB and 15/16 of it."""
    found = pressure.is_full(records=records, span=span, total_bytes=total_bytes, is_paused=is_paused)

    assert found is expected


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"is_seeded": False, "records": 0, "span": 0}, Pause.UNSEEDED),
        ({"is_seeded": True, "records": 0, "span": MAX_SPAN}, Pause.SPAN),
        ({"is_seeded": True, "records": ROOM_BELOW_RECORDS, "span": 1}, Pause.RECORDS),
        ({"is_seeded": True, "records": 1, "span": 1}, Pause.BYTES),
    ],
)
def test_a_pause_has_the_reason_that_keeps_it(state, reason):
    """Bytes of all partitions together are what is left when nothing of its own keeps one paused."""
    assert why(**state) is reason

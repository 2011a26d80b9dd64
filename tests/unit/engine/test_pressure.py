"""When to pause."""

from __future__ import annotations

import pytest

from consumer.engine import pressure

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

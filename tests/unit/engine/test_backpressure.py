"""The limits at which a partition is paused and resumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.engine import backpressure
from consumer.engine.backpressure import RESUME_BELOW_RECORDS, Load, Pause, why
from consumer.engine.offset_map import MAX_SPAN

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
    load = Load(records=records, span=span, own_bytes=total_bytes, total_bytes=total_bytes)

    found = backpressure.is_full(load, is_paused=is_paused)

    assert found is expected


def test_what_waits_takes_nobodys_place_while_memory_is_ample():
    """A thousand payments that wait must not keep the next one from being fetched."""
    waiting = Load(records=5_000, waiting=4_500, total_records=19_999)

    assert not backpressure.is_full(waiting, is_paused=False)
    assert backpressure.is_full(replace(waiting, waiting=4_000), is_paused=False)
    assert backpressure.is_full(replace(waiting, total_records=20_000), is_paused=False)


def test_a_partition_with_little_is_fetched_however_much_the_others_hold():
    """Ten thousand large invoices that wait must not stop the payments; the shares are 32 MiB together."""
    light = Load(own_bytes=32 * MIB // 48 - 1, partitions=48, total_bytes=90 * MIB)

    assert not backpressure.is_full(light, is_paused=True)
    assert backpressure.is_full(replace(light, own_bytes=32 * MIB // 48), is_paused=True)


@pytest.mark.parametrize(
    ("ahead_bytes", "is_paused", "expected"),
    [
        (16 * MIB - 1, False, False),
        (16 * MIB, False, True),
        (13 * MIB, True, True),
        (13 * MIB - 1, True, False),
    ],
)
def test_only_some_seconds_of_work_are_read_ahead(ahead_bytes, is_paused, expected):
    """Long before memory is full: what no call can take soon is as well kept by Kafka."""
    load = Load(own_ahead_bytes=ahead_bytes, ahead_bytes=ahead_bytes)

    assert backpressure.is_full(load, is_paused=is_paused) is expected


def test_a_partition_that_is_little_ahead_is_fetched_however_far_the_others_are():
    """A new customer's event must not stand behind ten thousand invoices; the shares are 8 MiB together."""
    light = Load(own_ahead_bytes=8 * MIB // 48 - 1, partitions=48, ahead_bytes=30 * MIB)

    assert not backpressure.is_full(light, is_paused=True)
    assert backpressure.is_full(replace(light, own_ahead_bytes=8 * MIB // 48), is_paused=True)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"is_seeded": False, "records": 0, "span": 0}, Pause.UNSEEDED),
        ({"is_seeded": True, "records": 0, "span": MAX_SPAN}, Pause.SPAN),
        ({"is_seeded": True, "records": RESUME_BELOW_RECORDS, "span": 1}, Pause.RECORDS),
        ({"is_seeded": True, "records": 1, "span": 1}, Pause.BYTES),
    ],
)
def test_a_pause_has_the_reason_that_keeps_it(state, reason):
    """Bytes of all partitions together are what is left when nothing of its own keeps one paused."""
    assert why(**state) is reason

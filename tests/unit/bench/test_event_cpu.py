"""The benchmark of an event's CPU carries events to their end, and the same ones each time."""

import asyncio

from tests.bench import event_cpu

STEPS = {"place", "map", "encode", "judge", "publish"}


def test_two_runs_send_and_publish_the_same_bytes():
    """Without that the digests of two versions say nothing."""
    first, second = (asyncio.run(event_cpu.measured(number=8, a_call=4)) for _ in range(2))

    assert first["digest"] == second["digest"]
    assert first.keys() >= STEPS


def test_another_number_of_records_in_a_call_is_another_digest():
    """The digest covers what is sent."""
    one, four = (asyncio.run(event_cpu.measured(number=4, a_call=size)) for size in (1, 4))

    assert one["digest"] != four["digest"]

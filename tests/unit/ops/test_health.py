"""A probe fails only for a fault that a restart fixes."""

import pytest

from consumer.clock import FakeClock
from consumer.ops.health import Health


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def health(clock):
    return Health(clock)


def test_a_process_that_watches_nothing_lives_and_is_ready(health):
    assert health.liveness().is_good
    assert health.readiness().is_good


def test_a_part_that_stops_beating_is_named(health, clock):
    """The reason says which part and for how long."""
    health.watch("poll loop", limit_s=60)
    clock.advance(61)

    assert health.liveness().reasons == ("poll loop has not moved for 61 s",)


def test_a_beat_starts_the_time_anew(health, clock):
    health.watch("poll loop", limit_s=60)
    clock.advance(59)
    health.beat("poll loop")
    clock.advance(59)

    assert health.liveness().is_good


def test_a_part_that_has_ended_as_it_should_is_not_missed(health, clock):
    health.watch("poll loop", limit_s=60)
    health.unwatch("poll loop")
    clock.advance(600)

    assert health.liveness().is_good


def test_a_beat_of_a_part_nobody_watches_is_a_defect(health):
    with pytest.raises(KeyError):
        health.beat("unknown")


def test_the_process_is_ready_when_all_its_parts_are(health):
    """Until then the reasons name those that are not."""
    health.expect("netsuite-eu")
    health.expect("netsuite-us")
    health.ready("netsuite-eu")

    assert health.readiness().reasons == ("netsuite-us is not ready yet",)

    health.ready("netsuite-us")
    assert health.readiness().is_good


def test_a_draining_process_is_not_ready_and_lives(health):
    """It must be left alone while it finishes what is under way."""
    health.drain()

    assert health.readiness().reasons == ("draining",)
    assert health.liveness().is_good

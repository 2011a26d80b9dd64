"""Eight attempts over somewhat more than a day, spread at random."""

import pytest

from consumer.relay import schedule

PLANNED_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]


@pytest.mark.parametrize(("failures", "planned_s"), list(enumerate(PLANNED_S, start=1)))
def test_each_attempt_waits_its_time_give_or_take_a_fifth(failures, planned_s):
    """Svix's schedule, jittered."""
    shortest = schedule.delay_s(failures, None, lambda: 0.0)
    longest = schedule.delay_s(failures, None, lambda: 1.0)

    assert (shortest, longest) == (pytest.approx(planned_s * 0.8), pytest.approx(planned_s * 1.2))


def test_after_the_eighth_failure_there_is_no_attempt():
    """Then the webhook is given up."""
    assert schedule.delay_s(8, None, lambda: 0.5) is None


def test_an_endpoint_gets_the_time_it_asks_for():
    """When it is more than planned."""
    assert schedule.delay_s(1, 120.0, lambda: 0.5) == 120.0
    assert schedule.delay_s(2, 120.0, lambda: 0.5) == 300.0


def test_no_endpoint_gets_more_than_a_day():
    """A wrong header must not be the end of its webhooks."""
    assert schedule.delay_s(1, 10**9, lambda: 0.5) == 86_400.0


def test_a_failure_that_does_not_count_waits_like_the_first():
    """While the endpoint is left alone."""
    assert schedule.delay_s(0, None, lambda: 0.5) == 5.0

"""What a further record of a call costs, by the times of calls."""

from __future__ import annotations

import pytest

from consumer.limits.record_cost import LONGEST_SHARE, PRESUMED_CALLS, PRESUMED_SHARE, RecordCost


def noted(share: float, *, calls: int = 500, alone_s: float = 0.5) -> RecordCost:
    """After so many calls of one record, and as many of ten."""
    record_cost = RecordCost()
    for _ in range(calls):
        record_cost.note(1, alone_s)
        record_cost.note(10, alone_s * (1 + 9 * share))
    return record_cost


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0, 2.0])
def test_the_share_is_what_the_times_of_the_calls_say(share):
    """A call of ten that takes as long as one: a further record costs nothing."""
    assert noted(share).share == pytest.approx(share, abs=0.03)


def test_nothing_is_known_before_there_are_calls_of_both_kinds():
    """Calls of one record alone say nothing of a further one."""
    record_cost = RecordCost()
    for _ in range(100):
        record_cost.note(1, 0.5)

    assert record_cost.share == PRESUMED_SHARE
    record_cost.note(10, 0.5)
    assert record_cost.share == pytest.approx(PRESUMED_SHARE, abs=1 / PRESUMED_CALLS)


def test_one_call_that_hangs_changes_little():
    """Minutes until a time-out are not what a record costs."""
    record_cost = noted(0.5)
    record_cost.note(10, 300.0)

    assert record_cost.share == pytest.approx(0.5, abs=0.02)


def test_an_account_that_changes_is_measured_anew():
    """A workflow that runs at every save from today on."""
    record_cost = noted(0.05)
    for _ in range(1_500):
        record_cost.note(1, 1.0)
        record_cost.note(10, 10.0)

    assert record_cost.share == pytest.approx(1.0, abs=0.03)


def test_the_share_stays_within_its_bounds():
    """Calls of many that take no time, or that take longer than anything explains."""
    cheap, dear = RecordCost(), RecordCost()
    for _ in range(1_000):
        cheap.note(1, 1.0)
        cheap.note(25, 0.0)
        dear.note(1, 0.001)
        dear.note(2, 60.0)

    assert 0 <= cheap.share < 0.01
    assert LONGEST_SHARE - 0.1 < dear.share <= LONGEST_SHARE

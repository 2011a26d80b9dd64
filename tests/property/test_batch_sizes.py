"""The size of calls: within its bounds whatever the account takes, and the best one for what it takes."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from consumer.limits.batch_size import NO_GAIN_FROM_SHARE, BatchSize
from consumer.limits.failure_rate import LARGEST_BATCH
from consumer.limits.record_cost import LONGEST_SHARE, RecordCost

SIZES = st.integers(1, LARGEST_BATCH)
TIMES_S = st.floats(0, 1e6, allow_subnormal=False)
SHARES = st.floats(0.01, 1.5)
BACKLOGS = st.floats(1, 100_000)
OUTLIER_EVERY = 50


def settled(share: float, *, outlier: float = 1.0, calls: int = 600) -> BatchSize:
    """After calls of one and of ten records, a few of them longer by a factor."""
    batch_size = BatchSize()
    for number in range(calls):
        factor = outlier if number % OUTLIER_EVERY == OUTLIER_EVERY - 1 else 1.0
        batch_size.note(1, 0.5)
        batch_size.note(10, 0.5 * (1 + 9 * share) * factor)
    return batch_size


def mean_time(size: int, share: float, backlog_each: float) -> float:
    """The time after which a record of the backlog is done on average, in calls of one record."""
    return (1 + share * (size - 1)) * (backlog_each / size + 1) / 2


@given(calls=st.lists(st.tuples(SIZES, TIMES_S), max_size=60))
def test_any_times_leave_the_share_within_its_bounds(calls):
    """Also times of zero, and calls of a week."""
    record_cost = RecordCost()

    for records, took_s in calls:
        record_cost.note(records, took_s)

        assert 0 <= record_cost.share <= LONGEST_SHARE


@given(
    calls=st.lists(st.tuples(SIZES, TIMES_S, st.floats(0, 1_000), st.floats(1, 10), SIZES), max_size=60),
)
def test_any_call_has_at_least_one_record_and_no_more_than_it_may(calls):
    """And never more than the part of one permit."""
    batch_size = BatchSize()

    for records, took_s, ready_each, depth, largest in calls:
        size = batch_size.next_call(ready_each, backlog_each=ready_each * depth, largest=largest)
        batch_size.note(records, took_s)

        assert 1 <= size <= min(largest, max(1, math.ceil(ready_each)))
        assert batch_size.largest_short >= 1


@given(share=SHARES, backlog_each=BACKLOGS)
def test_no_other_size_would_be_much_better(share, backlog_each):
    """Of all sizes, where a further record is clearly cheaper than a lone one."""
    size = settled(share).best(backlog_each)
    largest = min(LARGEST_BATCH, math.ceil(backlog_each))
    times = {each: mean_time(each, share, backlog_each) for each in range(1, largest + 1)}
    bound = 1.15 if share < NO_GAIN_FROM_SHARE - 0.05 else 1 / NO_GAIN_FROM_SHARE + 0.05

    assert times[size] <= bound * min(times.values())


@given(share=SHARES, backlogs=st.tuples(BACKLOGS, BACKLOGS))
def test_a_longer_backlog_never_makes_calls_smaller(share, backlogs):
    """Nor does a dearer record make them larger."""
    batch_size = settled(share, calls=60)
    shorter, longer = sorted(backlogs)

    assert batch_size.best(shorter) <= batch_size.best(longer)
    assert settled(share + 0.2, calls=60).best(longer) <= batch_size.best(longer)


@given(share=st.floats(0.05, 1.0), outlier=st.floats(1, 1e6))
def test_a_call_in_fifty_that_hangs_makes_other_calls_a_little_smaller_and_never_larger(share, outlier):
    """However long it hangs."""
    clean, disturbed = settled(share), settled(share, outlier=outlier)

    assert disturbed.largest_short <= clean.largest_short
    assert disturbed.largest_short >= 0.75 * clean.largest_short - 1

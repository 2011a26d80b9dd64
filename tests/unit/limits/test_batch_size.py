"""How many records go into a call, by the backlog and by what a further record costs."""

from __future__ import annotations

from collections import Counter

import pytest

from consumer.limits.batch_size import LONG_TIMES, SAMPLE_SIZE, BatchSize
from consumer.limits.failure_rate import LARGEST_BATCH

MANY = 300.0


def measured(share: float, *, calls: int = 1_000) -> BatchSize:
    """Of an account whose calls of one record take half a second."""
    batch_size = BatchSize()
    for _ in range(calls):
        batch_size.note(1, 0.5)
        batch_size.note(10, 0.5 * (1 + 9 * share))
    return batch_size


def sizes(batch_size: BatchSize, each: float, *, calls: int = 320, largest: int = LARGEST_BATCH) -> list[int]:
    return [batch_size.next_call(each, backlog_each=each, largest=largest) for _ in range(calls)]


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_a_record_that_has_a_permit_goes_alone(share):
    """Whatever a further one would cost: it is done soonest alone."""
    assert set(sizes(measured(share), 1.0)) == {1}


def test_a_backlog_goes_in_the_largest_calls_where_a_further_record_is_cheap():
    """A twentieth of the time of the first one."""
    assert Counter(sizes(measured(0.05), MANY)).most_common(1)[0][0] == LARGEST_BATCH


def test_a_backlog_goes_one_by_one_where_each_record_takes_its_whole_time():
    """Larger calls would write no more in an hour, and each record would wait for the others of its call."""
    found = Counter(sizes(measured(1.0), MANY))

    assert found.keys() == {1, SAMPLE_SIZE}
    assert found[SAMPLE_SIZE] <= 320 / 32


def test_half_the_time_a_record_makes_calls_that_grow_with_the_backlog():
    """So that a short one is not kept waiting, and a long one gets through."""
    batch_size = measured(0.5)

    found = [batch_size.best(each) for each in (2, 10, 50, 200, 1_000)]

    assert found == sorted(found)
    assert found[0] == 1
    assert found[-1] == LARGEST_BATCH


def test_a_call_has_no_more_records_than_it_may():
    """A probe, or an account whose rejections are doubted."""
    assert max(sizes(measured(0.05), MANY, largest=3)) == 3
    assert set(sizes(measured(0.05), MANY, largest=1)) == {1}


def test_a_call_leaves_other_permits_their_part():
    """Three ready records a permit: no call takes more, though the lanes behind them are deep."""
    batch_size = measured(0.05)

    assert max(batch_size.next_call(2.5, backlog_each=MANY, largest=25) for _ in range(100)) == 3


def test_an_account_of_which_nothing_is_known_gets_one_record_a_call_and_a_few_samples():
    """A large call that is not worth it would hold its permit for as long as all its records take."""
    found = Counter(sizes(BatchSize(), MANY, calls=40))

    assert found == {1: 30, SAMPLE_SIZE: 10}


@pytest.mark.parametrize(("share", "size"), [(0.05, LARGEST_BATCH), (0.5, 10), (1.0, 1)])
def test_some_dozens_of_calls_show_which_size_is_worth_it(share, size):
    """Of an account whose times do not vary, by its calls of one and its samples alone."""
    batch_size = BatchSize()
    for _ in range(60):
        records = batch_size.next_call(MANY, backlog_each=MANY, largest=LARGEST_BATCH)
        batch_size.note(records, 0.5 * (1 + (records - 1) * share))

    assert batch_size.best(MANY) >= size
    assert share < 1 or batch_size.best(MANY) == size


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0, 4.0])
def test_the_largest_short_call_takes_no_more_than_a_few_times_as_long_as_one_record(share):
    """And one more record would make it long."""
    largest = measured(share, calls=5_000).largest_short

    assert 1 + share * (largest - 1) <= LONG_TIMES + 0.1
    assert 1 + share * largest > LONG_TIMES - 0.3


def test_calls_without_a_record_that_the_account_carried_out_say_nothing():
    """Refused, timed out, or ignored before they were sent."""
    batch_size = measured(0.5)
    before = batch_size.best(MANY)
    for _ in range(1_000):
        batch_size.note(0, 0.001)

    assert batch_size.best(MANY) == before


def test_what_becomes_cheap_is_found_out():
    """An account whose further records cost their whole time yesterday, and a tenth of it today."""
    batch_size = measured(1.0, calls=300)

    for _ in range(5_000):
        size = batch_size.next_call(MANY, backlog_each=MANY, largest=LARGEST_BATCH)
        batch_size.note(size, 0.5 * (1 + 0.1 * (size - 1)))

    assert Counter(sizes(batch_size, MANY)).most_common(1)[0][0] == LARGEST_BATCH

from itertools import pairwise

from consumer.limits.failure_rate import LARGEST_BATCH
from consumer.limits.start_delay import CHANGE_EVERY_S, IN_TIME_S, LATE_S, StartDelay


def noted(start_delay: StartDelay, late_s: float, *, times: int, now_s: float = 0.0) -> float:
    """Calls that were this late, each as long after the last as a change takes; gives the time then."""
    for _ in range(times):
        now_s += CHANGE_EVERY_S
        start_delay.note(late_s, now_s)
    return now_s


def test_calls_that_are_made_in_time_may_be_as_large_as_any():
    """The usual case: nothing is held back."""
    start_delay = StartDelay()

    noted(start_delay, IN_TIME_S / 2, times=50)

    assert start_delay.largest_batch == LARGEST_BATCH


def test_calls_shrink_while_they_are_late_and_never_below_one_record():
    """A process that cannot keep up still carries records."""
    start_delay = StartDelay()

    noted(start_delay, LATE_S * 10, times=100)

    assert start_delay.largest_batch == 1


def test_calls_grow_again_one_record_at_a_time():
    """What was too much a moment ago is not tried again at once."""
    start_delay = StartDelay()
    now_s = noted(start_delay, LATE_S * 10, times=100)
    now_s = noted(start_delay, 0.0, times=100, now_s=now_s)
    assert start_delay.largest_batch == LARGEST_BATCH

    shrunk = StartDelay()
    now_s = noted(shrunk, LATE_S * 10, times=100)
    sizes = []
    for _ in range(60):
        now_s = noted(shrunk, 0.0, times=1, now_s=now_s)
        sizes.append(shrunk.largest_batch)

    assert all(after - before in {0, 1} for before, after in pairwise(sizes))


def test_one_late_call_changes_nothing():
    """A pause of the machine is not a lack of it."""
    start_delay = StartDelay()
    now_s = noted(start_delay, 0.0, times=20)

    start_delay.note(LATE_S * 5, now_s + CHANGE_EVERY_S)

    assert start_delay.largest_batch == LARGEST_BATCH


def test_a_burst_of_late_calls_counts_once():
    """All calls that were taken in one turn wait for the same thing."""
    start_delay = StartDelay()

    for _ in range(50):
        start_delay.note(LATE_S * 10, 1.0)

    assert start_delay.largest_batch == int(LARGEST_BATCH * 0.75)

"""How many calls at once: lease, window, loan and breaker together."""

from __future__ import annotations

import pytest

from consumer.clock import FakeClock
from consumer.limits.circuit_breaker import Reason, State
from consumer.limits.permits import Gate, Passage
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Throttled,
    Unavailable,
    Waiting,
)

DONE = Delivered(written=())
LIMIT = Throttled(reason="limit")
REJECTED = Rejected(code="no", message="no")


class Scene:
    def __init__(self, *, cap: int = 10, lease: int | None = None) -> None:
        self.clock = FakeClock()
        self.gate = Gate(cap=cap, clock=self.clock, jitter=lambda: 0.5)
        if lease is not None:
            self.gate.lease(lease)

    def call(self, *outcomes: Outcome, under_way: int = 1) -> Passage:
        passage = self.gate.enter()
        self.clock.advance(0.1)
        self.gate.leave(passage, outcomes, under_way=under_way)
        return passage

    def borrow(self, *steps_s: float) -> None:
        """Want more than there is, again and again."""
        self.gate.has_room(self.gate.permits)
        for step_s in steps_s:
            self.clock.advance(step_s)
            self.gate.has_room(self.gate.permits)

    @property
    def state(self) -> State:
        return self.gate.reading().state


@pytest.mark.parametrize(("under_way", "expected"), [(0, True), (4, True), (5, False), (6, False)])
def test_a_gate_lets_in_as_many_as_it_has_permits(under_way, expected):
    """Five permits: a sixth call waits."""
    assert Scene(cap=5).gate.has_room(under_way) is expected


def test_a_worker_without_any_lease_may_make_one_call():
    """More workers than permits must not mean records that nobody carries."""
    assert Scene(lease=0).gate.permits == 1


def test_a_refusal_cuts_the_window_once_a_round_trip():
    """Calls that were under way when it was cut tell nothing new."""
    scene = Scene(lease=10)
    first, second = scene.gate.enter(), scene.gate.enter()
    scene.clock.advance(0.1)

    scene.gate.leave(first, [LIMIT], under_way=10)
    scene.gate.leave(second, [LIMIT], under_way=9)

    assert scene.gate.permits == 7
    scene.call(LIMIT)
    assert scene.gate.permits == 4


def test_a_window_grows_by_one_in_as_many_successes_while_it_is_in_use():
    """And not while it is not."""
    scene = Scene(lease=10)
    scene.call(LIMIT)

    for _ in range(8):
        scene.call(DONE, under_way=7)
    grown = scene.gate.permits
    for _ in range(80):
        scene.call(DONE, under_way=3)

    assert (grown, scene.gate.permits) == (8, 8)


def test_what_the_script_left_over_is_no_refusal_of_the_account():
    """A batch that was too long says nothing of the limit."""
    scene = Scene(lease=10)

    scene.call(DONE, Throttled(reason="skipped", by="script"))

    assert scene.gate.permits == 10


def test_a_busy_worker_borrows_one_and_then_doubles_up_to_the_cap():
    """Every three seconds that pass without a refusal."""
    scene = Scene(cap=10, lease=4)
    sizes = []
    for _ in range(5):
        scene.borrow()
        sizes.append(scene.gate.permits)
        scene.clock.advance(3)

    assert sizes == [5, 6, 8, 10, 10]


def test_a_refusal_while_borrowing_cuts_the_loan_and_never_the_lease():
    """The lease is ours; a small loan goes whole, and the next try waits, twice as long each time."""
    scene = Scene(cap=20, lease=4)
    scene.borrow(3, 3, 3)
    held = scene.gate.permits

    scene.call(LIMIT, under_way=12)
    after_one = scene.gate.permits
    scene.call(LIMIT, under_way=9)
    scene.call(LIMIT, under_way=7)
    after_three = scene.gate.permits

    assert (held, after_one, after_three) == (12, 9, 4)
    scene.borrow(19.8)
    assert scene.gate.permits == 4
    scene.borrow(0.3)
    assert scene.gate.permits == 5


def test_a_loan_in_use_is_not_given_back_though_nothing_more_is_wanted():
    """Long calls are no sign of idleness."""
    scene = Scene(cap=10, lease=4)
    scene.borrow(3)
    scene.clock.advance(11)

    scene.gate.has_room(5)

    assert scene.gate.permits >= 6


def test_a_loan_that_nobody_wants_is_given_back():
    """A later burst begins at the lease."""
    scene = Scene(cap=10, lease=4)
    scene.borrow(3)

    scene.clock.advance(11)
    scene.gate.has_room(0)

    assert scene.gate.permits == 4


def test_a_smaller_lease_takes_what_is_above_it():
    """Partitions went to somebody else."""
    scene = Scene(cap=10, lease=10)

    scene.gate.lease(3)

    assert scene.gate.permits == 3


@pytest.mark.parametrize("failure", [Unavailable(reason="503"), Ambiguous(reason="reset")])
def test_an_account_that_fails_half_of_ten_calls_is_left_alone(failure):
    """Zero permits, and a probe five seconds later."""
    scene = Scene()
    for _ in range(5):
        scene.call(DONE)
    for _ in range(4):
        scene.call(failure)
    before = scene.state
    scene.call(failure)

    assert (before, scene.state, scene.gate.permits) == (State.CLOSED, State.OPEN, 0)
    assert scene.gate.changes_at_s == pytest.approx(scene.clock.monotonic_s() + 5)
    assert not scene.gate.has_room(0)
    scene.clock.advance(5)
    assert scene.gate.has_room(0)


def test_calls_that_failed_more_than_a_minute_ago_do_not_count():
    """What is over is over."""
    scene = Scene()
    for _ in range(9):
        scene.call(Unavailable(reason="503"))
    scene.clock.advance(61)

    scene.call(Unavailable(reason="503"))

    assert scene.state is State.CLOSED


def test_one_probe_at_a_time_and_each_failed_one_waits_twice_as_long():
    """Five seconds, ten, twenty."""
    scene = Scene()
    scene.gate.shut()
    waits = []
    for _ in range(3):
        due_s = scene.gate.changes_at_s
        assert due_s is not None
        waits.append(round(due_s - scene.clock.monotonic_s()))
        scene.clock.advance(due_s - scene.clock.monotonic_s())
        probe = scene.gate.enter()
        assert (probe.is_probe, scene.gate.has_room(0), scene.state) == (True, False, State.HALF_OPEN)
        scene.gate.leave(probe, [AccountDown(reason="login")], under_way=1)

    assert waits == [5, 10, 20]


@pytest.mark.parametrize("answer", [DONE, AlreadyThere(written=()), Waiting(on="customer")])
def test_a_probe_that_is_answered_opens_the_gate(answer):
    """All permits are back at once."""
    scene = Scene(cap=10)
    scene.gate.shut()
    scene.clock.advance(5)

    scene.call(answer)

    assert (scene.state, scene.gate.permits) == (State.CLOSED, 10)


@pytest.mark.parametrize("outcomes", [(), (Ignored(rule="draft"),), (REJECTED,)])
def test_a_probe_that_never_reached_netsuite_tells_nothing(outcomes):
    """The next one follows soon."""
    scene = Scene()
    scene.gate.shut()
    scene.clock.advance(5)

    scene.call(*outcomes)

    assert scene.gate.permits == 0
    assert scene.gate.changes_at_s == pytest.approx(scene.clock.monotonic_s() + 1)


def test_twenty_five_rejections_in_a_row_are_a_storm():
    """A wrong setting must not make 40 000 error events; one probe a minute, until something is written."""
    scene = Scene()
    for _ in range(24):
        scene.call(REJECTED)
    before = scene.state
    scene.call(REJECTED)

    assert (before, scene.gate.reading().reason) == (State.CLOSED, Reason.REJECTION_STORM)
    for _ in range(2):
        scene.clock.advance(59)
        assert not scene.gate.has_room(0)
        scene.clock.advance(1)
        scene.call(REJECTED)
    scene.clock.advance(60)
    scene.call(DONE)
    assert scene.state is State.CLOSED


def test_a_fifth_of_two_hundred_rejected_is_a_storm():
    """Also when something is written in between."""
    scene = Scene()
    for place in range(199):
        scene.call(REJECTED if place % 5 == 0 else DONE)
    before = scene.state
    scene.call(REJECTED)

    assert (before, scene.state) == (State.CLOSED, State.OPEN)


def test_trust_in_large_calls_grows_with_success_and_ends_with_rejections():
    """A call of twenty-five that all end in error events cannot be called back."""
    scene = Scene()
    sizes = [scene.gate.largest_batch]
    for _ in range(30):
        scene.call(DONE)
    sizes.append(scene.gate.largest_batch)
    for _ in range(3):
        scene.call(REJECTED)
    sizes.append(scene.gate.largest_batch)

    assert sizes == [1, 25, 1]


def test_time_stands_still_for_records_while_the_account_is_left_alone():
    """Their budgets must not run out for what is not their fault."""
    scene = Scene()
    begun_s = scene.gate.open_time_s
    scene.clock.advance(10)
    scene.gate.shut()
    scene.clock.advance(3_600)
    scene.call(DONE)
    scene.clock.advance(10)

    assert scene.gate.open_time_s - begun_s == pytest.approx(20)

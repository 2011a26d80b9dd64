"""The number of concurrent calls: lease, window, borrowed permits and breaker together."""

from __future__ import annotations

import pytest

from consumer.clock import FakeClock
from consumer.limits.circuit_breaker import Reason, State
from consumer.limits.permits import Permit, PermitPool
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
        self.permit_pool = PermitPool(cap=cap, clock=self.clock, jitter=lambda: 0.5)
        if lease is not None:
            self.permit_pool.lease(lease)

    def call(self, *outcomes: Outcome, in_flight: int = 1) -> Permit:
        permit = self.permit_pool.enter()
        self.clock.advance(0.1)
        self.permit_pool.leave(permit, outcomes, in_flight=in_flight)
        return permit

    def borrow(self, *steps_s: float) -> None:
        """Want more than there is, again and again."""
        self.permit_pool.has_free_permit(self.permit_pool.permits)
        for step_s in steps_s:
            self.clock.advance(step_s)
            self.permit_pool.has_free_permit(self.permit_pool.permits)

    @property
    def state(self) -> State:
        return self.permit_pool.reading().state


@pytest.mark.parametrize(("in_flight", "expected"), [(0, True), (4, True), (5, False), (6, False)])
def test_a_gate_lets_in_as_many_as_it_has_permits(in_flight, expected):
    """Five permits: a sixth call waits."""
    assert Scene(cap=5).permit_pool.has_free_permit(in_flight) is expected


def test_a_worker_without_any_lease_may_make_one_call():
    """More workers than permits must not mean records that nobody carries."""
    assert Scene(lease=0).permit_pool.permits == 1


def test_a_refusal_cuts_the_window_once_a_round_trip():
    """Calls that were in flight at the cut do not cut it again."""
    scene = Scene(lease=10)
    first, second = scene.permit_pool.enter(), scene.permit_pool.enter()
    scene.clock.advance(0.1)

    scene.permit_pool.leave(first, [LIMIT], in_flight=10)
    scene.permit_pool.leave(second, [LIMIT], in_flight=9)

    assert scene.permit_pool.permits == 7
    scene.call(LIMIT)
    assert scene.permit_pool.permits == 4


def test_a_window_grows_by_one_in_as_many_successes_while_it_is_in_use():
    """And not while it is not."""
    scene = Scene(lease=10)
    scene.call(LIMIT)

    for _ in range(8):
        scene.call(DONE, in_flight=7)
    grown = scene.permit_pool.permits
    for _ in range(80):
        scene.call(DONE, in_flight=3)

    assert (grown, scene.permit_pool.permits) == (8, 8)


def test_what_the_script_left_over_is_no_refusal_of_the_account():
    """A batch that was too long says nothing of the limit."""
    scene = Scene(lease=10)

    scene.call(DONE, Throttled(reason="skipped", by="script"))

    assert scene.permit_pool.permits == 10


def test_a_busy_worker_borrows_one_and_then_doubles_up_to_the_cap():
    """Every three seconds that pass without a refusal."""
    scene = Scene(cap=10, lease=4)
    sizes = []
    for _ in range(5):
        scene.borrow()
        sizes.append(scene.permit_pool.permits)
        scene.clock.advance(3)

    assert sizes == [5, 6, 8, 10, 10]


def test_a_refusal_while_borrowing_cuts_the_loan_and_never_the_lease():
    """The lease is ours; a small loan goes whole, and the next try waits, twice as long each time."""
    scene = Scene(cap=20, lease=4)
    scene.borrow(3, 3, 3)
    held = scene.permit_pool.permits

    scene.call(LIMIT, in_flight=12)
    after_one = scene.permit_pool.permits
    scene.call(LIMIT, in_flight=9)
    scene.call(LIMIT, in_flight=7)
    after_three = scene.permit_pool.permits

    assert (held, after_one, after_three) == (12, 9, 4)
    scene.borrow(19.8)
    assert scene.permit_pool.permits == 4
    scene.borrow(0.3)
    assert scene.permit_pool.permits == 5


def test_a_loan_in_use_is_not_given_back_though_nothing_more_is_wanted():
    """Long calls are no sign of idleness."""
    scene = Scene(cap=10, lease=4)
    scene.borrow(3)
    scene.clock.advance(11)

    scene.permit_pool.has_free_permit(5)

    assert scene.permit_pool.permits >= 6


def test_a_loan_that_nobody_wants_is_given_back():
    """A later burst begins at the lease."""
    scene = Scene(cap=10, lease=4)
    scene.borrow(3)

    scene.clock.advance(11)
    scene.permit_pool.has_free_permit(0)

    assert scene.permit_pool.permits == 4


def test_a_smaller_lease_takes_what_is_above_it():
    """Partitions were assigned to another worker."""
    scene = Scene(cap=10, lease=10)

    scene.permit_pool.lease(3)

    assert scene.permit_pool.permits == 3


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

    assert (before, scene.state, scene.permit_pool.permits) == (State.CLOSED, State.OPEN, 0)
    assert scene.permit_pool.changes_at_s == pytest.approx(scene.clock.monotonic_s() + 5)
    assert not scene.permit_pool.has_free_permit(0)
    scene.clock.advance(5)
    assert scene.permit_pool.has_free_permit(0)


@pytest.mark.parametrize("answer", [AccountDown(reason="revoked"), Unavailable(reason="revoked")])
def test_what_was_answered_when_the_account_was_left_alone_is_kept(answer):
    """The log says it once, with what opened the breaker."""
    scene = Scene()
    for _ in range(10):
        scene.call(answer)

    assert (scene.state, scene.permit_pool.reading().because) == (State.OPEN, "revoked")


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
    scene.permit_pool.shut()
    waits = []
    for _ in range(3):
        due_s = scene.permit_pool.changes_at_s
        assert due_s is not None
        waits.append(round(due_s - scene.clock.monotonic_s()))
        scene.clock.advance(due_s - scene.clock.monotonic_s())
        probe = scene.permit_pool.enter()
        assert (probe.is_probe, scene.permit_pool.has_free_permit(0), scene.state) == (
            True,
            False,
            State.HALF_OPEN,
        )
        scene.permit_pool.leave(probe, [AccountDown(reason="login")], in_flight=1)

    assert waits == [5, 10, 20]


@pytest.mark.parametrize("answer", [DONE, AlreadyThere(written=()), Waiting(on="customer")])
def test_a_probe_that_is_answered_opens_the_gate(answer):
    """All permits are back at once."""
    scene = Scene(cap=10)
    scene.permit_pool.shut()
    scene.clock.advance(5)

    scene.call(answer)

    assert (scene.state, scene.permit_pool.permits) == (State.CLOSED, 10)


@pytest.mark.parametrize("outcomes", [(), (Ignored(rule="draft"),), (REJECTED,)])
def test_a_probe_that_never_reached_netsuite_tells_nothing(outcomes):
    """The next one follows soon."""
    scene = Scene()
    scene.permit_pool.shut()
    scene.clock.advance(5)

    scene.call(*outcomes)

    assert scene.permit_pool.permits == 0
    assert scene.permit_pool.changes_at_s == pytest.approx(scene.clock.monotonic_s() + 1)


def test_twenty_five_rejections_in_a_row_are_a_storm():
    """A wrong setting must not make 40 000 error events; one probe a minute, until something is written."""
    scene = Scene()
    for _ in range(24):
        scene.call(REJECTED)
    before = scene.state
    scene.call(REJECTED)

    assert (before, scene.permit_pool.reading().reason) == (State.CLOSED, Reason.REJECTION_STORM)
    for _ in range(2):
        scene.clock.advance(59)
        assert not scene.permit_pool.has_free_permit(0)
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
    sizes = [scene.permit_pool.largest_batch]
    for _ in range(30):
        scene.call(DONE)
    sizes.append(scene.permit_pool.largest_batch)
    for _ in range(3):
        scene.call(REJECTED)
    sizes.append(scene.permit_pool.largest_batch)

    assert sizes == [1, 25, 1]


def test_time_stands_still_for_records_while_the_account_is_left_alone():
    """Their budgets must not run out for what is not their fault."""
    scene = Scene()
    begun_s = scene.permit_pool.open_time_s
    scene.clock.advance(10)
    scene.permit_pool.shut()
    scene.clock.advance(3_600)
    scene.call(DONE)
    scene.clock.advance(10)

    assert scene.permit_pool.open_time_s - begun_s == pytest.approx(20)

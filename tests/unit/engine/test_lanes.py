"""The order in which lanes run."""

from __future__ import annotations

from dataclasses import replace

from consumer.engine.attempt import Attempt
from consumer.engine.lanes import Lanes
from consumer.engine.retry_state import RetryState
from tests.unit.engine.records import record


def attempt(value: str, *, epoch: int = 1) -> Attempt:
    """``lane:offset``."""
    lane, _, offset = value.partition(":")
    return Attempt(record=record(int(offset), lane=lane), epoch=epoch)


def one(lanes: Lanes) -> Attempt | None:
    return next(iter(lanes.take(1, retries=False)), None)


def names(*attempts: Attempt | None) -> list[str]:
    return [f"{each.record.lane}:{each.record.source.offset}" for each in attempts if each]


def lanes_of(*values: str) -> Lanes:
    lanes = Lanes()
    for value in values:
        lanes.add(attempt(value))
    return lanes


def test_lanes_take_turns_and_one_lane_runs_one_record():
    """The second of a lane does not start beside the first."""
    lanes = lanes_of("a:0", "a:1", "b:2")

    assert names(one(lanes), one(lanes), one(lanes)) == ["a:0", "b:2"]


def test_a_finished_lane_queues_behind_those_that_wait():
    """A busy lane does not starve the others."""
    lanes = lanes_of("a:0", "a:1", "b:2", "c:3")
    first = one(lanes)
    assert first is not None

    lanes.finish(first)

    assert names(one(lanes), one(lanes), one(lanes)) == ["b:2", "c:3", "a:1"]


def test_a_parked_lane_waits_with_all_that_is_behind_it():
    """The failing record keeps its position; its lane does not run until it is due."""
    lanes = lanes_of("a:0", "a:1")
    failing = one(lanes)
    assert failing is not None

    lanes.park(failing, due_s=10)
    lanes.wake(9.9)
    early = one(lanes)
    lanes.wake(10)

    assert early is None
    assert names(one(lanes)) == ["a:0"]


def test_the_earliest_due_comes_first():
    """One heap contains the next due time."""
    lanes = lanes_of("a:0", "b:1")
    a, b = one(lanes), one(lanes)
    assert a is not None
    assert b is not None

    lanes.park(a, due_s=20)
    lanes.park(b, due_s=10)

    assert lanes.next_due_s == 10


def test_forgetting_drops_what_waits_and_parks_but_not_what_runs():
    """A call under way keeps its lane, so its record cannot start a second time beside it."""
    lanes = lanes_of("a:0", "b:1", "b:2", "c:3")
    a, b = one(lanes), one(lanes)
    assert a is not None
    assert b is not None
    lanes.park(b, due_s=10)

    lanes.forget(lambda _: True)
    lanes.add(attempt("a:0", epoch=2))

    assert (lanes.running, lanes.parked, lanes.queued) == (1, 0, 1)
    assert lanes.next_due_s is None
    assert one(lanes) is None
    lanes.finish(a)
    assert names(one(lanes)) == ["a:0"]


def test_forgetting_a_parked_head_lets_the_rest_of_its_lane_run():
    """What is left of a lane does not wait for a record that is no longer there."""
    lanes = lanes_of("a:0")
    head = one(lanes)
    assert head is not None
    lanes.add(attempt("a:1", epoch=2))
    lanes.park(head, due_s=10)

    lanes.forget(lambda waiting: waiting.epoch == 1)

    assert names(one(lanes)) == ["a:1"]


def test_several_lanes_go_together_one_record_of_each():
    """Order within a lane is untouched by how many lanes a call carries."""
    lanes = lanes_of("a:0", "a:1", "b:2", "c:3")

    assert names(*lanes.take(2, retries=False)) == ["a:0", "b:2"]
    assert names(*lanes.take(25, retries=False)) == ["c:3"]


def test_nobody_travels_in_larger_company_than_it_may():
    """A record that may have broken a call goes with few, also when it is not the first taken."""
    lanes = lanes_of("a:0", "b:1")
    lanes.add(replace(attempt("c:2"), retry_state=RetryState(company=1)))

    assert names(*lanes.take(25, retries=False)) == ["a:0", "b:1"]
    assert names(*lanes.take(25, retries=False)) == ["c:2"]


def test_lanes_that_retry_wait_apart_from_fresh_ones():
    """So that they can be kept from taking all permits."""
    lanes = lanes_of("a:0", "b:1")
    failing = one(lanes)
    assert failing is not None
    lanes.park(replace(failing, retry_state=RetryState(attempts=1)), due_s=10)
    lanes.wake(10)

    assert (lanes.ready(retries=False), lanes.ready(retries=True)) == (1, 1)
    assert names(*lanes.take(25, retries=True)) == ["a:0"]

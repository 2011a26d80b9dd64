"""Lanes under any sequence of arrivals, successes and failures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.engine.attempt import Attempt
from consumer.engine.lanes import Lanes
from consumer.record import LaneKey, Record, Source

PERMITS = 3
LATER_S = 10.0
steps = st.lists(
    st.one_of(st.sampled_from("abcd"), st.sampled_from(["succeed", "fail", "later"])), min_size=5, max_size=80
)


def attempt(offset: int, lane: str) -> Attempt:
    source = Source(topic="t", partition=0, offset=offset)
    return Attempt(
        record=Record(source=source, timestamp_ms=0, key=None, value=b"", lane=LaneKey(lane)), epoch=1
    )


class Bench:
    """Starts whatever may start after every step and keeps book of it."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.in_flight: list[Attempt] = []
        self.ended: list[Attempt] = []
        self.now_s = 0.0
        self.added = 0

    def step(self, what: str) -> None:
        match what:
            case "succeed" if self.in_flight:
                over = self.in_flight.pop(0)
                self.ended.append(over)
                self.lanes.finish(over)
            case "fail" if self.in_flight:
                self.lanes.park(self.in_flight.pop(0), due_s=self.now_s + LATER_S)
            case "later":
                self.now_s += LATER_S
            case "a" | "b" | "c" | "d":
                self.lanes.add(attempt(self.added, what))
                self.added += 1
            case _:
                pass
        self.lanes.wake(self.now_s)
        while len(self.in_flight) < PERMITS and (started := self.lanes.take(1, retries=False)):
            self.in_flight += started


@given(steps=steps)
def test_invariant_5_a_lane_runs_one_at_a_time_and_ends_in_order_and_nothing_is_left_behind(steps):
    """Whatever fails and whenever: per lane the order is kept, and in the end all of it has run."""
    bench = Bench()

    for what in steps:
        bench.step(what)
        running = [each.record.lane for each in bench.in_flight]
        assert len(set(running)) == len(running) == bench.lanes.running
        assert bench.lanes.queued + bench.lanes.running + len(bench.ended) == bench.added
    while bench.lanes.running or bench.lanes.queued:
        bench.step("later")
        bench.step("succeed")

    for lane in "abcd":
        ended = [each.record.source.offset for each in bench.ended if each.record.lane == lane]
        assert ended == sorted(ended)
    assert len(bench.ended) == bench.added


@given(steps=steps)
def test_invariant_8_a_parked_lane_runs_as_soon_as_it_is_due_and_a_permit_is_free(steps):
    """No lane starves: with a free permit nothing that is due is left waiting."""
    bench = Bench()

    for what in steps:
        bench.step(what)

        due_s = bench.lanes.next_due_s
        assert len(bench.in_flight) == PERMITS or bench.lanes.ready(retries=False) == 0
        assert due_s is None or due_s > bench.now_s

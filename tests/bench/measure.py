"""
The arithmetic: from the stub's journal and what was produced to the figures of a report.

Pure; every figure follows from calls, events and a window, never from what a worker says of itself.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from tests.bench.call_log import DROPPED, FINAL, LIMIT_EXCEEDED, OK, WRITTEN, Call, EventId
from tests.bench.events import Produced

RECOVERED_AT = 0.95
RECOVERY_MEAN_S = 2.0
LOOK_EVERY_S = 0.1

Events = Mapping[EventId, Produced]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, in seconds since the epoch."""

    begin: float
    end: float

    @property
    def length_s(self) -> float:
        return self.end - self.begin

    def __contains__(self, moment: float) -> bool:
        return self.begin <= moment < self.end

    def overlap_s(self, begin: float, end: float) -> float:
        """How much of a stretch lies inside."""
        return max(0.0, min(self.end, end) - max(self.begin, begin))

    def without(self, other: Window) -> list[Window]:
        """What remains when another stretch is cut out."""
        parts = [
            Window(self.begin, min(self.end, other.begin)),
            Window(max(self.begin, other.end), self.end),
        ]
        return [part for part in parts if part.length_s > 0]


def settled_at(calls: Iterable[Call]) -> dict[EventId, float]:
    """When each event had its first final answer, or was carried out for the first time."""
    found: dict[EventId, float] = {}
    for call in sorted(calls, key=lambda call: call.t_out):
        for item in call.items:
            if item.status in FINAL:
                found.setdefault(item.event, call.t_out)
    return found


def useful(calls: Sequence[Call]) -> list[Call]:
    """The calls that settled at least one event which no earlier call had settled."""
    first = settled_at(calls)
    return [
        call
        for call in calls
        if any(item.status in FINAL and first[item.event] == call.t_out for item in call.items)
    ]


def utilisation(calls: Sequence[Call], cap: int, windows: Sequence[Window]) -> float:
    """Service time of useful calls inside of the windows, as a share of what the cap would have allowed."""
    served_s = sum(window.overlap_s(call.t_in, call.t_out) for call in useful(calls) for window in windows)
    return served_s / (cap * sum(window.length_s for window in windows))


def over_time(calls: Sequence[Call], cap: int, window: Window, step_s: float = 1.0) -> list[float]:
    """The utilisation of each step of a window."""
    steps = np.arange(window.begin, window.end, step_s)
    used_s = np.zeros(len(steps))
    for call in useful(calls):
        # Only the steps that the call touches: there may be hundreds of thousands of calls.
        first = max(0, int((call.t_in - window.begin) // step_s))
        last = min(len(steps), int((call.t_out - window.begin) // step_s) + 1)
        for index in range(first, last):
            used_s[index] += Window(steps[index], steps[index] + step_s).overlap_s(call.t_in, call.t_out)
    return [float(each) for each in used_s / (cap * step_s)]


def added_latencies_s(calls: Sequence[Call], events: Events, cap: int, window: Window) -> list[float]:
    """
    The seconds until an event is sent although nothing blocks it.

    An event may go once its record is on the topic, the event before it in its lane has had its answer, and a
    permit is free: the one that has been free for longest. Repeats are left out; their waiting is meant.
    """
    free_since = [window.begin] * cap
    in_flight: list[float] = []
    lane_free: dict[str, float] = {}
    tried: set[EventId] = set()
    found = []
    for call in (each for each in calls if each.held_permit):
        while in_flight and in_flight[0] <= call.t_in:
            heapq.heappush(free_since, heapq.heappop(in_flight))
        permit_free = heapq.heappop(free_since) if free_since else call.t_in
        heapq.heappush(in_flight, call.t_out)
        for event in (events[item.event] for item in call.items if item.event in events):
            if event.event not in tried and call.t_in in window:
                found.append(call.t_in - max(event.at_s, permit_free, lane_free.get(event.lane, 0.0)))
            tried.add(event.event)
            lane_free[event.lane] = max(lane_free.get(event.lane, 0.0), call.t_out)
    return [max(0.0, each) for each in found]


def percentile_ms(seconds: Sequence[float], percent: float) -> float | None:
    """A percentile in milliseconds; None of nothing."""
    return float(np.percentile(seconds, percent)) * 1_000 if seconds else None


def growth(values: Sequence[float]) -> float | None:
    """How much the median of the last tenth exceeds that of the third; None of less than ten values."""
    tenth = len(values) // 10
    return median(values[-tenth:]) - median(values[2 * tenth : 3 * tenth]) if tenth else None


def lost(
    events: Events, calls: Sequence[Call], committed: Mapping[int, int], reported: set[tuple[int, int]]
) -> int:
    """Events that the group will never see again and that are neither written nor reported."""
    written = {item.event for call in calls for item in call.items if item.status in WRITTEN}
    return sum(
        event.offset < committed.get(event.partition, 0)
        and event.event not in written
        and (event.partition, event.offset) not in reported
        for event in events.values()
    )


def duplicates(calls: Sequence[Call]) -> int:
    """Documents that the books hold for a Lago object which had one already."""
    created = Counter(item.lago_id for call in calls for item in call.items if item.status == "created")
    return sum(count - 1 for count in created.values())


def repeats(calls: Sequence[Call]) -> int:
    """Items carried out again after an answer had said that they were: harmless, but work for nothing."""
    answered: set[EventId] = set()
    count = 0
    for call in sorted(calls, key=lambda call: call.t_out):
        final = {item.event for item in call.items if item.status in FINAL}
        count += len(final & answered)
        if call.status == OK:
            answered |= final
    return count


def order_violations(calls: Sequence[Call], events: Events) -> int:
    """
    Starts of an event before an earlier one of its lane was settled, and calls of one lane side by side.

    A call whose caller hung up, as a killed worker does, counts as over from then on.
    """
    return _overtakings(calls, events) + _overlaps(calls, events)


def _overtakings(calls: Sequence[Call], events: Events) -> int:
    settled = settled_at(calls)
    started: dict[EventId, float] = {}
    for call in calls:
        for item in call.items:
            if call.held_permit:
                started.setdefault(item.event, call.t_in)
    return sum(
        started[after.event] < settled.get(before.event, float("inf"))
        for lane in _lanes(events)
        for before, after in pairwise(lane)
        if before.event in started and after.event in started
    )


def _overlaps(calls: Sequence[Call], events: Events) -> int:
    over: dict[str, float] = {}
    count = 0
    for call in (each for each in calls if each.held_permit):
        for lane in {events[item.event].lane for item in call.items if item.event in events}:
            count += call.t_in < over.get(lane, 0.0)
            over[lane] = max(over.get(lane, 0.0), call.ended_for_caller_at)
    return count


def _lanes(events: Events) -> Iterable[list[Produced]]:
    lanes: dict[str, list[Produced]] = defaultdict(list)
    for event in events.values():
        lanes[event.lane].append(event)
    return (sorted(lane, key=lambda event: event.offset) for lane in lanes.values())


def refused(calls: Sequence[Call]) -> int:
    """Calls that were refused at the concurrency limit."""
    return sum(call.status == LIMIT_EXCEEDED for call in calls)


def unanswered(calls: Sequence[Call]) -> int:
    """Executed calls whose connection was dropped by plan."""
    return sum(call.status == DROPPED for call in calls)


def settled_in(calls: Sequence[Call], windows: Sequence[Window]) -> int:
    """How many events were settled inside of the windows."""
    return sum(any(at in window for window in windows) for at in settled_at(calls).values())


def recovery_s(calls: Sequence[Call], cap: int, since: float, until: float) -> float | None:
    """
    How long after a fault the permits are in use again: 95 % of them over the two seconds that follow.

    None when that does not happen before `until`.
    """
    steps = np.arange(since, until - RECOVERY_MEAN_S, LOOK_EVERY_S)
    used = [call for call in useful(calls) if call.t_out > since and call.t_in < until]
    for begin in steps:
        window = Window(float(begin), float(begin) + RECOVERY_MEAN_S)
        busy_s = sum(window.overlap_s(call.t_in, call.t_out) for call in used)
        if busy_s >= RECOVERED_AT * cap * RECOVERY_MEAN_S:
            return float(begin) - since
    return None

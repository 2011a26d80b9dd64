"""Lanes: records of one lane are delivered one at a time and in order, lanes in parallel."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from consumer.engine.attempt import Attempt
from consumer.engine.dependencies import Dependencies
from consumer.engine.ready import Ready
from consumer.engine.retry_state import RetryState
from consumer.record import LaneKey, Record


class Lanes:
    """
    Queues by lane.

    A lane with records is in exactly one of five states: ready with a fresh head, ready to retry, running,
    parked, or blocked by a dependency. The state is the collection that contains its key, so that no flag can
    contradict it.
    """

    def __init__(self) -> None:
        self._queues: dict[LaneKey, list[Attempt]] = {}
        self._ready: dict[bool, Ready] = {False: Ready(), True: Ready()}
        self._dependencies = Dependencies()
        self._running: dict[LaneKey, Attempt] = {}
        self._parked: dict[LaneKey, int] = {}
        self._due: list[tuple[float, int, LaneKey]] = []
        self._parked_ever = 0

    @property
    def running(self) -> int:
        """The number of lanes with an attempt in flight."""
        return len(self._running)

    @property
    def parked(self) -> int:
        """The number of parked and blocked lanes."""
        return len(self._parked) + self._dependencies.blocked

    @property
    def queued(self) -> int:
        """The number of records that are not in flight, including those of parked lanes."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def next_due_s(self) -> float | None:
        """When the next parked lane is due, on the monotonic clock; None when none is parked."""
        self._drop_void_dues()
        return self._due[0][0] if self._due else None

    def ready(self, *, retries: bool) -> int:
        """The number of ready lanes whose head is a retry, or is not."""
        return len(self._ready[retries])

    def next_up(self, count: int) -> list[Record]:
        """The fresh records that `take` would return next, unless the state changes."""
        return [self._queues[lane][0].record for lane in self._ready[False].next_up(count)]

    def heads(self) -> Iterator[Attempt]:
        """The first attempt of each parked or blocked lane."""
        return (self._queues[lane][0] for lane in chain(self._parked, self._dependencies.lanes()))

    def in_flight(self) -> Iterator[Attempt]:
        """What runs."""
        return iter(self._running.values())

    def add(self, attempt: Attempt) -> None:
        """Append to the lane of the record."""
        lane = attempt.record.lane
        self._queues.setdefault(lane, []).append(attempt)
        self._make_ready(lane)

    def set_aside(self, now_s: float) -> None:
        """Block the next lanes that have an unmet dependency, until one without is next."""
        for ready in self._ready.values():
            for rank in ready.ranks():
                self._first(ready, rank, now_s)

    def next_in_turn(self, *, retries: bool) -> int:
        """The number of ready lanes of the rank that is next."""
        ready = self._ready[retries]
        return next((ready.of(rank) for rank in ready.ranks()), 0)

    def take(self, count: int, *, retries: bool, now_s: float = 0.0) -> list[Attempt]:
        """
        The heads of at most `count` lanes of one rank, those that have been ready longest, for one call.

        Args:
            count: how many at most.
            retries: whether to take retries or fresh records.
            now_s: the beginning of the wait of lanes that are found blocked.
        """
        ready = self._ready[retries]
        for rank in ready.ranks():
            if taken := self._take_of(ready, rank, count, now_s):
                ready.served(rank)
                return taken
        return []

    def take_parked(self, attempt: Attempt) -> None:
        """Take a parked or blocked attempt before it is due."""
        lane = attempt.record.lane
        self._parked.pop(lane, None)
        self._dependencies.unblock(lane)
        self._start(lane)

    def finish(self, attempt: Attempt) -> None:
        """End an attempt: its lane continues, and so do lanes that waited for it or for its missing key."""
        lane = attempt.record.lane
        del self._running[lane]
        self._make_ready(lane)
        if (key := self._dependencies.asked_for(lane)) is not None:
            self._release(key)
        if lane not in self._queues:
            self._release(lane)

    def park(self, attempt: Attempt, *, due_s: float, missing: LaneKey | None = None) -> None:
        """
        Put the attempt back to the head of its lane, which waits until `due_s`.

        Args:
            attempt: with its new retry state.
            due_s: when it is due, on the monotonic clock; not used when another lane is the asker.
            missing: the lane whose record ends the wait.
        """
        lane, rank = attempt.record.lane, attempt.record.rank
        del self._running[lane]
        self._queues.setdefault(lane, []).insert(0, attempt)
        asked = self._dependencies.asked_for(lane)
        if missing is not None and asked not in {None, missing}:
            self._release(asked)
        if missing is None or self._dependencies.asks(lane, rank, missing):
            self._wait(lane, due_s)
        else:
            self._block(lane, missing, attempt.retry_state)

    def written(self, record: Record) -> None:
        """Release the lanes that wait for a written record or for one of its dependencies."""
        kind = self._dependencies.written(record.lane)
        for key in (record.lane, *record.needs, *record.refers_to, kind):
            self._release(key)

    def add_parked(self, attempt: Attempt, *, due_s: float) -> None:
        """Queue behind what the lane already holds; when that is nothing, the lane waits until `due_s`."""
        lane = attempt.record.lane
        is_alone = lane not in self._queues and lane not in self._running
        self._queues.setdefault(lane, []).append(attempt)
        if is_alone:
            self._wait(lane, due_s)
        else:
            self._make_ready(lane)

    def wake(self, now_s: float) -> None:
        """Make the due lanes ready."""
        while (due_s := self.next_due_s) is not None and due_s <= now_s:
            lane = heapq.heappop(self._due)[2]
            del self._parked[lane]
            self._make_ready(lane)

    def forget(self, is_forgotten: Callable[[Attempt], bool]) -> None:
        """
        Drop waiting records; a record in flight keeps its lane until its end.

        So a record that is assigned to this worker again waits behind its call that is still in flight.
        """
        for lane in list(self._queues):
            queue = self._queues[lane]
            head = queue[0] if queue else None
            kept = [attempt for attempt in queue if not is_forgotten(attempt)]
            self._queues[lane] = kept
            if not kept or kept[0] is not head:
                self._parked.pop(lane, None)
                self._unready(lane)
                self._forget_dependencies(lane)
            self._make_ready(lane)
        for key in self._dependencies.without_reason(self._rank_of_held):
            self._release(key)

    def _forget_dependencies(self, lane: LaneKey) -> None:
        self._dependencies.unblock(lane)
        if (key := self._dependencies.asked_for(lane)) is not None:
            self._release(key)

    def _release(self, key: LaneKey | None) -> None:
        for lane in self._dependencies.answered(key) if key is not None else ():
            self._parked.pop(lane, None)
            self._make_ready(lane)

    def _rank_of_held(self, lane: LaneKey) -> int | None:
        head = self._running.get(lane) or next(iter(self._queues.get(lane, ())), None)
        return head.record.rank if head else None

    def _first(self, ready: Ready, rank: int, now_s: float) -> LaneKey | None:
        """The first lane of a rank without an unmet dependency; blocks the lanes before it."""
        while (lane := ready.first(rank)) is not None:
            head = self._queues[lane][0]
            blocker = self._dependencies.blocker(head.record, self._rank_of_held)
            if blocker is None:
                return lane
            ready.discard(lane)
            retry_state = head.retry_state.until(now_s).parked(blocker.cause, now_s)
            self._block(lane, blocker.key, retry_state)
        return None

    def _take_of(self, ready: Ready, rank: int, count: int, now_s: float) -> list[Attempt]:
        taken: list[Attempt] = []
        while len(taken) < count and (lane := self._first(ready, rank, now_s)) is not None:
            count = min(count, self._queues[lane][0].retry_state.company)
            if len(taken) >= count:
                break
            ready.discard(lane)
            taken.append(self._start(lane))
        return taken

    def _start(self, lane: LaneKey) -> Attempt:
        attempt = self._running[lane] = self._queues[lane].pop(0)
        return attempt

    def _block(self, lane: LaneKey, key: LaneKey, retry_state: RetryState) -> None:
        self._queues[lane][0] = replace(self._queues[lane][0], retry_state=retry_state.awaiting(key))
        self._dependencies.block(lane, key)

    def _wait(self, lane: LaneKey, due_s: float) -> None:
        head = self._queues[lane][0]
        self._queues[lane][0] = replace(head, retry_state=head.retry_state.due_at(due_s))
        self._parked_ever += 1
        self._parked[lane] = self._parked_ever
        heapq.heappush(self._due, (due_s, self._parked_ever, lane))

    def _make_ready(self, lane: LaneKey) -> None:
        queue = self._queues.get(lane)
        if not queue:
            self._queues.pop(lane, None)
            self._unready(lane)
        elif not (lane in self._running or lane in self._parked or self._dependencies.is_blocked(lane)):
            self._ready[queue[0].retry_state.is_retry].add(lane, queue[0].record.rank)

    def _unready(self, lane: LaneKey) -> None:
        for ready in self._ready.values():
            ready.discard(lane)

    def _drop_void_dues(self) -> None:
        while self._due and self._parked.get(self._due[0][2]) != self._due[0][1]:
            heapq.heappop(self._due)

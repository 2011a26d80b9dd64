"""Who runs next: records of one lane one at a time and in order, lanes side by side, waiting ones aside."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from consumer.engine.attempt import Attempt
from consumer.engine.dependencies import Dependencies
from consumer.engine.ready import Ready
from consumer.record import LaneKey, Record


class Lanes:
    """
    Queues by lane.

    A lane with records is in exactly one of five states: ready with a fresh head, ready to retry, running,
    parked, or blocked by what it depends on. The state is where its key lies, so no flag can disagree with
    it.
    """

    def __init__(self) -> None:
        self._queues: dict[LaneKey, deque[Attempt]] = {}
        self._ready: dict[bool, Ready] = {False: Ready(), True: Ready()}
        self._dependencies = Dependencies()
        self._running: dict[LaneKey, Attempt] = {}
        self._parked: dict[LaneKey, int] = {}
        self._due: list[tuple[float, int, LaneKey]] = []
        self._parked_ever = 0

    @property
    def running(self) -> int:
        """Lanes with an attempt under way."""
        return len(self._running)

    @property
    def parked(self) -> int:
        """Lanes that wait, for their time or for what they depend on."""
        return len(self._parked) + self._dependencies.blocked

    @property
    def queued(self) -> int:
        """Records that are not under way, those of parked lanes included."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def next_due_s(self) -> float | None:
        """When the next parked lane may run, on the monotonic clock; None when nothing is parked."""
        self._drop_void_dues()
        return self._due[0][0] if self._due else None

    def ready(self, *, retries: bool) -> int:
        """Lanes that could run now, by whether their head has failed before."""
        return len(self._ready[retries])

    def next_up(self, count: int) -> list[Record]:
        """What is taken next of what has not failed before, as it lies now; taking it gives the same."""
        return [self._queues[lane][0].record for lane in self._ready[False].next_up(count)]

    def heads(self) -> Iterator[Attempt]:
        """What each parked or blocked lane waits with."""
        return (self._queues[lane][0] for lane in chain(self._parked, self._dependencies.lanes()))

    def in_flight(self) -> Iterator[Attempt]:
        """What runs."""
        return iter(self._running.values())

    def add(self, attempt: Attempt) -> None:
        """Queue behind what the lane already holds."""
        lane = attempt.record.lane
        self._queues.setdefault(lane, deque()).append(attempt)
        self._make_ready(lane)

    def set_aside(self, now_s: float) -> None:
        """Block what would go next and depends on something that is not there, until something else would."""
        for ready in self._ready.values():
            for rank in ready.ranks():
                self._first(ready, rank, now_s)

    def next_in_turn(self, *, retries: bool) -> int:
        """How many lanes could run of the rank whose turn it is."""
        ready = self._ready[retries]
        return next((ready.of(rank) for rank in ready.ranks()), 0)

    def take(self, count: int, *, retries: bool, now_s: float = 0.0) -> list[Attempt]:
        """
        The heads of at most `count` lanes of one rank that have been ready longest, as many as go together.

        Args:
            count: how many at most.
            retries: whether those that have failed before, or the others.
            now_s: when those that turn out to be blocked begin to wait.
        """
        ready = self._ready[retries]
        for rank in ready.ranks():
            if taken := self._take_of(ready, rank, count, now_s):
                ready.served(rank)
                return taken
        return []

    def take_parked(self, attempt: Attempt) -> None:
        """Run a parked or blocked attempt before its time."""
        lane = attempt.record.lane
        self._parked.pop(lane, None)
        self._dependencies.unblock(lane)
        self._start(lane)

    def finish(self, attempt: Attempt) -> None:
        """The attempt is over for good; its lane goes on, and so does who waited for what it asked for."""
        lane = attempt.record.lane
        del self._running[lane]
        self._make_ready(lane)
        if (key := self._dependencies.asked_for(lane)) is not None:
            self._release(key)
        if lane not in self._queues:
            self._release(lane)

    def park(self, attempt: Attempt, *, due_s: float, missing: LaneKey | None = None) -> None:
        """
        The attempt goes back to the head of its lane, which waits until `due_s`.

        Args:
            attempt: with what it has been through.
            due_s: when it asks again, on the monotonic clock; void when another lane asks for it.
            missing: the lane whose record would end the wait.
        """
        lane, rank = attempt.record.lane, attempt.record.rank
        del self._running[lane]
        self._queues.setdefault(lane, deque()).appendleft(attempt)
        asked = self._dependencies.asked_for(lane)
        if missing is not None and asked not in {None, missing}:
            self._release(asked)
        if missing is None or self._dependencies.asks(lane, rank, missing):
            self._wait(lane, due_s)
        else:
            self._dependencies.block(lane, missing)

    def written(self, record: Record) -> None:
        """The record is in NetSuite, and so is all that it depends on: who waited for any of it goes on."""
        self._dependencies.written(record.lane)
        for key in (record.lane, *record.needs, *record.refers_to):
            self._release(key)

    def add_parked(self, attempt: Attempt, *, due_s: float) -> None:
        """Queue behind what the lane already holds; when that is nothing, the lane waits until `due_s`."""
        lane = attempt.record.lane
        is_alone = lane not in self._queues and lane not in self._running
        self._queues.setdefault(lane, deque()).append(attempt)
        if is_alone:
            self._wait(lane, due_s)
        else:
            self._make_ready(lane)

    def wake(self, now_s: float) -> None:
        """Make ready what is due."""
        while (due_s := self.next_due_s) is not None and due_s <= now_s:
            lane = heapq.heappop(self._due)[2]
            del self._parked[lane]
            self._make_ready(lane)

    def forget(self, is_forgotten: Callable[[Attempt], bool]) -> None:
        """
        Drop what waits; what runs keeps its lane until it is over.

        So a record that comes back to this worker queues behind the call that is still under way for it.
        """
        for lane in list(self._queues):
            queue = self._queues[lane]
            head = queue[0] if queue else None
            kept = deque(attempt for attempt in queue if not is_forgotten(attempt))
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
        """The first lane of a rank that nothing blocks; those before it are blocked from now on."""
        while (lane := ready.first(rank)) is not None:
            head = self._queues[lane][0]
            blocker = self._dependencies.blocker(head.record, self._rank_of_held)
            if blocker is None:
                return lane
            ready.discard(lane)
            retry_state = head.retry_state.until(now_s).parked(blocker.cause, now_s)
            self._queues[lane][0] = replace(head, retry_state=retry_state)
            self._dependencies.block(lane, blocker.key)
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
        attempt = self._queues[lane].popleft()
        self._running[lane] = attempt
        return attempt

    def _wait(self, lane: LaneKey, due_s: float) -> None:
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

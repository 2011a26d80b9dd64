"""Who runs next: records of one lane one at a time and in order, lanes side by side, failing ones parked."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from consumer.engine.tally import Tally
from consumer.record import LaneKey, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    A record on its way.

    Attributes:
        epoch: the ownership of its partition that it was taken under; results of an older one are void.
        tally: what it has been through.
    """

    record: Record
    epoch: int
    tally: Tally = field(default_factory=Tally)

    @property
    def handed(self) -> Record:
        """The record as it is handed out, with how often it has been."""
        return replace(self.record, tries=self.tally.tries, first_tried_at=self.tally.first_tried_at)


class Lanes:
    """
    Queues by lane.

    A lane with records is in exactly one of four states: ready with a fresh head, ready to retry, running or
    parked. The state is where its key lies, so no flag can disagree with it.
    """

    def __init__(self) -> None:
        self._queues: dict[LaneKey, deque[Attempt]] = {}
        self._ready: dict[bool, OrderedDict[LaneKey, None]] = {False: OrderedDict(), True: OrderedDict()}
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
        """Lanes that wait for their time."""
        return len(self._parked)

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
        return [self._queues[lane][0].record for lane in islice(self._ready[False], count)]

    def heads(self) -> Iterator[Attempt]:
        """What each parked lane waits with."""
        return (self._queues[lane][0] for lane in self._parked)

    def under_way(self) -> Iterator[Attempt]:
        """What runs."""
        return iter(self._running.values())

    def add(self, attempt: Attempt) -> None:
        """Queue behind what the lane already holds."""
        lane = attempt.record.lane
        self._queues.setdefault(lane, deque()).append(attempt)
        self._make_ready(lane)

    def take(self, count: int, *, retries: bool) -> list[Attempt]:
        """The heads of at most `count` lanes that have been ready longest, as many as go together."""
        taken: list[Attempt] = []
        ready = self._ready[retries]
        while ready and len(taken) < count:
            lane = next(iter(ready))
            count = min(count, self._queues[lane][0].tally.company)
            if len(taken) >= count:
                break
            del ready[lane]
            taken.append(self._start(lane))
        return taken

    def take_parked(self, attempt: Attempt) -> None:
        """Run a parked attempt before its time."""
        lane = attempt.record.lane
        del self._parked[lane]
        self._start(lane)

    def finish(self, attempt: Attempt) -> None:
        """The attempt is over for good; its lane goes on."""
        lane = attempt.record.lane
        del self._running[lane]
        self._make_ready(lane)

    def park(self, attempt: Attempt, *, due_s: float) -> None:
        """The attempt goes back to the head of its lane, which waits until `due_s`."""
        lane = attempt.record.lane
        del self._running[lane]
        self._queues.setdefault(lane, deque()).appendleft(attempt)
        self._wait(lane, due_s)

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
            self._make_ready(lane)

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
        elif lane not in self._running and lane not in self._parked:
            self._ready[queue[0].tally.is_retry].setdefault(lane)

    def _unready(self, lane: LaneKey) -> None:
        for ready in self._ready.values():
            ready.pop(lane, None)

    def _drop_void_dues(self) -> None:
        while self._due and self._parked.get(self._due[0][2]) != self._due[0][1]:
            heapq.heappop(self._due)

"""Who runs next: records of one lane one at a time and in order, lanes side by side, failing ones parked."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from consumer.engine.backoff import Tally
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


class Lanes:
    """
    Queues by lane.

    A lane with records is in exactly one of three states: ready (waiting for a permit), running or parked.
    The state is where its key lies, so no flag can disagree with it.
    """

    def __init__(self) -> None:
        self._queues: dict[LaneKey, deque[Attempt]] = {}
        self._ready: OrderedDict[LaneKey, None] = OrderedDict()
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
    def ready(self) -> int:
        """Lanes that could run now."""
        return len(self._ready)

    @property
    def queued(self) -> int:
        """Records that are not under way, those of parked lanes included."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def next_due_s(self) -> float | None:
        """When the next parked lane may run, on the monotonic clock; None when nothing is parked."""
        self._drop_void_dues()
        return self._due[0][0] if self._due else None

    def add(self, attempt: Attempt) -> None:
        """Queue behind what the lane already holds."""
        lane = attempt.record.lane
        self._queues.setdefault(lane, deque()).append(attempt)
        self._make_ready(lane)

    def take(self) -> Attempt | None:
        """The head of the lane that has been ready longest; it runs from now on."""
        if not self._ready:
            return None
        lane, _ = self._ready.popitem(last=False)
        attempt = self._queues[lane].popleft()
        self._running[lane] = attempt
        return attempt

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
        self._parked_ever += 1
        self._parked[lane] = self._parked_ever
        heapq.heappush(self._due, (due_s, self._parked_ever, lane))

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
            self._make_ready(lane)

    def _make_ready(self, lane: LaneKey) -> None:
        if not self._queues.get(lane):
            self._queues.pop(lane, None)
            self._ready.pop(lane, None)
        elif lane not in self._running and lane not in self._parked:
            self._ready.setdefault(lane)

    def _drop_void_dues(self) -> None:
        while self._due and self._parked.get(self._due[0][2]) != self._due[0][1]:
            heapq.heappop(self._due)

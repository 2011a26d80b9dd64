"""The order of ready lanes: by rank, with a limit on how often a rank is passed over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice

from consumer.record import LaneKey

PASSED_OVER_AT_MOST = 8


class Ready:
    """
    Ready lanes by rank, and within a rank by the time since they are ready.

    The lowest rank is first, but one that was passed over `PASSED_OVER_AT_MOST` times takes precedence. So
    each of R ranks with lanes is served once in any `PASSED_OVER_AT_MOST` + R turns, whatever is added, and
    the lane at place n of its rank within n times as many.
    """

    def __init__(self) -> None:
        self._lanes: dict[int, OrderedDict[LaneKey, None]] = {}
        self._ranks: dict[LaneKey, int] = {}
        self._passed_over: dict[int, int] = {}

    def __len__(self) -> int:
        """The number of ready lanes."""
        return len(self._ranks)

    def add(self, lane: LaneKey, rank: int) -> None:
        """Add a ready lane; one that is ready already keeps its place."""
        if lane not in self._ranks:
            self._ranks[lane] = rank
            self._lanes.setdefault(rank, OrderedDict())[lane] = None

    def discard(self, lane: LaneKey) -> None:
        """Remove a lane, if it is ready."""
        rank = self._ranks.pop(lane, None)
        if rank is None:
            return
        del self._lanes[rank][lane]
        if not self._lanes[rank]:
            del self._lanes[rank]
            self._passed_over.pop(rank, None)

    def ranks(self) -> list[int]:
        """The ranks with lanes, the next one first."""
        return sorted(self._lanes, key=self._turn)

    def of(self, rank: int) -> int:
        """The number of ready lanes of a rank."""
        return len(self._lanes.get(rank, ()))

    def first(self, rank: int) -> LaneKey | None:
        """The lane of a rank that is ready for longest; None when there is none."""
        return next(iter(self._lanes.get(rank, ())), None)

    def next_up(self, count: int) -> Iterator[LaneKey]:
        """The first lanes of the next rank."""
        for rank in self.ranks()[:1]:
            yield from islice(self._lanes[rank], count)

    def served(self, rank: int) -> None:
        """Record that this rank was served."""
        for other in self._lanes:
            self._passed_over[other] = self._passed_over.get(other, 0) + 1
        self._passed_over.pop(rank, None)

    def _turn(self, rank: int) -> tuple[int, int]:
        passed_over = self._passed_over.get(rank, 0)
        return (-passed_over if passed_over >= PASSED_OVER_AT_MOST else 0, rank)

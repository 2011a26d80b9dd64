"""Which lane goes next of those that could: what others depend on first, and nobody passed over for ever."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice

from consumer.record import LaneKey

PASSED_OVER_AT_MOST = 8


class Ready:
    """
    Lanes that could run, by rank, and within a rank by how long they could.

    The lowest rank goes first, but one that has been passed over `PASSED_OVER_AT_MOST` times goes before it.
    So of R ranks that have lanes each is served once in any `PASSED_OVER_AT_MOST` + R turns, whatever comes
    in, and the lane at place n of its rank within n times as many.
    """

    def __init__(self) -> None:
        self._lanes: dict[int, OrderedDict[LaneKey, None]] = {}
        self._ranks: dict[LaneKey, int] = {}
        self._passed_over: dict[int, int] = {}

    def __len__(self) -> int:
        """How many lanes could run."""
        return len(self._ranks)

    def add(self, lane: LaneKey, rank: int) -> None:
        """A lane can run; it keeps its place when it could before."""
        if lane not in self._ranks:
            self._ranks[lane] = rank
            self._lanes.setdefault(rank, OrderedDict())[lane] = None

    def discard(self, lane: LaneKey) -> None:
        """A lane cannot run, if it could before."""
        rank = self._ranks.pop(lane, None)
        if rank is None:
            return
        del self._lanes[rank][lane]
        if not self._lanes[rank]:
            del self._lanes[rank]
            self._passed_over.pop(rank, None)

    def ranks(self) -> list[int]:
        """Those that have lanes, the one whose turn it is first."""
        return sorted(self._lanes, key=self._turn)

    def of(self, rank: int) -> int:
        """How many lanes of a rank could run."""
        return len(self._lanes.get(rank, ()))

    def first(self, rank: int) -> LaneKey | None:
        """The lane of a rank that could run for longest; None without any."""
        return next(iter(self._lanes.get(rank, ())), None)

    def next_up(self, count: int) -> Iterator[LaneKey]:
        """The first lanes of the rank whose turn it is."""
        for rank in self.ranks()[:1]:
            yield from islice(self._lanes[rank], count)

    def served(self, rank: int) -> None:
        """A turn of that rank was taken."""
        for other in self._lanes:
            self._passed_over[other] = self._passed_over.get(other, 0) + 1
        self._passed_over.pop(rank, None)

    def _turn(self, rank: int) -> tuple[int, int]:
        passed_over = self._passed_over.get(rank, 0)
        return (-passed_over if passed_over >= PASSED_OVER_AT_MOST else 0, rank)

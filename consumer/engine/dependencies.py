"""
Which lanes wait for which others, so that records that cannot succeed yet cause no calls.

A lane waits for a key for one of two reasons: this worker has unsettled records in the lane of that name; or
NetSuite has responded that the object of that key is missing, and another lane, the asker, retries for all
lanes that need it.

There is no cycle of waits. A lane that waits for a held lane has a higher rank than that lane. A lane that
waits for an asker has no lower rank than the asker, and an asker waits for held lanes only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consumer.engine.refused_kinds import RefusedKinds
from consumer.engine.retry_state import Cause
from consumer.record import LaneKey, Record

REMEMBERED = 10_000

RankOfHeld = Callable[[LaneKey], int | None]
"""The rank of a lane with unsettled records; None when it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """The key for which a record must wait, and the cause of the wait."""

    key: LaneKey
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asker:
    lane: LaneKey
    rank: int


class Dependencies:
    """The missing keys with their askers, and the waiting lanes."""

    def __init__(self) -> None:
        self._askers: dict[LaneKey, _Asker] = {}
        self._asked_by: dict[LaneKey, LaneKey] = {}
        self._waiting: dict[LaneKey, OrderedDict[LaneKey, None]] = {}
        self._blocked: dict[LaneKey, LaneKey] = {}
        self._written: OrderedDict[LaneKey, None] = OrderedDict()
        self._refused_kinds = RefusedKinds()

    @property
    def blocked(self) -> int:
        """The number of waiting lanes."""
        return len(self._blocked)

    def lanes(self) -> Iterator[LaneKey]:
        """The waiting lanes."""
        return iter(self._blocked)

    def is_blocked(self, lane: LaneKey) -> bool:
        """Whether a lane waits."""
        return lane in self._blocked

    def blocker(self, record: Record, rank_of_held: RankOfHeld) -> Blocker | None:
        """What a record must wait for; None when it may be delivered."""
        for key in record.needs:
            rank = None if key in self._written else rank_of_held(key)
            if rank is not None and rank < record.rank:
                return Blocker(key=key, cause=Cause.PREDECESSOR)
        if record.lane in self._asked_by:
            return None
        for key in (*record.needs, *record.refers_to):
            asker = self._askers.get(key)
            if asker is not None and asker.rank <= record.rank:
                return Blocker(key=key, cause=Cause.DEPENDENCY)
        kind = self._refused_kinds.shut(record.lane)
        asker = None if kind is None else self._askers.get(kind)
        if kind is None or asker is None or asker.rank > record.rank:
            return None
        return Blocker(key=kind, cause=Cause.KIND)

    def block(self, lane: LaneKey, key: LaneKey) -> None:
        """Make a lane wait for a key."""
        self._blocked[lane] = key
        self._waiting.setdefault(key, OrderedDict())[lane] = None

    def unblock(self, lane: LaneKey) -> None:
        """End the wait of a lane, if it waits."""
        key = self._blocked.pop(lane, None)
        if key is None:
            return
        del self._waiting[key][lane]
        if not self._waiting[key]:
            del self._waiting[key]

    def asks(self, lane: LaneKey, rank: int, key: LaneKey) -> bool:
        """
        Record that the object of `key` is missing in NetSuite; returns whether this lane becomes its asker.

        The key no longer counts as written.
        """
        self._written.pop(key, None)
        self._refused_kinds.refused(key, lane)
        asker = self._askers.get(key)
        if asker is not None and asker.lane != lane and asker.rank <= rank:
            return False
        if asker is not None:
            self._asked_by.pop(asker.lane, None)
        self._askers[key] = _Asker(lane=lane, rank=rank)
        self._asked_by[lane] = key
        return True

    def asked_for(self, lane: LaneKey) -> LaneKey | None:
        """The key for which a lane is the asker; None when it is none."""
        return self._asked_by.get(lane)

    def written(self, key: LaneKey) -> LaneKey | None:
        """
        Record that the object of `key` is in NetSuite: no lane waits for its lane any longer.

        Returns:
            The key of its kind, where that was shut: its lanes may be delivered now.
        """
        self._written[key] = None
        self._written.move_to_end(key)
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)
        return self._refused_kinds.written(key)

    def answered(self, key: LaneKey) -> list[LaneKey]:
        """Remove the asker of a key; returns the lanes that may be delivered now, the asker first."""
        asker = self._askers.pop(key, None)
        released = list(self._waiting.get(key, ()))
        for lane in released:
            self.unblock(lane)
        if asker is None:
            return released
        del self._asked_by[asker.lane]
        return [asker.lane, *(lane for lane in released if lane != asker.lane)]

    def without_reason(self, rank_of_held: RankOfHeld) -> list[LaneKey]:
        """The keys that lanes wait for, but that have neither an asker nor a held lane."""
        return [key for key in self._waiting if key not in self._askers and rank_of_held(key) is None]

"""
Which lanes wait for which others, so that what cannot succeed yet makes no call.

A lane waits for a key for one of two reasons: this worker holds the lane of that name itself, unsettled; or
the account has said that what it stands for is missing, and another lane asks again for all that need it.

Waiting never goes in a circle. Whoever waits for a held lane has a higher rank than that. Whoever waits for a
lane that asks has no lower rank than that, and what asks waits for held lanes only.
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
"""The rank of a lane that is held; None when it has no records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """What a record must wait for, and whose time that is."""

    key: LaneKey
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asker:
    lane: LaneKey
    rank: int


class Dependencies:
    """What is known to be missing, who asks for it again, and who waits."""

    def __init__(self) -> None:
        self._askers: dict[LaneKey, _Asker] = {}
        self._asked_by: dict[LaneKey, LaneKey] = {}
        self._waiting: dict[LaneKey, OrderedDict[LaneKey, None]] = {}
        self._blocked: dict[LaneKey, LaneKey] = {}
        self._written: OrderedDict[LaneKey, None] = OrderedDict()
        self._refused_kinds = RefusedKinds()

    @property
    def blocked(self) -> int:
        """How many lanes wait."""
        return len(self._blocked)

    def lanes(self) -> Iterator[LaneKey]:
        """Those that wait."""
        return iter(self._blocked)

    def is_blocked(self, lane: LaneKey) -> bool:
        """Whether a lane waits."""
        return lane in self._blocked

    def blocker(self, record: Record, rank_of_held: RankOfHeld) -> Blocker | None:
        """What a record must wait for; None when it may be tried."""
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
        """The lane waits from now on."""
        self._blocked[lane] = key
        self._waiting.setdefault(key, OrderedDict())[lane] = None

    def unblock(self, lane: LaneKey) -> None:
        """The lane waits no longer, if it did."""
        key = self._blocked.pop(lane, None)
        if key is None:
            return
        del self._waiting[key][lane]
        if not self._waiting[key]:
            del self._waiting[key]

    def asks(self, lane: LaneKey, rank: int, key: LaneKey) -> bool:
        """
        The account has told a lane that something is missing; whether it is the one that asks again.

        What was written in the meantime is not written any more.
        """
        self._written.pop(key, None)
        self._refused_kinds.refused(key)
        asker = self._askers.get(key)
        if asker is not None and asker.lane != lane and asker.rank <= rank:
            return False
        if asker is not None:
            self._asked_by.pop(asker.lane, None)
        self._askers[key] = _Asker(lane=lane, rank=rank)
        self._asked_by[lane] = key
        return True

    def asked_for(self, lane: LaneKey) -> LaneKey | None:
        """What a lane asks again for; None when nothing."""
        return self._asked_by.get(lane)

    def written(self, key: LaneKey) -> None:
        """What a key stands for is in NetSuite: nobody waits for its lane, whatever else that holds."""
        self._refused_kinds.written(key)
        self._written[key] = None
        self._written.move_to_end(key)
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)

    def answered(self, key: LaneKey) -> list[LaneKey]:
        """Nobody asks for a key any more; gives the lanes that may be tried now, the one that asked first."""
        asker = self._askers.pop(key, None)
        released = list(self._waiting.get(key, ()))
        for lane in released:
            self.unblock(lane)
        if asker is None:
            return released
        del self._asked_by[asker.lane]
        return [asker.lane, *(lane for lane in released if lane != asker.lane)]

    def without_reason(self, rank_of_held: RankOfHeld) -> list[LaneKey]:
        """The keys that lanes wait for though nobody asks for them and no such lane is held."""
        return [key for key in self._waiting if key not in self._askers and rank_of_held(key) is None]

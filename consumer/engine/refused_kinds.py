"""
Kinds of documents that the account refuses as a whole; then only one record of the kind is tried at a time.

The first `SHUT_AFTER` records of a kind are tried nevertheless: a fault of one record does not stop others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from consumer.engine.attempt import Attempt
from consumer.engine.retry_state import Cause
from consumer.outcome import Rejected
from consumer.record import LaneKey

SHUT_AFTER = 3
REMEMBERED = 10_000
_PREFIX = "kind:"


def key_of(kind: str) -> LaneKey:
    """The key for which lanes wait until a kind is accepted again; it is never the lane of a record."""
    return LaneKey(_PREFIX + kind)


def refusals_of(attempts: Iterable[Attempt]) -> dict[str, Rejected]:
    """A refusal of each kind for which one of these attempts waits, by kind."""
    waiting = (each.retry_state for each in attempts if each.retry_state.cause is Cause.KIND)
    refusals = (each.refusal for each in waiting if each.refusal is not None)
    return {each.details["kind"]: each for each in refusals if "kind" in each.details}


class RefusedKinds:
    """Which lanes were refused for their kind, since one of that kind was written."""

    def __init__(self) -> None:
        self._refused: dict[LaneKey, dict[LaneKey, None]] = {}
        self._odd: OrderedDict[LaneKey, None] = OrderedDict()
        self._shut: set[LaneKey] = set()

    def refused(self, key: LaneKey, lane: LaneKey) -> None:
        """
        Note that a lane waits for a key, if that is a kind's.

        A lane that was refused while others were written says nothing of its kind. When one that counts is
        refused again, one new record of the kind may be tried: it can show that the others lack nothing.
        """
        if not key.startswith(_PREFIX) or lane in self._odd:
            return
        lanes = self._refused.setdefault(key, {})
        is_again = lane in lanes
        lanes[lane] = None
        if len(lanes) >= SHUT_AFTER:
            self._shut.add(key)
        if is_again:
            _leave_room(lanes, lane)

    def written(self, lane: LaneKey) -> LaneKey | None:
        """Note that a record of a lane was written; returns its kind's key if records waited untried."""
        key = _kind_of(lane)
        self._odd.update(self._refused.pop(key, {}))
        self._odd.pop(lane, None)
        while len(self._odd) > REMEMBERED:
            self._odd.popitem(last=False)
        was_shut = key in self._shut
        self._shut.discard(key)
        return key if was_shut else None

    def shut(self, lane: LaneKey) -> LaneKey | None:
        """The key of the kind of this lane's records, when so many were refused that all of them wait."""
        key = _kind_of(lane)
        return key if len(self._refused.get(key, ())) >= SHUT_AFTER else None


def _leave_room(lanes: dict[LaneKey, None], kept: LaneKey) -> None:
    for other in [each for each in lanes if each != kept]:
        if len(lanes) >= SHUT_AFTER:
            del lanes[other]


def _kind_of(lane: LaneKey) -> LaneKey:
    return key_of(lane.partition(":")[0])

"""
Kinds of documents that the account refuses as a whole, so that one record asks for all of its kind.

The first few of a kind are tried all the same: what only one record lacks must not stop the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from consumer.engine.attempt import Attempt
from consumer.engine.retry_state import Cause
from consumer.outcome import Rejected
from consumer.record import LaneKey

SHUT_AFTER = 3
_PREFIX = "kind:"


def key_of(kind: str) -> LaneKey:
    """What lanes wait for that wait for a kind to be accepted again; no record's lane is called so."""
    return LaneKey(_PREFIX + kind)


def refusals_of(attempts: Iterable[Attempt]) -> dict[str, Rejected]:
    """What was said of each kind that one of these waits for."""
    waiting = (each.retry_state for each in attempts if each.retry_state.cause is Cause.KIND)
    refusals = (each.refusal for each in waiting if each.refusal is not None)
    return {each.details["kind"]: each for each in refusals if "kind" in each.details}


class RefusedKinds:
    """How many refusals in a row there were of each kind."""

    def __init__(self) -> None:
        self._in_a_row: Counter[LaneKey] = Counter()

    def refused(self, key: LaneKey) -> None:
        """A record waits for a key; nothing is counted unless that is a kind's."""
        if key.startswith(_PREFIX):
            self._in_a_row[key] += 1

    def written(self, lane: LaneKey) -> None:
        """A record of this lane got through."""
        self._in_a_row.pop(_kind_of(lane), None)

    def shut(self, lane: LaneKey) -> LaneKey | None:
        """The key of the kind of this lane's records, when so many were refused that all of them wait."""
        key = _kind_of(lane)
        return key if self._in_a_row[key] >= SHUT_AFTER else None


def _kind_of(lane: LaneKey) -> LaneKey:
    return key_of(lane.partition(":")[0])

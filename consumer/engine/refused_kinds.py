"""
Kinds of documents that the account refuses as a whole; then only one record of the kind is tried at a time.

The first `SHUT_AFTER` records of a kind are tried nevertheless: a fault of one record does not stop others.
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
    """The key for which lanes wait until a kind is accepted again; it is never the lane of a record."""
    return LaneKey(_PREFIX + kind)


def refusals_of(attempts: Iterable[Attempt]) -> dict[str, Rejected]:
    """A refusal of each kind for which one of these attempts waits, by kind."""
    waiting = (each.retry_state for each in attempts if each.retry_state.cause is Cause.KIND)
    refusals = (each.refusal for each in waiting if each.refusal is not None)
    return {each.details["kind"]: each for each in refusals if "kind" in each.details}


class RefusedKinds:
    """The number of consecutive refusals of each kind."""

    def __init__(self) -> None:
        self._in_a_row: Counter[LaneKey] = Counter()

    def refused(self, key: LaneKey) -> None:
        """Count a record that waits for this key; keys that are not of a kind are ignored."""
        if key.startswith(_PREFIX):
            self._in_a_row[key] += 1

    def written(self, lane: LaneKey) -> None:
        """Reset the count of the kind of this lane, since one of its records is written."""
        self._in_a_row.pop(_kind_of(lane), None)

    def shut(self, lane: LaneKey) -> LaneKey | None:
        """The key of this lane's kind when `SHUT_AFTER` records in a row were refused; else None."""
        key = _kind_of(lane)
        return key if self._in_a_row[key] >= SHUT_AFTER else None


def _kind_of(lane: LaneKey) -> LaneKey:
    return key_of(lane.partition(":")[0])

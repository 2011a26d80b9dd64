"""
The failures that nothing has ended yet, from the records of the error topic alone.

Whoever follows the results learns here what a result ends: the failures of its object that were published
before it. A worker ends what it replays, and a person's act ends what the person closes; those are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from consumer.failures import end
from consumer.failures.failure import Failure, read
from consumer.failures.history import VOIDED
from consumer.record import Record
from schemas.error_mark import ErrorMark
from schemas.error_resolved import ErrorResolved
from schemas.result import Result

_Object = tuple[str, str, str]


class OpenFailures:
    """The records of the topic are noted one by one, those of one failure in their order."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._failures: dict[str, Failure] = {}
        self._of_object: dict[_Object, set[str]] = defaultdict(set)
        self._closed: dict[str, Failure] = {}
        self._replayed: set[str] = set()

    def note(self, record: Record) -> None:
        """Take in a record; what is none of ours is passed over."""
        ended = end.read(record)
        if ended is not None:
            self._end(ended)
            return
        match read(record):
            case Failure() as failure:
                self._fail(failure)
            case ErrorMark() as mark:
                self._mark(mark)
            case _:
                return

    def ended_by(self, written: Result, published_ms: int, *, except_id: str | None = None) -> list[Failure]:
        """
        What a result ends that was published at that time, in milliseconds since the epoch; oldest first.

        Only a void ends a failed void; any later result ends everything else.
        """
        ids = self._of_object.get((written.connection, written.object, written.lago_id), set())
        found = (self._failures[each] for each in ids - self._replayed - {except_id})
        return sorted(
            (each for each in found if each.published_ms < published_ms and _fits(each, written)),
            key=lambda each: (each.published_ms, each.id),
        )

    def forget(self, error_id: str) -> Failure | None:
        """It has ended; gives it, None when it was not open."""
        failure = self._failures.pop(error_id, None)
        self._replayed.discard(error_id)
        if failure is not None:
            same = self._of_object[_object_of(failure)]
            same.discard(error_id)
            if not same:
                del self._of_object[_object_of(failure)]
        return failure

    @property
    def waiting(self) -> Iterator[Failure]:
        """Those that nobody has replayed since, in no order; without what they say to people."""
        return (each for each in self._failures.values() if each.id not in self._replayed)

    def __len__(self) -> int:
        """How many are open."""
        return len(self._failures)

    def _fail(self, failure: Failure) -> None:
        self.forget(failure.id)
        self._closed.pop(failure.id, None)
        # What it says to people is not needed here, and would be most of the memory.
        self._failures[failure.id] = replace(failure, message="", hint="", details={}, gaps=())
        self._of_object[_object_of(failure)].add(failure.id)

    def _mark(self, mark: ErrorMark) -> None:
        if mark.mark == "reopened":
            if (failure := self._closed.pop(mark.error_id, None)) is not None:
                self._fail(failure)
        elif mark.replay is not None:
            if mark.error_id in self._failures:
                self._replayed.add(mark.error_id)
        elif (failure := self.forget(mark.error_id)) is not None:
            self._closed[failure.id] = failure

    def _end(self, ended: ErrorResolved) -> None:
        failure = self.forget(ended.error_id)
        if failure is not None and ended.resolved_by == "closed":
            self._closed[failure.id] = failure


def _object_of(failure: Failure) -> _Object:
    return failure.connection, failure.object, failure.object_id


def _fits(failure: Failure, written: Result) -> bool:
    is_failed_void = (failure.event or "").endswith(f".{VOIDED}")
    return not is_failed_void or written.status == VOIDED

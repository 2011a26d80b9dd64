"""
The state of every failure: open, replayed and not settled yet, or settled.

All of it is read from the topics: error events, marks, results, and each connection's committed offsets. So a
replay that was interrupted continues, and a second run of a complete one does nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from consumer.failures.failure import Failure
from consumer.record import Source
from schemas.error_mark import ErrorMark
from schemas.error_resolved import ErrorResolved
from schemas.result import Result

VOIDED = "voided"

Settled = Mapping[tuple[str, str, int], int]
"""By connection, topic and partition: every record below this offset is settled."""


class State(Enum):
    """The state of a failure."""

    OPEN = "open"
    IN_FLIGHT = "under_way"
    SETTLED = "settled"


@dataclass(slots=True)
class History:
    """
    The records of the topics, one by one in their order.

    Only the newest error event of each record counts: repeats carry the same id.

    Attributes:
        failures: by id of the error event.
        replayed_in: the ids of the failures that each run of replays has marked, by the run's id.
        marked_at: when each run marked the last one, RFC 3339, by the run's id.
    """

    failures: dict[str, Failure] = field(default_factory=dict)
    replayed_in: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    marked_at: dict[str, str] = field(default_factory=dict)
    _closed: dict[str, ErrorMark] = field(default_factory=dict)
    _replays: dict[str, ErrorMark] = field(default_factory=dict)
    _attempts: dict[Source, int] = field(default_factory=dict)
    _ended_ms: dict[str, int] = field(default_factory=dict)
    _failed_at: set[tuple[str, Source]] = field(default_factory=set)
    _written_ms: dict[tuple[str, str, str, bool], int] = field(default_factory=dict)
    _written_from: dict[tuple[str, Source], int] = field(default_factory=dict)

    def note_failure(self, failure: Failure) -> None:
        """An error event, in the topic's order."""
        before = self.failures.get(failure.id)
        if before is None or before.published_ms <= failure.published_ms:
            self.failures[failure.id] = failure
        self._failed_at.add((failure.connection, failure.source))

    def note_mark(self, mark: ErrorMark) -> None:
        """A mark, in the topic's order."""
        if mark.mark == "reopened":
            self._closed.pop(mark.error_id, None)
            return
        if mark.replay is None:
            self._closed[mark.error_id] = mark
            return
        replay = mark.replay
        place = Source(topic=replay.topic, partition=replay.partition, offset=replay.offset)
        before = self._replays.get(mark.error_id)
        # Marks of one failure may lie in several partitions, which are read in any order.
        if before is None or before.replay is None or before.replay.attempt <= replay.attempt:
            self._replays[mark.error_id] = mark
        self._attempts[place] = replay.attempt
        if mark.run:
            self.replayed_in[mark.run].add(mark.error_id)
            self.marked_at[mark.run] = max(mark.marked_at, self.marked_at.get(mark.run, ""))

    def note_end(self, ended: ErrorResolved, published_ms: int) -> None:
        """The event that ends a failure; one of a person's act says nothing that its mark does not."""
        if ended.resolved_by == "written":
            self._ended_ms[ended.error_id] = max(published_ms, self._ended_ms.get(ended.error_id, 0))

    def note_result(self, result: Result, published_ms: int) -> None:
        """A result, published at that time (milliseconds since the epoch)."""
        key = (result.connection, result.object, result.lago_id, result.status == VOIDED)
        self._written_ms[key] = max(published_ms, self._written_ms.get(key, 0))
        source = result.source
        place = Source(topic=source.topic, partition=source.partition, offset=source.offset)
        self._written_from[(result.connection, place)] = published_ms

    @property
    def closed(self) -> Mapping[str, ErrorMark]:
        """The marks of failures that a person has closed and not reopened, by id of the error event."""
        return self._closed

    @property
    def closed_failures(self) -> list[tuple[Failure, ErrorMark]]:
        """Failures that a person has closed, each with its mark, oldest first."""
        found = [(self.failures[each], mark) for each, mark in self._closed.items() if each in self.failures]
        return sorted(found, key=lambda each: each[0].published_ms)

    @property
    def undecided(self) -> list[Failure]:
        """Those that no mark and no end settles: only results can."""
        return [
            each
            for each in self.failures.values()
            if each.id not in self._closed and not self._has_ended(each)
        ]

    @property
    def replaying(self) -> frozenset[str]:
        """The connections that have had replays, whose committed offsets are needed."""
        return frozenset(mark.connection for mark in self._replays.values())

    def attempt_of(self, failure: Failure) -> int:
        """The number of the next replay of the event, from 1."""
        return self._attempts.get(failure.source, 0) + 1

    def state(self, failure: Failure, settled: Settled) -> State:
        """Its state, given the committed offsets of the groups."""
        if failure.id in self._closed:
            return State.SETTLED
        if self._has_ended(failure) or self._has_been_written(failure):
            return State.SETTLED
        mark = self._replays.get(failure.id)
        return State.OPEN if mark is None else self._after_replay(failure, mark, settled)

    def open(self, settled: Settled) -> list[Failure]:
        """What is open, oldest first."""
        found = (each for each in self.failures.values() if self.state(each, settled) is State.OPEN)
        return sorted(found, key=lambda each: (each.published_ms, each.place.partition, each.place.offset))

    def named(self, id_or_start: str) -> list[Failure]:
        """The failure of this id; else those whose ids begin so, by id."""
        found = self.failures.get(id_or_start)
        if found is not None:
            return [found]
        return [self.failures[each] for each in sorted(self.failures) if each.startswith(id_or_start)]

    def count(self, state: State, settled: Settled) -> int:
        """How many failures are in a state."""
        return sum(self.state(each, settled) is state for each in self.failures.values())

    def _after_replay(self, failure: Failure, mark: ErrorMark, settled: Settled) -> State:
        replay = mark.replay
        if replay is None:
            return State.OPEN
        place = Source(topic=replay.topic, partition=replay.partition, offset=replay.offset)
        if failure.source == place:
            return State.OPEN  # the replay has failed, too
        key = (failure.connection, place)
        # Workers of former versions made a failure of its own of a replay that failed.
        if key in self._failed_at or key in self._written_from:
            return State.SETTLED
        below = settled.get((failure.connection, place.topic, place.partition), 0)
        return State.SETTLED if place.offset < below else State.IN_FLIGHT

    def _has_ended(self, failure: Failure) -> bool:
        return self._ended_ms.get(failure.id, 0) > failure.published_ms

    def _has_been_written(self, failure: Failure) -> bool:
        if self._written_from.get((failure.connection, failure.source), 0) > failure.published_ms:
            return True
        # Only a void settles a failed void; any later result settles everything else.
        wanted = (True,) if (failure.event or "").endswith(f".{VOIDED}") else (True, False)
        keys = ((failure.connection, failure.object, failure.object_id, each) for each in wanted)
        return bool(failure.object_id) and any(
            self._written_ms.get(key, 0) > failure.published_ms for key in keys
        )


def oldest_ms(failures: Iterable[Failure]) -> int | None:
    """When the first of them was published; None of none."""
    return min((each.published_ms for each in failures), default=None)

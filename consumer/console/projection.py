"""Records of the topics become rows; rows and positions are written in one transaction."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from consumer import errors
from consumer.console import (
    act_rows,
    database,
    failure_rows,
    failure_state,
    file_error,
    open_sums,
    result_rows,
    run_rows,
    waiting_rows,
)
from consumer.record import Record
from schemas import audit, error_event, reconciliation, result, waiting

log = structlog.get_logger(__name__)

Place = tuple[str, int]
"""A topic, under Kafka's name for it, and a partition."""
Note = Callable[[sqlite3.Connection, Sequence[Record]], None]

NOTES: Mapping[str, Note] = {
    result.TOPIC: result_rows.note,
    error_event.TOPIC: failure_rows.note,
    audit.TOPIC: act_rows.note,
    waiting.TOPIC: waiting_rows.note,
    reconciliation.TOPIC: run_rows.note,
}
"""By topic without prefix: what becomes of its records."""


class Projection:
    """The one writer of the tables."""

    def __init__(self, connection: sqlite3.Connection, *, topic_prefix: str = "") -> None:
        self._connection = connection
        self._notes = {f"{topic_prefix}{name}": note for name, note in NOTES.items()}
        self._are_sums_stale = True

    def positions(self) -> Mapping[Place, int]:
        """The next offset to read of each partition; those without a record yet are missing."""
        found = self._connection.execute("SELECT topic, kafka_partition, next_offset FROM positions")
        return {(topic, partition): offset for topic, partition, offset in found}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def replaying(self) -> frozenset[str]:
        """The connections with replays under way, for which `settle` is of use."""
        found = self._connection.execute("SELECT DISTINCT connection FROM failures WHERE state = 'under_way'")
        return frozenset(each["connection"] for each in found)

    def apply(self, records: Sequence[Record]) -> None:
        """
        Take in records, in their order within each partition; what is no record of ours is passed over.

        A record that cannot be kept is logged and passed over, too: it must not end the others.

        Raises:
            sqlite3.DatabaseError: the file cannot be written now (`file_error`).
        """
        try:
            self._take(records)
        except Exception as error:
            if file_error.is_of_file(error):
                raise
            self._take_without_defects(records, error)

    def _take(self, records: Sequence[Record]) -> None:
        """In any order of the topics: states are computed after all of them, from what is known then."""
        with database.transaction(self._connection):
            for topic, of_topic in _by_topic(records).items():
                self._notes[topic](self._connection, of_topic)
            self._are_sums_stale |= failure_state.reconsider_touched(self._connection)
            result_rows.take_in(self._connection)
            self._advance(records)

    def _take_without_defects(self, records: Sequence[Record], error: Exception) -> None:
        """Halve until the record is found: whatever is wrong with it, the next one may be right."""
        if len(records) > 1:
            middle = len(records) // 2
            self.apply(records[:middle])
            self.apply(records[middle:])
            return
        log.warning("console_record_skipped", source=str(records[0].source), error=errors.name_of(error))
        with database.transaction(self._connection):
            self._advance(records)

    def refresh(self) -> None:
        """Compute the sums over open failures anew, unless no failure has changed."""
        if not self._are_sums_stale:
            return
        with database.transaction(self._connection):
            open_sums.refresh(self._connection)
        self._are_sums_stale = False

    def settle(self, committed: Mapping[tuple[str, str, int], int]) -> None:
        """
        Take in how far the worker groups are.

        Args:
            committed: by connection, topic and partition: every record below this offset is settled.
        """
        with database.transaction(self._connection):
            failure_rows.settle(self._connection, committed)
        self._are_sums_stale = True

    def _advance(self, records: Iterable[Record]) -> None:
        last = {(each.source.topic, each.source.partition): each.source.offset + 1 for each in records}
        self._connection.executemany(
            "INSERT INTO positions VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
            [(*place, offset) for place, offset in last.items()],
        )


def _by_topic(records: Iterable[Record]) -> Mapping[str, Sequence[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record.source.topic].append(record)
    return found

"""
The one owner of all that changes while records flow: partitions, lanes and permits.

Every method is synchronous and none does I/O, so there is nothing to lock: whoever calls sees a whole state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from consumer.clock import Clock
from consumer.engine import pressure
from consumer.engine.backoff import Backoff, Decision, GiveUp, Park
from consumer.engine.lanes import Attempt, Lanes
from consumer.engine.ledger import Ledger, Partition
from consumer.limits.gate import Gate
from consumer.outcome import Outcome
from consumer.record import Record


class Admission(Enum):
    """
    What became of a record that was handed in.

    ``REWOUND`` was taken too: the partition has gone back (deleted and made anew, or reset out of range), so
    all that was known about it is void. ``FOREIGN`` was not taken: its partition is not ours now.
    """

    TAKEN = auto()
    REWOUND = auto()
    FOREIGN = auto()


class Engine:
    """The state of one connection in this worker."""

    def __init__(self, *, gate: Gate, backoff: Backoff, clock: Clock) -> None:
        self._gate = gate
        self._backoff = backoff
        self._clock = clock
        self._lanes = Lanes()
        self._ledgers: dict[Partition, Ledger] = {}
        self._epochs: dict[Partition, int] = {}
        self._assigned_ever = 0
        self._is_held = False
        self._is_closed = False

    @property
    def partitions(self) -> frozenset[Partition]:
        """The partitions whose records are taken."""
        return frozenset(self._epochs)

    @property
    def under_way(self) -> int:
        """Attempts that have been started and are not over, those of lost partitions included."""
        return self._lanes.running

    @property
    def parked(self) -> int:
        """Lanes that wait for their time."""
        return self._lanes.parked

    @property
    def unsettled(self) -> int:
        """Records taken and not done: the true backlog in this process."""
        return sum(ledger.unsettled for ledger in self._ledgers.values())

    @property
    def next_due_s(self) -> float | None:
        """When something parked can run, on the monotonic clock; None while nothing may start anyway."""
        return self._lanes.next_due_s if self._may_start else None

    @property
    def _may_start(self) -> bool:
        return not (self._is_held or self._is_closed) and self._gate.has_room(self.under_way)

    def epoch(self, partition: Partition) -> int | None:
        """Which ownership of a partition this is; None when it is not ours."""
        return self._epochs.get(partition)

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Own partitions from now on, knowing nothing about them yet; starting is allowed again."""
        owned = list(partitions)
        self.forget(owned)
        self._assigned_ever += 1
        self._epochs |= dict.fromkeys(owned, self._assigned_ever)
        self._is_held = False

    def hold(self) -> None:
        """Start nothing until partitions are assigned again."""
        self._is_held = True

    def close(self) -> None:
        """Start nothing any more."""
        self._is_closed = True

    def forget(self, partitions: Iterable[Partition]) -> None:
        """Own partitions no longer: what waits is dropped, what runs will count for nothing."""
        for partition in partitions:
            self._ledgers.pop(partition, None)
            self._epochs.pop(partition, None)
        self._lanes.forget(self.is_stale)

    def admit(self, record: Record) -> Admission:
        """Take a record that Kafka has handed out."""
        partition = Partition.of(record.source)
        if partition not in self._epochs:
            return Admission.FOREIGN
        known = self._ledgers.get(partition)
        is_rewound = known is not None and record.source.offset < known.next_offset
        if is_rewound:
            self._restart(partition)
        ledger = self._ledgers.setdefault(partition, Ledger(record.source.offset))
        ledger.admit(record.source.offset, size_bytes=len(record.value or b"") + len(record.key or b""))
        self._lanes.add(Attempt(record=record, epoch=self._epochs[partition]))
        return Admission.REWOUND if is_rewound else Admission.TAKEN

    def take(self) -> Attempt | None:
        """The next attempt to start, when there is one and a permit for it."""
        if not self._may_start:
            return None
        self._lanes.wake(self._clock.monotonic_s())
        return self._lanes.take()

    def decide(self, attempt: Attempt, outcome: Outcome) -> Decision:
        """What follows from the outcome; apply it with `complete` or `park`."""
        return self._backoff.decide(outcome, attempt.tally, now_s=self._clock.monotonic_s())

    def decide_lost_acknowledgement(self, attempt: Attempt) -> Park:
        """What follows when Kafka did not acknowledge the attempt's events."""
        return self._backoff.after_lost_acknowledgement(attempt.tally, now_s=self._clock.monotonic_s())

    def decide_defect(self, attempt: Attempt, error_name: str) -> Park | GiveUp:
        """What follows when the attempt ended in an unexpected error of ours."""
        return self._backoff.after_defect(error_name, attempt.tally, now_s=self._clock.monotonic_s())

    def complete(self, attempt: Attempt) -> None:
        """The record is done; a stale one only frees its lane and its permit."""
        self._lanes.finish(attempt)
        if not self.is_stale(attempt):
            self._ledgers[Partition.of(attempt.record.source)].complete(attempt.record.source.offset)

    def park(self, attempt: Attempt, park: Park) -> None:
        """The record waits at the head of its lane; a stale one is dropped, its new owner has it."""
        if self.is_stale(attempt):
            self._lanes.finish(attempt)
            return
        due_s = self._clock.monotonic_s() + park.delay_s
        self._lanes.park(replace(attempt, tally=park.tally), due_s=due_s)

    def is_stale(self, attempt: Attempt) -> bool:
        """Whether the attempt's partition has changed hands since it was taken."""
        return self._epochs.get(Partition.of(attempt.record.source)) != attempt.epoch

    def committable(self) -> dict[Partition, int]:
        """The position of every partition of which something has been taken: its lowest open offset."""
        return {partition: ledger.committable for partition, ledger in self._ledgers.items()}

    def is_full(self, partition: Partition, *, is_paused: bool) -> bool:
        """Whether no more records of a partition should be fetched now."""
        ledger = self._ledgers.get(partition)
        return pressure.is_full(
            records=ledger.unsettled if ledger else 0,
            total_bytes=sum(each.buffered_bytes for each in self._ledgers.values()),
            is_paused=is_paused,
        )

    def _restart(self, partition: Partition) -> None:
        self.forget([partition])
        self._assigned_ever += 1
        self._epochs[partition] = self._assigned_ever

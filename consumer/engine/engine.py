"""
The state of one connection: assigned partitions, lanes and permits.

Every method is synchronous and none does I/O, so no locks are needed: each call sees a consistent state.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from consumer.clock import Clock
from consumer.engine.admission import Admission
from consumer.engine.attempt import Attempt
from consumer.engine.backoff import Backoff, has_answered
from consumer.engine.begun import Begun
from consumer.engine.calls import Call, Calls
from consumer.engine.decision import Decision, GiveUp, Park, Situation
from consumer.engine.lanes import Lanes
from consumer.engine.ledger import Admitted, Partition
from consumer.engine.offset_map import OffsetMap
from consumer.engine.owned_partitions import OwnedPartitions
from consumer.engine.refused_kinds import refusals_of
from consumer.engine.retry_state import Cause, RetryState
from consumer.limits.permits import PermitPool
from consumer.outcome import Outcome, Rejected, is_written
from consumer.record import Record


class Engine:
    """The state of one connection in this worker."""

    def __init__(
        self, *, permit_pool: PermitPool, backoff: Backoff, clock: Clock, silence_limit_s: float = math.inf
    ) -> None:
        """Begin without partitions; calls start at most `silence_limit_s` after a poll."""
        self._permit_pool = permit_pool
        self._backoff = backoff
        self._clock = clock
        self._silence_limit_s = silence_limit_s
        self._polled_s = clock.monotonic_s()
        self._lanes = Lanes()
        self._calls = Calls(permit_pool, clock)
        self._is_held = False
        self._is_closed = False
        self._answered_s = -math.inf
        self.owned_partitions = OwnedPartitions()

    @property
    def in_flight(self) -> int:
        """The number of attempts in flight, including those of revoked partitions."""
        return self._lanes.running

    @property
    def calls(self) -> int:
        """The number of calls in flight."""
        return self._calls.in_flight

    @property
    def calls_begun(self) -> int:
        """The number of calls since the start."""
        return self._calls.begun

    @property
    def could_start(self) -> bool:
        """Whether a lane is ready and a permit is free."""
        has_work = self._may_start and self._calls.waiting_kind(self._lanes) is not None
        return has_work and self.calls < self._permit_pool.permits

    @property
    def parked(self) -> int:
        """The number of parked lanes."""
        return self._lanes.parked

    @property
    def heads(self) -> Iterator[Attempt]:
        """The first attempt of each lane that is parked or waits for another one."""
        return self._lanes.heads()

    @property
    def begun_records(self) -> Begun:
        """What waits or is in flight, counted now."""
        return Begun.of(self._lanes.heads(), self._lanes.in_flight())

    @property
    def refused_kinds(self) -> dict[str, Rejected]:
        """The refusals of kinds of documents that the account refuses at present, by kind."""
        return refusals_of(chain(self._lanes.heads(), self._lanes.in_flight()))

    @property
    def queued(self) -> int:
        """The number of records in lanes that are not in flight."""
        return self._lanes.queued

    @property
    def next_due_s(self) -> float | None:
        """The time of the next possible call without another event, monotonic; None when there is none."""
        if not self._may_start:
            return None
        has_work = self._calls.waiting_kind(self._lanes) is not None
        return self._permit_pool.changes_at_s if has_work else self._lanes.next_due_s

    @property
    def _may_start(self) -> bool:
        # After a suspension, a process may still consider partitions its own that have another owner.
        is_awake = self._clock.monotonic_s() - self._polled_s < self._silence_limit_s
        return is_awake and not (self._is_held or self._is_closed)

    def assign(self, partitions: Iterable[Partition]) -> None:
        """Add assigned partitions, not seeded yet; calls may start again."""
        owned = list(partitions)
        self.forget(owned)
        self.owned_partitions.assign(owned)
        self._is_held = False
        self.polled(self._clock.monotonic_s())

    def seed(self, partition: Partition, epoch: int, known: OffsetMap | None) -> bool:
        """Set the restored offset map (None: no commit); False when the assignment has changed since."""
        if self.owned_partitions.epoch(partition) != epoch:
            return False
        self.owned_partitions.seed(partition, known)
        return True

    def hold(self) -> None:
        """Start no calls until partitions are assigned again."""
        self._is_held = True

    def close(self) -> None:
        """Start no calls from now on."""
        self._is_closed = True

    def polled(self, polled_s: float) -> None:
        """Record a finished poll that began at `polled_s`."""
        self._polled_s = polled_s

    def forget(self, partitions: Iterable[Partition]) -> None:
        """Remove revoked partitions: waiting records are dropped, results of those in flight are ignored."""
        for partition in partitions:
            self.owned_partitions.forget(partition)
        self._lanes.forget(self.is_stale)

    def admit(self, record: Record) -> Admission:
        """Admit a polled record."""
        partition = Partition.of(record.source)
        if partition not in self.owned_partitions.partitions or partition in self.owned_partitions.unseeded:
            return Admission.FOREIGN
        is_rewound = self.owned_partitions.is_rewound(record.source)
        if is_rewound:
            self.owned_partitions.restart(partition)
            self._lanes.forget(self.is_stale)
        owed = self.owned_partitions.admit(record)
        if owed is Admitted.DONE_BEFORE:
            return Admission.DONE_BEFORE
        if self.owned_partitions.may_start(record):
            self._queue(record, is_repeated=owed is Admitted.REPEATED)
        return Admission.REWOUND if is_rewound else Admission.TAKEN

    def take(self) -> Call | None:
        """The next call; None when no lane is ready or no permit is free."""
        if not self._may_start:
            return None
        self._lanes.wake(self._clock.monotonic_s())
        return self._calls.take(self._lanes, backlog=self.owned_partitions.backlog)

    def next_up(self) -> list[Record]:
        """The planned records of the next call, before a permit is free for it."""
        return self._lanes.next_up(self._permit_pool.largest_batch) if self._may_start else []

    def take_pressed(self) -> list[tuple[Attempt, GiveUp]]:
        """
        Records to give up, because their waiting would soon pause their partition.

        Never those that wait for the account or a person: all records would become error events one by one.
        """
        if not self._may_start or self._permit_pool.is_shut:
            return []
        pressed = set(self.owned_partitions.pressed())
        own = (each for each in self._lanes.heads() if each.retry_state.is_waiting_for_itself)
        taken = [each for each in own if each.record.source in pressed]
        for attempt in taken:
            self._lanes.take_parked(attempt)
        now_s = self._permit_pool.open_time_s
        return [(each, self._backoff.above_high_water(each.retry_state, now_s)) for each in taken]

    def begun(self, call: Call) -> None:
        """Record that the work on a call begins."""
        self._permit_pool.begun(call.permit)

    def returned(self, call: Call, outcomes: Sequence[Outcome]) -> None:
        """Return the permit of a finished call; without `outcomes` the call says nothing of the account."""
        self._calls.returned(call, outcomes)

    def decide(self, call: Call, attempt: Attempt, outcome: Outcome) -> Decision:
        """The decision after an outcome of the call; apply it with `complete` or `park`."""
        seen = self._situation(call, attempt)
        if has_answered(outcome):
            self._answered_s = self._permit_pool.open_time_s
        if is_written(outcome):
            self._lanes.written(attempt.record)
        return self._backoff.decide(outcome, attempt.retry_state, seen)

    def decide_lost_acknowledgement(self, attempt: Attempt) -> Park:
        """The decision when Kafka did not acknowledge the attempt's events."""
        seen = Situation(now_s=self._permit_pool.open_time_s)
        return self._backoff.after_lost_acknowledgement(attempt.retry_state, seen)

    def decide_defect(self, call: Call, attempt: Attempt, error_name: str) -> Park | GiveUp:
        """The decision when the call ended in an unexpected error of our code."""
        return self._backoff.after_defect(error_name, attempt.retry_state, self._situation(call, attempt))

    def complete(self, attempt: Attempt) -> None:
        """Settle the record; a stale attempt only frees its lane."""
        self._lanes.finish(attempt)
        if not self.is_stale(attempt):
            for released in self.owned_partitions.complete(attempt.record.source):
                self._queue(released, is_repeated=False)

    def park(self, attempt: Attempt, park: Park) -> None:
        """Park the record at the head of its lane; a stale attempt is dropped, its new owner has it."""
        if self.is_stale(attempt):
            self._lanes.finish(attempt)
            return
        due_s = self._clock.monotonic_s() + park.delay_s
        self._lanes.park(replace(attempt, retry_state=park.retry_state), due_s=due_s, missing=park.missing)

    def is_stale(self, attempt: Attempt) -> bool:
        """Whether the attempt's partition was revoked since the attempt was admitted."""
        return self.owned_partitions.epoch(Partition.of(attempt.record.source)) != attempt.epoch

    def _queue(self, record: Record, *, is_repeated: bool) -> None:
        attempt = Attempt(record=record, epoch=self.owned_partitions.epoch_of(record))
        if not is_repeated:
            self._lanes.add(attempt)
            return
        due_s = self._clock.monotonic_s() + self._backoff.restart_delay_s(self.owned_partitions.unsettled)
        state = RetryState().parked(Cause.RESTART, self._permit_pool.open_time_s)
        self._lanes.add_parked(replace(attempt, retry_state=state), due_s=due_s)

    def _situation(self, call: Call, attempt: Attempt) -> Situation:
        return Situation(
            now_s=self._permit_pool.open_time_s,
            carried=len(call.attempts),
            is_account_open=not (call.permit.is_probe or self._permit_pool.is_closed_to_records),
            age_s=self._clock.now().timestamp() - attempt.record.timestamp_ms / 1_000,
            answered_s=self._answered_s,
        )

"""Which parked records the topic ``lago.netsuite.waiting`` must show, and which no longer; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from consumer.clock import Clock
from consumer.engine import wait_limit
from consumer.engine.attempt import Attempt
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.retry_state import Cause, RetryState
from consumer.events import waiting_record
from consumer.events.waiting_record import Wait, WaitCause
from consumer.limits.permits import PermitPool
from consumer.outcome import Rejected, Waiting
from consumer.record import Event, Source
from schemas import waiting
from schemas.waiting import Kind, WaitingRecord

SHOWN_AFTER_S = 30.0
CHANGED_AFTER_S = 60.0
# Limits, the account and Kafka concern all records: the circuit breaker and /readyz say it once.
KINDS: dict[Cause | None, Kind] = {
    Cause.RECORD: "record",
    Cause.DEPENDENCY: "dependency",
    Cause.HOLD: "hold",
    Cause.PREDECESSOR: "predecessor",
    Cause.KIND: "kind",
}

_Reason = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parked:
    """When a record was first seen parked, by both clocks."""

    since: datetime
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the topic has of a record; without a reason when an earlier owner of its partition wrote it."""

    reason: _Reason | None
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One record to publish; `attempt` is None for the end of a wait."""

    source: Source
    attempt: Attempt | None = None


class WaitingList:
    """The parked records of one connection, and what the topic has of them."""

    def __init__(
        self, connection: str, *, engine: Engine, backoff: Backoff, permit_pool: PermitPool, clock: Clock
    ) -> None:
        self._connection = connection
        self._engine = engine
        self._backoff = backoff
        self._permit_pool = permit_pool
        self._clock = clock
        self._parked: dict[Source, _Parked] = {}
        self._shown: dict[Source, _Shown] = {}

    def adopt(self, entries: Iterable[WaitingRecord]) -> None:
        """Take over what earlier owners of this worker's partitions have written."""
        now_s = self._clock.monotonic_s()
        for entry in entries:
            source = Source(
                topic=entry.source.topic, partition=entry.source.partition, offset=entry.source.offset
            )
            if entry.connection != self._connection or source in self._shown or not self._owns(source):
                continue
            self._parked[source] = _Parked(since=_since(entry, self._clock.now()), since_s=now_s)
            self._shown[source] = _Shown(reason=None, at_s=now_s - CHANGED_AFTER_S)

    def changes(self, limit: int) -> list[Change]:
        """At most `limit` records to publish now, the ends of waits first."""
        self._forget_others()
        ended = (Change(source=each) for each in self._shown if self._is_settled(each))
        begun = self._begun()
        return [*(found := list(islice(ended, limit))), *islice(begun, limit - len(found))]

    def event(self, change: Change) -> Event:
        """The record for the topic."""
        if change.attempt is None:
            place = change.source
            key = waiting.key_of(self._connection, place.topic, place.partition, place.offset)
            return waiting_record.end_of(key)
        record, now = change.attempt.record, self._clock.now()
        made = waiting_record.of(self._connection, record, self._wait(change.attempt), now)
        return waiting_record.event_of(made, record, now)

    def published(self, change: Change) -> None:
        """Kafka has acknowledged the change."""
        if change.attempt is None:
            self._shown.pop(change.source, None)
            self._parked.pop(change.source, None)
        else:
            shown = _Shown(reason=_reason(change.attempt.retry_state), at_s=self._clock.monotonic_s())
            self._shown[change.source] = shown

    def _begun(self) -> Iterator[Change]:
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        for attempt in self._engine.heads:
            if attempt.retry_state.cause not in KINDS:
                continue
            source = attempt.record.source
            parked = self._parked.setdefault(source, _Parked(since=now, since_s=now_s))
            if now_s - parked.since_s >= SHOWN_AFTER_S and self._is_news(source, attempt, now_s):
                yield Change(source=source, attempt=attempt)

    def _is_news(self, source: Source, attempt: Attempt, now_s: float) -> bool:
        shown = self._shown.get(source)
        if shown is None:
            return True
        return now_s - shown.at_s >= CHANGED_AFTER_S and shown.reason != _reason(attempt.retry_state)

    def _forget_others(self) -> None:
        """Drop what other workers own now: they end its waits; and what has ended unseen."""
        for source in [each for each in self._shown if not self._owns(each)]:
            del self._shown[source]
        for source in [each for each in self._parked if each not in self._shown and self._is_over(each)]:
            del self._parked[source]

    def _owns(self, source: Source) -> bool:
        return Partition.of(source) in self._engine.owned_partitions.partitions

    def _is_over(self, source: Source) -> bool:
        return not self._owns(source) or self._is_settled(source)

    def _is_settled(self, source: Source) -> bool:
        return self._engine.owned_partitions.is_settled(source)

    def _wait(self, attempt: Attempt) -> Wait:
        state, now, now_s = attempt.retry_state, self._clock.now(), self._clock.monotonic_s()
        age_s = now.timestamp() - attempt.record.timestamp_ms / 1_000
        left_s = wait_limit.left_s(self._backoff, state, now_s=self._permit_pool.open_time_s, age_s=age_s)
        next_s = None if state.due_s is None else state.due_s - now_s
        since = self._parked[attempt.record.source].since
        return Wait(
            cause=replace(cause_of(state), refusal=self._refusal(state)),
            attempts=state.tries,
            since=min(since, state.first_tried_at or since),
            next_try=_later(now, next_s),
            until=_later(now, left_s),
        )

    def _refusal(self, state: RetryState) -> Rejected | None:
        """Its own; of a record that waits untried for its kind, that of the kind."""
        if state.refusal is None and state.cause is Cause.KIND and state.awaited is not None:
            return self._engine.refused_kinds.get(state.awaited.partition(":")[2])
        return state.refusal


def cause_of(state: RetryState) -> WaitCause:
    """Why a parked record waits; KeyError for a cause that concerns all records."""
    return WaitCause(
        kind=KINDS[state.cause], outcome=state.outcome, awaited=state.awaited, refusal=state.refusal
    )


def _reason(state: RetryState) -> _Reason:
    """What a change of the wait changes; not the words of an answer, which differ from try to try."""
    on = state.outcome.on if isinstance(state.outcome, Waiting) else None
    code = state.refusal.code if state.refusal else None
    return state.cause, type(state.outcome), on, code, state.awaited


def _since(entry: WaitingRecord, now: datetime) -> datetime:
    try:
        since = datetime.fromisoformat(entry.since)
    except ValueError:
        return now
    return since if since.tzinfo else now


def _later(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=max(0.0, seconds))

"""The permit pool: how many calls of one account may be in flight in this worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consumer.clock import Clock
from consumer.limits import call_outcomes
from consumer.limits.aimd_window import Window
from consumer.limits.batch_size import BatchSize
from consumer.limits.borrowing import BorrowedPermits
from consumer.limits.circuit_breaker import Breaker, Reason
from consumer.limits.failure_rate import Failures, Rejections
from consumer.limits.permit_reading import Reading
from consumer.limits.start_delay import StartDelay
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Unavailable,
)

INCONCLUSIVE_PROBE_DELAY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A permit in use; `started_s` is monotonic."""

    started_s: float
    is_probe: bool = False


class PermitPool:
    """
    The permits of one account in this worker: leased, limited by the AIMD window, plus borrowed ones.

    The caller counts the calls in flight and passes the count: a counter here could diverge from it
    (confluentinc/parallel-consumer#547).
    """

    def __init__(self, *, cap: int, clock: Clock, jitter: Callable[[], float]) -> None:
        """
        Begin with the whole cap, until the first `lease`.

        Args:
            cap: the account's limit, over all workers.
            clock: monotonic time is used.
            jitter: returns random numbers in [0, 1).
        """
        self._cap = cap
        self._clock = clock
        self._window = Window(cap)
        self._borrowed_permits = BorrowedPermits(jitter)
        self._breaker = Breaker()
        self._failures = Failures()
        self._rejections = Rejections()
        self._start_delay = StartDelay()
        self._batch_size = BatchSize()
        self._cut_at_s = float("-inf")
        self._throttled = 0
        self._because = ""

    @property
    def permits(self) -> int:
        """How many calls may be in flight, without a probe; 0 while the breaker is open, or in a pause."""
        if self._breaker.is_shut:
            return 0
        return self._window.permits + (self._borrowed_permits.permits if self._window.is_full else 0)

    @property
    def is_closed_to_records(self) -> bool:
        """Whether the circuit breaker is open, so that no failure is a record's own."""
        return self._breaker.reason is not None

    @property
    def is_shut(self) -> bool:
        """Whether the circuit breaker is open, or a person has paused the connection."""
        return self._breaker.is_shut

    @property
    def largest_batch(self) -> int:
        """The largest number of records in a call; 1 for a probe."""
        if self.is_closed_to_records:
            return 1
        return min(self._rejections.largest_batch, self._start_delay.largest_batch)

    @property
    def largest_short_batch(self) -> int:
        """The largest number of records in a call that takes a few times as long as one of one record."""
        return self._batch_size.largest_short

    @property
    def open_time_s(self) -> float:
        """Monotonic time without that of an open circuit breaker or a pause, for the records' budgets."""
        now_s = self._clock.monotonic_s()
        return now_s - self._breaker.open_for_s(now_s)

    @property
    def changes_at_s(self) -> float | None:
        """When a permit may become free without the end of a call, monotonic; None when none can."""
        probe_s = self._breaker.probe_due_s
        if probe_s is not None:
            return probe_s
        may_borrow = self._window.is_full and self._borrowed_permits.permits < self._spare
        return self._borrowed_permits.grows_at_s if may_borrow and not self.is_shut else None

    @property
    def _spare(self) -> int:
        return self._cap - self._window.ceiling

    def reading(self) -> Reading:
        """The present state."""
        return Reading(
            leased=self._window.ceiling,
            window=self._window.permits,
            borrowed=self._borrowed_permits.permits,
            permits=self.permits,
            state=self._breaker.state(self._clock.monotonic_s()),
            reason=self._breaker.reason,
            throttled=self._throttled,
            because=self._because,
            is_paused=self._breaker.is_paused,
        )

    def pause(self, *, is_paused: bool) -> None:
        """Start no calls while a person has paused the connection; those in flight end as they would."""
        if is_paused == self._breaker.is_paused:
            return
        change = self._breaker.pause if is_paused else self._breaker.resume
        change(self._clock.monotonic_s())

    def lease(self, share: int) -> None:
        """Set the leased permits after an assignment; at least one permit, also without any share."""
        self._window.resize(max(1, min(share, self._cap)))
        self._borrowed_permits.bound(self._spare)

    def has_free_permit(self, in_flight: int) -> bool:
        """Whether one more call may start; call it only when one is ready, since it may borrow permits."""
        now_s = self._clock.monotonic_s()
        if self.is_shut:
            probe_s = self._breaker.probe_due_s
            return probe_s is not None and now_s >= probe_s
        self._borrowed_permits.expire(now_s, is_in_use=in_flight > self._window.permits)
        if in_flight >= self.permits and self._window.is_full:
            self._borrowed_permits.want(limit=self._spare, now_s=now_s)
        return in_flight < self.permits

    def batch_size(self, ready: int, backlog: float) -> int:
        """The number of records of the next call, by ready lanes and their records; call it to take them."""
        permits = max(1, self.permits)
        return self._batch_size.next_call(
            ready / permits, backlog_each=backlog / permits, largest=self.largest_batch
        )

    def enter(self) -> Permit:
        """Take a permit for a call, which must be free."""
        if self.is_closed_to_records:
            self._breaker.probe_starts()
        return Permit(started_s=self._clock.monotonic_s(), is_probe=self.is_closed_to_records)

    def begun(self, permit: Permit) -> None:
        """Record that the work on a call begins, for the delay since its permit was taken."""
        now_s = self._clock.monotonic_s()
        self._start_delay.note(now_s - permit.started_s, now_s)

    def refused(self, started_s: float) -> None:
        """
        Decrease after a refused call that started at `started_s`, at most once per round trip.

        While permits are borrowed, only these are decreased.
        """
        self._throttled += 1
        if started_s < self._cut_at_s:
            return
        self._cut_at_s = self._clock.monotonic_s()
        if self._borrowed_permits.permits and self._window.is_full:
            self._borrowed_permits.cut(self._cut_at_s)
        else:
            self._window.cut()

    def shut(self, because: str = "") -> None:
        """Open the circuit breaker, since the account refuses all calls; `because` is its sentence."""
        self._because = because
        self._breaker.open(Reason.ACCOUNT_DOWN, self._clock.monotonic_s())

    def leave(self, permit: Permit, outcomes: Sequence[Outcome], *, in_flight: int) -> None:
        """Return the permit of a finished call with its records' outcomes; `in_flight` still counts it."""
        answered = [outcome for outcome in outcomes if not isinstance(outcome, Ignored)]
        if any(call_outcomes.is_refusal(outcome) for outcome in answered):
            self.refused(permit.started_s)
        elif in_flight >= self._window.permits and any(map(call_outcomes.has_answered, answered)):
            self._window.grow()
        took_s = self._clock.monotonic_s() - permit.started_s
        self._batch_size.note(sum(map(call_outcomes.has_answered, answered)), took_s)
        for outcome in answered:
            if isinstance(outcome, Delivered | AlreadyThere | Rejected):
                self._rejections.note(was_rejected=isinstance(outcome, Rejected))
        if permit.is_probe:
            self._end_probe(answered)
        else:
            self._judge(answered)

    def _judge(self, answered: Sequence[Outcome]) -> None:
        now_s = self._clock.monotonic_s()
        if any(map(call_outcomes.has_failed, answered)) or any(map(call_outcomes.has_answered, answered)):
            self._failures.note(now_s, has_failed=not any(map(call_outcomes.has_answered, answered)))
        if refused := [outcome.reason for outcome in answered if isinstance(outcome, AccountDown)]:
            self.shut(refused[0])
        elif self._rejections.are_a_storm:
            self._because = ""
            self._breaker.open(Reason.REJECTION_STORM, now_s)
        elif self._failures.are_many or (
            self._failures.are_all and any(map(call_outcomes.is_about_no_record, answered))
        ):
            self._because = next((each.reason for each in answered if isinstance(each, Unavailable)), "")
            self._breaker.open(Reason.UNAVAILABLE, now_s)

    def _end_probe(self, answered: Sequence[Outcome]) -> None:
        now_s = self._clock.monotonic_s()
        if self._has_recovered(answered):
            self._failures.forget()
            self._rejections.forget()
            self._breaker.probe_succeeded(now_s)
        elif any(map(self._is_as_before, answered)):
            self._breaker.probe_failed(now_s)
        else:
            self._breaker.probe_was_inconclusive(now_s, again_after_s=INCONCLUSIVE_PROBE_DELAY_S)

    def _has_recovered(self, answered: Sequence[Outcome]) -> bool:
        if self._breaker.reason is Reason.REJECTION_STORM:
            return any(isinstance(outcome, Delivered | AlreadyThere) for outcome in answered)
        return any(map(call_outcomes.has_answered, answered))

    def _is_as_before(self, outcome: Outcome) -> bool:
        if isinstance(outcome, AccountDown):
            self.shut(outcome.reason)
            return True
        is_storm = self._breaker.reason is Reason.REJECTION_STORM
        return call_outcomes.has_failed(outcome) or (is_storm and isinstance(outcome, Rejected))

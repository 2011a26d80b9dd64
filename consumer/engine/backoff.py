"""What follows from an outcome: the record is done, waits a while, or is given up; as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import assert_never

from consumer import outcome as outcomes

RETRY_BASE_S = 2.0
RETRY_CAP_S = 300.0
PATIENCE_FLOOR_S = 5.0
PATIENCE_CAP_S = 300.0
THROTTLED_AT_LEAST_S = 0.25
THROTTLED_AT_MOST_S = 0.75
RETRY_AFTER_CAP_S = 3_600.0
PARK_MAX_AGE_S = 86_400.0
DEPENDENCY_MAX_AGE_S = 6 * 3_600.0
DEFECT_ATTEMPTS = 5

Jitter = Callable[[], float]
"""A number in [0, 1), another one at each call."""


class Cause(Enum):
    """Whose time a wait is: only `RECORD` and `DEPENDENCY` have a budget."""

    RECORD = auto()
    DEPENDENCY = auto()
    LIMIT = auto()
    ACCOUNT = auto()
    BROKER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    What a record has been through since this worker took it; a restart begins anew.

    Attributes:
        attempts: failures for the record's own reasons.
        waits: answers that something it refers to was missing, in a row or not.
        postponed: refusals of the whole account, and events that Kafka did not acknowledge.
        defects: deliveries that ended in an unexpected error of ours.
        retried_s: time between failures for the record's own reasons and what followed.
        waited_s: time between answers that something was missing and what followed.
        parked_at_s: monotonic time of the last wait's beginning.
        cause: of the last wait.
    """

    attempts: int = 0
    waits: int = 0
    postponed: int = 0
    defects: int = 0
    retried_s: float = 0.0
    waited_s: float = 0.0
    parked_at_s: float = 0.0
    cause: Cause | None = None

    def until(self, now_s: float) -> Tally:
        """With the time since the last wait began charged to that wait's cause."""
        elapsed_s = max(0.0, now_s - self.parked_at_s)
        match self.cause:
            case Cause.RECORD:
                return replace(self, retried_s=self.retried_s + elapsed_s, cause=None)
            case Cause.DEPENDENCY:
                return replace(self, waited_s=self.waited_s + elapsed_s, cause=None)
            case _:
                return replace(self, cause=None)

    def parked(self, cause: Cause, now_s: float) -> Tally:
        """As a wait for this cause begins."""
        return replace(self, cause=cause, parked_at_s=now_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The record is done; whatever had to be published has been."""

    outcome: outcomes.Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """
    The record keeps its place at the head of its lane and is tried again.

    Attributes:
        counts: whether the wait is charged to one of the record's budgets.
        tally: what the record has now been through.
    """

    delay_s: float
    counts: bool
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """A budget is spent; the error event must be acknowledged before the record is done."""

    rejected: outcomes.Rejected


Decision = Settle | Park | GiveUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    The rules of waiting; full jitter, so that those who failed together do not come back together.

    Attributes:
        park_max_age_s: how long a record may fail for its own reasons.
        dependency_max_age_s: how long it may wait for something that is not in NetSuite.
    """

    jitter: Jitter
    park_max_age_s: float = PARK_MAX_AGE_S
    dependency_max_age_s: float = DEPENDENCY_MAX_AGE_S

    def decide(self, outcome: outcomes.Outcome, tally: Tally, *, now_s: float) -> Decision:
        """What follows from the outcome of a delivery that ended at `now_s`, on the monotonic clock."""
        tally = tally.until(now_s)
        match outcome:
            case (
                outcomes.Delivered() | outcomes.AlreadyThere() | outcomes.Ignored() | outcomes.Rejected()
            ) as settled:
                return Settle(outcome=settled)
            case outcomes.Unavailable(reason=reason, retry_after_s=retry_after_s):
                return self._retry(reason, retry_after_s, tally, now_s)
            case outcomes.Ambiguous(reason=reason):
                return self._retry(reason, None, tally, now_s)
            case outcomes.Waiting():
                return self._wait(outcome, tally, now_s)
            case outcomes.Throttled(retry_after_s=retry_after_s):
                span_s = THROTTLED_AT_MOST_S - THROTTLED_AT_LEAST_S
                delay_s = _at_least(THROTTLED_AT_LEAST_S + span_s * self.jitter(), retry_after_s)
                return Park(delay_s=delay_s, counts=False, tally=tally.parked(Cause.LIMIT, now_s))
            case outcomes.AccountDown():
                return self._postpone(Cause.ACCOUNT, tally, now_s)
            case _:
                assert_never(outcome)

    def after_lost_acknowledgement(self, tally: Tally, *, now_s: float) -> Park:
        """An event that Kafka did not acknowledge: never the record's fault, so never its end."""
        return self._postpone(Cause.BROKER, tally.until(now_s), now_s)

    def after_defect(self, error_name: str, tally: Tally, *, now_s: float) -> Park | GiveUp:
        """An unexpected error of ours: a few tries tell a passing one from one the record always causes."""
        tally = replace(tally.until(now_s), defects=tally.defects + 1)
        if tally.defects >= DEFECT_ATTEMPTS:
            message = f"the worker failed {tally.defects} times on this event with {error_name}"
            hint = "a defect of lago-netsuite: see the worker's log, and replay the event once it is mended"
            return _give_up("internal_error", message, hint, tally)
        delay_s = self._full_jitter_s(tally.defects - 1)
        return Park(delay_s=delay_s, counts=True, tally=tally.parked(Cause.RECORD, now_s))

    def _retry(self, reason: str, retry_after_s: float | None, tally: Tally, now_s: float) -> Park | GiveUp:
        tally = replace(tally, attempts=tally.attempts + 1)
        if tally.retried_s >= self.park_max_age_s:
            message = f"tried {tally.attempts} times in {_hours(tally.retried_s)}; the last answer: {reason}"
            hint = "look at what NetSuite answers, then replay the event"
            return _give_up("parked_too_long", message, hint, tally)
        delay_s = _at_least(self._full_jitter_s(tally.attempts - 1), retry_after_s)
        return Park(delay_s=delay_s, counts=True, tally=tally.parked(Cause.RECORD, now_s))

    def _wait(self, outcome: outcomes.Waiting, tally: Tally, now_s: float) -> Park | GiveUp:
        tally = replace(tally, waits=tally.waits + 1)
        if tally.waited_s >= self.dependency_max_age_s:
            missing = outcome.message or f"{outcome.on} is not in NetSuite"
            message = f"{missing}; waited {_hours(tally.waited_s)} for it"
            hint = f"bring {outcome.on} into NetSuite, then replay the event"
            return _give_up("dependency_missing", message, hint, tally)
        delay_s = self._patient_s(tally.waits - 1)
        return Park(delay_s=delay_s, counts=True, tally=tally.parked(Cause.DEPENDENCY, now_s))

    def _postpone(self, cause: Cause, tally: Tally, now_s: float) -> Park:
        tally = replace(tally, postponed=tally.postponed + 1)
        delay_s = self._patient_s(tally.postponed - 1)
        return Park(delay_s=delay_s, counts=False, tally=tally.parked(cause, now_s))

    def _full_jitter_s(self, failures_before: int) -> float:
        return self.jitter() * _doubled(RETRY_BASE_S, failures_before, RETRY_CAP_S)

    def _patient_s(self, times_before: int) -> float:
        # Never below the floor: a missing customer does not appear, nor a closed account open, sooner.
        spread_s = _doubled(PATIENCE_FLOOR_S, times_before, PATIENCE_CAP_S) - PATIENCE_FLOOR_S
        return PATIENCE_FLOOR_S + self.jitter() * spread_s


def _doubled(base_s: float, times: int, cap_s: float) -> float:
    return float(min(cap_s, base_s * 2 ** min(times, 32)))


def _at_least(delay_s: float, retry_after_s: float | None) -> float:
    return max(delay_s, min(retry_after_s or 0.0, RETRY_AFTER_CAP_S))


def _hours(seconds: float) -> str:
    return f"{seconds / 3_600:.1f} h"


def _give_up(code: str, message: str, hint: str, tally: Tally) -> GiveUp:
    details = {"attempts": str(tally.attempts + tally.waits + tally.defects)}
    return GiveUp(rejected=outcomes.Rejected(code=code, message=message, hint=hint, details=details))

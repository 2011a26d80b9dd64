"""The decision after an outcome: settle the record, park it, or give it up; as values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from consumer import outcome as outcomes
from consumer.engine.decision import Decision, GiveUp, Park, Settle, Situation
from consumer.engine.refused_kinds import key_of
from consumer.engine.retry_state import Cause, RetryState
from consumer.outcome import internal_error
from consumer.record import LaneKey

RETRY_BASE_S = 2.0
RETRY_CAP_S = 300.0
WAIT_FLOOR_S = 5.0
WAIT_CAP_S = 300.0
THROTTLED_AT_LEAST_S = 0.25
THROTTLED_AT_MOST_S = 0.75
# After so many failures a delay is at least half of its step, so that an hour has at most 31 attempts.
QUICK_RETRIES = 4
HOLD_CAP_S = 900.0
RETRY_AFTER_CAP_S = 3_600.0
PARK_MAX_AGE_S = 86_400.0
RECORD_MAX_AGE_S = 3_600.0
DEPENDENCY_MAX_AGE_S = 6 * 3_600.0
DEFECT_ATTEMPTS = 3
LONGEST_RESTART_DELAY_S = 30.0
RESTART_DELAY_EACH_S = 0.1
DAY_S = 86_400.0

Jitter = Callable[[], float]
"""Returns a random number in [0, 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    The rules of delays and budgets; with full jitter, so that records that failed together retry separately.

    Attributes:
        park_max_age_s: how long a record may wait for reasons of its own, all together; without holds.
        record_max_age_s: how long a record may fail while the account responds to it or to other records.
        dependency_max_age_s: how long a record may wait for another one that is not in NetSuite.
        hold_limit_s: how long a hold may last at most, whatever is configured, because Kafka deletes the
            record.
        retry_after_cap_s: the longest delay after a ``Retry-After``.
    """

    jitter: Jitter
    park_max_age_s: float = PARK_MAX_AGE_S
    record_max_age_s: float = RECORD_MAX_AGE_S
    dependency_max_age_s: float = DEPENDENCY_MAX_AGE_S
    hold_limit_s: float = math.inf
    retry_after_cap_s: float = RETRY_AFTER_CAP_S

    def decide(  # noqa: PLR0911 - one row an outcome
        self, outcome: outcomes.Outcome, retry_state: RetryState, seen: Situation
    ) -> Decision:
        """The decision after a delivery's outcome."""
        is_answering = has_answered(outcome) or seen.answered_s > retry_state.parked_at_s
        retry_state = retry_state.until(seen.now_s, is_account_answering=is_answering)
        if isinstance(outcome, outcomes.Settled):
            return Settle(outcome=outcome)
        retry_state = replace(retry_state, outcome=outcome)
        match outcome:
            case outcomes.Unavailable(reason=reason, retry_after_s=retry_after_s):
                return self._retry(reason, retry_after_s, retry_state, seen)
            case outcomes.Ambiguous(reason=reason):
                return self._retry(reason, None, retry_state.in_smaller_company(seen.carried), seen)
            case outcomes.Waiting(hold=outcomes.Hold() as hold, kind=kind):
                return self._hold(hold, kind, retry_state, seen)
            case outcomes.Waiting():
                return self._wait(outcome, retry_state, seen)
            case outcomes.Throttled(by="script", reason=reason, retry_after_s=retry_after_s) if (
                seen.carried == 1
            ):
                # It was alone in its call and used up time or units itself, so waiting does not help.
                return self._retry(reason, retry_after_s, retry_state, seen)
            case outcomes.Throttled(retry_after_s=retry_after_s):
                return self._step_aside(Cause.LIMIT, retry_after_s, retry_state, seen)
            case outcomes.AccountDown():
                return self._step_aside(Cause.ACCOUNT, None, retry_state, seen)
            case _:
                assert_never(outcome)

    def after_lost_acknowledgement(self, retry_state: RetryState, seen: Situation) -> Park:
        """Park a record whose event Kafka did not acknowledge; this has no budget."""
        retry_state = retry_state.until(seen.now_s)
        retry_state = replace(retry_state, postponed=retry_state.postponed + 1)
        delay_s = self._wait_s(retry_state.postponed - 1)
        return Park(delay_s=delay_s, counts=False, retry_state=retry_state.parked(Cause.BROKER, seen.now_s))

    def after_defect(self, error_name: str, retry_state: RetryState, seen: Situation) -> Park | GiveUp:
        """
        The decision after a call with an unexpected error: give up after `DEFECT_ATTEMPTS` of them.

        Any record of the call may be its cause, so each is retried alone first. Errors of our code on one
        record before or after its call are not handled here: they are given up at once, since a retry does
        not help.
        """
        retry_state = retry_state.until(seen.now_s)
        if seen.carried > 1:
            return self._step_aside(Cause.LIMIT, None, replace(retry_state, company=1), seen)
        retry_state = replace(retry_state, defects=retry_state.defects + 1, outcome=None)
        if retry_state.defects >= DEFECT_ATTEMPTS:
            failed = internal_error(error_name, "while it carried this event", attempts=retry_state.defects)
            return GiveUp(rejected=failed)
        delay_s = self._jittered_s(retry_state.defects - 1)
        return Park(delay_s=delay_s, counts=True, retry_state=retry_state.parked(Cause.RECORD, seen.now_s))

    def restart_delay_s(self, unsettled: int) -> float:
        """
        Delay in seconds of a record that was in flight or parked when its partition's last owner stopped.

        It grows with the number of unsettled records of the process, so that they return at a limited rate.
        """
        return min(LONGEST_RESTART_DELAY_S, RESTART_DELAY_EACH_S * unsettled) * self.jitter()

    def above_high_water(self, retry_state: RetryState, now_s: float) -> GiveUp:
        """Give up a parked record, since its partition would be paused because of it (offset map span)."""
        retry_state = retry_state.until(now_s)
        if retry_state.refusal is not None:
            sentence = f"{retry_state.refusal.message}; held until too much was waiting behind it"
            return GiveUp(rejected=replace(retry_state.refusal, message=sentence))
        tried = f"tried {retry_state.failures} times in {_hours(retry_state.own_s)}"
        message = f"{tried}, and too much is waiting behind it"
        hint = "look at why this event cannot be written, then replay it"
        return _give_up("parked_too_long", message, hint, retry_state)

    def _retry(
        self, reason: str, retry_after_s: float | None, retry_state: RetryState, seen: Situation
    ) -> Park | GiveUp:
        if not seen.is_account_open:
            return self._step_aside(Cause.ACCOUNT, retry_after_s, retry_state, seen)
        retry_state = replace(retry_state, attempts=retry_state.attempts + 1)
        if retry_state.retried_s >= self.record_max_age_s or retry_state.own_s >= self.park_max_age_s:
            tried_s = retry_state.retried_s + retry_state.stalled_s
            message = f"tried {retry_state.attempts} times in {_hours(tried_s)}; the last answer: {reason}"
            hint = "look at what NetSuite answers, then replay the event"
            return _give_up("parked_too_long", message, hint, retry_state)
        delay_s = self._at_least(self._jittered_s(retry_state.attempts - 1), retry_after_s)
        return Park(delay_s=delay_s, counts=True, retry_state=retry_state.parked(Cause.RECORD, seen.now_s))

    def _wait(self, outcome: outcomes.Waiting, retry_state: RetryState, seen: Situation) -> Park | GiveUp:
        retry_state = replace(retry_state, waits=retry_state.waits + 1)
        if retry_state.waited_s >= self.dependency_max_age_s or retry_state.own_s >= self.park_max_age_s:
            missing = outcome.message or f"{outcome.on} is not in NetSuite"
            message = f"{missing}; waited {_hours(retry_state.waited_s)} for it"
            hint = f"bring {outcome.on} into NetSuite, then replay the event"
            return _give_up("dependency_missing", message, hint, retry_state)
        return Park(
            delay_s=self._wait_s(retry_state.waits - 1),
            counts=True,
            retry_state=retry_state.parked(Cause.DEPENDENCY, seen.now_s),
            missing=LaneKey(outcome.missing) if outcome.missing else None,
        )

    def _hold(
        self, hold: outcomes.Hold, kind: str | None, retry_state: RetryState, seen: Situation
    ) -> Park | GiveUp:
        retry_state = replace(retry_state, waits=retry_state.waits + 1)
        if seen.age_s >= min(hold.max_age_s, self.hold_limit_s):
            sentence = f"{hold.refusal.message}; held for {_days(seen.age_s)}"
            return GiveUp(rejected=replace(hold.refusal, message=sentence))
        held = replace(retry_state, refusal=hold.refusal)
        if kind is not None:
            delay_s, held = self._wait_s(held.waits - 1), held.parked(Cause.KIND, seen.now_s)
            return Park(delay_s=delay_s, counts=False, retry_state=held, missing=key_of(kind))
        delay_s, held = self._wait_s(held.waits - 1, HOLD_CAP_S), held.parked(Cause.HOLD, seen.now_s)
        return Park(delay_s=delay_s, counts=False, retry_state=held)

    def _step_aside(
        self, cause: Cause, retry_after_s: float | None, retry_state: RetryState, seen: Situation
    ) -> Park:
        # Short: the permit pool has the account's own delay, and grants no permit before its end.
        spread_s = THROTTLED_AT_MOST_S - THROTTLED_AT_LEAST_S
        delay_s = self._at_least(THROTTLED_AT_LEAST_S + spread_s * self.jitter(), retry_after_s)
        retry_state = replace(retry_state, postponed=retry_state.postponed + 1)
        return Park(delay_s=delay_s, counts=False, retry_state=retry_state.parked(cause, seen.now_s))

    def _at_least(self, delay_s: float, retry_after_s: float | None) -> float:
        return max(delay_s, min(retry_after_s or 0.0, self.retry_after_cap_s))

    def _jittered_s(self, failures_before: int) -> float:
        step_s = _doubled(RETRY_BASE_S, failures_before, RETRY_CAP_S)
        floor_s = 0.0 if failures_before < QUICK_RETRIES else step_s / 2
        return floor_s + self.jitter() * (step_s - floor_s)

    def _wait_s(self, times_before: int, cap_s: float = WAIT_CAP_S) -> float:
        # At least `WAIT_FLOOR_S`: a missing customer or a failed broker rarely comes back sooner.
        spread_s = _doubled(WAIT_FLOOR_S, times_before, cap_s) - WAIT_FLOOR_S
        return WAIT_FLOOR_S + self.jitter() * spread_s


def _doubled(base_s: float, times: int, cap_s: float) -> float:
    return float(min(cap_s, base_s * 2 ** min(times, 32)))


def has_answered(outcome: outcomes.Outcome) -> bool:
    """Whether NetSuite itself has said this of the record; a rejection or an ignored one may be ours."""
    match outcome:
        case outcomes.Ambiguous(is_answer=is_answer):
            return is_answer
        case outcomes.Delivered() | outcomes.AlreadyThere() | outcomes.Waiting():
            return True
        case outcomes.Throttled(by=by):
            return by == "script"
        case _:
            return False


def _hours(seconds: float) -> str:
    return f"{seconds / 3_600:.1f} h"


def _days(seconds: float) -> str:
    return f"{seconds / DAY_S:.1f} days"


def _give_up(code: str, message: str, hint: str, retry_state: RetryState) -> GiveUp:
    details = {"attempts": str(retry_state.failures)}
    return GiveUp(rejected=outcomes.Rejected(code=code, message=message, hint=hint, details=details))

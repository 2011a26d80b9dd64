"""How long a parked record may still wait before it is given up."""

from __future__ import annotations

from consumer.engine.backoff import Backoff
from consumer.engine.retry_state import Cause, RetryState
from consumer.outcome import Waiting


def left_s(backoff: Backoff, retry_state: RetryState, *, now_s: float, age_s: float) -> float | None:
    """
    Seconds until the record is given up at the next try after them; None without a limit of its own.

    Args:
        backoff: the budgets.
        retry_state: of the parked record.
        now_s: on the clock of the retry state.
        age_s: seconds since the record's Kafka timestamp.
    """
    limit_s = _limit_s(backoff, retry_state, now_s=now_s, age_s=age_s)
    return None if limit_s is None else max(0.0, limit_s)


def _limit_s(backoff: Backoff, state: RetryState, *, now_s: float, age_s: float) -> float | None:
    own_s = backoff.park_max_age_s - state.own_s
    parked_s = max(0.0, now_s - state.parked_at_s)
    match state.cause, state.outcome:
        case Cause.RECORD, _:
            return min(backoff.record_max_age_s - state.retried_s, own_s) - parked_s
        case Cause.DEPENDENCY, _:
            return min(backoff.dependency_max_age_s - state.waited_s, own_s) - parked_s
        case Cause.HOLD | Cause.KIND, Waiting(hold=hold) if hold is not None:
            return min(hold.max_age_s, backoff.hold_limit_s) - age_s
        case _:
            return None

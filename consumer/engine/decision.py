"""The decisions after a delivery, and the facts for them; values only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from consumer.engine.retry_state import RetryState
from consumer.outcome import Rejected, Settled
from consumer.record import LaneKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Settle the record with this outcome."""

    outcome: Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """
    Park the record at the head of its lane, and retry it.

    Attributes:
        delay_s: seconds until the retry.
        counts: whether the wait counts against one of the record's budgets.
        retry_state: the record's retry state from now on.
        missing: the lane whose record ends the wait; None without one.
    """

    delay_s: float
    counts: bool
    retry_state: RetryState
    missing: LaneKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Give the record up; it is settled after Kafka has acknowledged its error event."""

    rejected: Rejected


Decision = Settle | Park | GiveUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """
    The facts of a finished call besides its outcome.

    Attributes:
        now_s: monotonic, without the time in which the circuit breaker was open.
        carried: how many records the call had.
        is_account_open: False when the circuit breaker is open, so that a failure is not the record's own.
        age_s: seconds since the record's Kafka timestamp, by the wall clock.
        answered_s: when the account last responded to any record, on the clock of `now_s`.
    """

    now_s: float
    carried: int = 1
    is_account_open: bool = True
    age_s: float = 0.0
    answered_s: float = -math.inf

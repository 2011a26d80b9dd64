"""What can follow from a delivery, and what is known of it when that is decided; values only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from consumer.engine.retry_state import RetryState
from consumer.outcome import Rejected, Settled
from consumer.record import LaneKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The record is done; whatever had to be published has been."""

    outcome: Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """
    The record keeps its place at the head of its lane and is tried again.

    Attributes:
        counts: whether the wait is charged to one of the record's budgets.
        retry_state: what the record has now been through.
        missing: the lane whose record would end the wait, where there is one.
    """

    delay_s: float
    counts: bool
    retry_state: RetryState
    missing: LaneKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """A budget is spent; the error event must be acknowledged before the record is done."""

    rejected: Rejected


Decision = Settle | Park | GiveUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """
    What a call that has ended was like, besides its outcome.

    Attributes:
        now_s: monotonic, without the time in which the account was left alone.
        carried: how many records the call carried.
        is_account_open: whether what failed may be the record's own fault.
        age_s: since the record came into Kafka, by the wall clock.
        answered_s: when the account last answered anybody, on the clock of `now_s`.
    """

    now_s: float
    carried: int = 1
    is_account_open: bool = True
    age_s: float = 0.0
    answered_s: float = -math.inf

"""The retry state of a record: its deliveries and waits since this worker admitted it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from consumer.outcome import Rejected, Unsettled
from consumer.record import LaneKey

FULL_COMPANY = 25


class Cause(Enum):
    """
    Whose time a wait is: `RECORD` and `DEPENDENCY` have a budget.

    `HOLD` is a wait that a person has chosen; `PREDECESSOR` one for a record that this worker holds itself;
    `KIND` one for the account to accept this kind of document again.
    """

    RECORD = auto()
    DEPENDENCY = auto()
    HOLD = auto()
    PREDECESSOR = auto()
    LIMIT = auto()
    KIND = auto()
    ACCOUNT = auto()
    BROKER = auto()
    RESTART = auto()

    @property
    def is_own(self) -> bool:
        """Whether it is a reason of the record itself."""
        return self in {Cause.RECORD, Cause.DEPENDENCY, Cause.HOLD, Cause.PREDECESSOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryState:
    """
    The retry state of one record; a restart resets it. Times are monotonic, without those of an open breaker.

    Attributes:
        tries: the number of its deliveries.
        first_tried_at: the time of the first delivery.
        attempts: failures for reasons of the record itself.
        waits: responses that an object it refers to is missing.
        postponed: failures of the whole account, and events that Kafka did not acknowledge.
        defects: deliveries with an unexpected error of our code.
        company: the largest number of records in its call: it decreases after each call with an unknown
            result, because one of the call's records may be the cause.
        retried_s: seconds parked after failures of its own while the account responded.
        stalled_s: the same while the account did not respond.
        waited_s: seconds parked because an object was missing.
        parked_at_s: when the last wait began.
        cause: of the last wait.
        due_s: when the last wait ends, on the monotonic clock; None when another lane ends it.
        awaited: the key of that lane or kind; None without one.
        refusal: the rejection to publish when a `HOLD` or `KIND` wait ends before it succeeds.
        outcome: of the last delivery; None before, and after one with an unexpected error.
    """

    tries: int = 0
    first_tried_at: datetime | None = None
    attempts: int = 0
    waits: int = 0
    postponed: int = 0
    defects: int = 0
    company: int = FULL_COMPANY
    retried_s: float = 0.0
    stalled_s: float = 0.0
    waited_s: float = 0.0
    parked_at_s: float = 0.0
    cause: Cause | None = None
    due_s: float | None = None
    awaited: LaneKey | None = None
    refusal: Rejected | None = None
    outcome: Unsettled | None = None

    @property
    def failures(self) -> int:
        """The number of failed deliveries for reasons of the record itself."""
        return self.attempts + self.waits + self.defects

    @property
    def is_waiting_for_itself(self) -> bool:
        """Whether it waits for a reason of its own."""
        return self.cause is not None and self.cause.is_own

    @property
    def is_retry(self) -> bool:
        """Whether it has failed before for reasons of its own."""
        return self.failures > 0

    def tried(self, now: datetime) -> RetryState:
        """With one more delivery, which begins now."""
        return replace(self, tries=self.tries + 1, first_tried_at=self.first_tried_at or now)

    @property
    def own_s(self) -> float:
        """Seconds parked for reasons of its own, without holds."""
        return self.retried_s + self.stalled_s + self.waited_s

    def until(self, now_s: float, *, is_account_answering: bool = True) -> RetryState:
        """With the time since the last wait began added to the budget of its cause."""
        elapsed_s = max(0.0, now_s - self.parked_at_s)
        match self.cause:
            case Cause.RECORD if is_account_answering:
                return replace(self, retried_s=self.retried_s + elapsed_s, cause=None)
            case Cause.RECORD:
                return replace(self, stalled_s=self.stalled_s + elapsed_s, cause=None)
            case Cause.DEPENDENCY:
                return replace(self, waited_s=self.waited_s + elapsed_s, cause=None)
            case _:
                return replace(self, cause=None)

    def parked(self, cause: Cause, now_s: float) -> RetryState:
        """At the beginning of a wait for this cause."""
        return replace(self, cause=cause, parked_at_s=now_s)

    def due_at(self, due_s: float) -> RetryState:
        """Waiting until then, for no other lane."""
        return replace(self, due_s=due_s, awaited=None)

    def awaiting(self, key: LaneKey) -> RetryState:
        """Waiting until the lane or kind of this key ends the wait."""
        return replace(self, due_s=None, awaited=key)

    def in_smaller_company(self, carried: int) -> RetryState:
        """After a call of `carried` records with an unknown result."""
        return replace(self, company=min(self.company, max(1, carried // 5)))

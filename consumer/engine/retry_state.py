"""What a record has been through since this worker took it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from consumer.outcome import Rejected

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
        """Whether the record waits for its own reasons."""
        return self in {Cause.RECORD, Cause.DEPENDENCY, Cause.HOLD, Cause.PREDECESSOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryState:
    """
    One record's history; a restart begins anew. Times are monotonic, without those of a closed account.

    Attributes:
        tries: how often it was handed out.
        first_tried_at: when first.
        attempts: failures for the record's own reasons.
        waits: answers that something it refers to was missing, in a row or not.
        postponed: refusals of the whole account, and events that Kafka did not acknowledge.
        defects: deliveries that ended in an unexpected error of ours.
        company: in how large a call it may travel: less after each whose fate is unknown, because one of
            those in it may have caused that.
        retried_s: time between failures for the record's own reasons and what followed, while the account
            answered.
        stalled_s: the same while it answered nobody.
        waited_s: time between answers that something was missing and what followed.
        parked_at_s: the last wait's beginning.
        cause: of the last wait.
        refusal: what is published when a chosen wait, or one for a kind, is cut short.
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
    refusal: Rejected | None = None

    @property
    def failures(self) -> int:
        """Tries that came to nothing for the record's own reasons."""
        return self.attempts + self.waits + self.defects

    @property
    def is_waiting_for_itself(self) -> bool:
        """Whether it waits for its own reasons."""
        return self.cause is not None and self.cause.is_own

    @property
    def is_retry(self) -> bool:
        """Whether trying it again is on the record's account."""
        return self.failures > 0

    def tried(self, now: datetime) -> RetryState:
        """With one more try, beginning now."""
        return replace(self, tries=self.tries + 1, first_tried_at=self.first_tried_at or now)

    @property
    def own_s(self) -> float:
        """The time that it has waited for its own reasons, those of a person's choice excepted."""
        return self.retried_s + self.stalled_s + self.waited_s

    def until(self, now_s: float, *, is_account_answering: bool = True) -> RetryState:
        """With the time since the last wait began charged to that wait's cause."""
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
        """As a wait for this cause begins."""
        return replace(self, cause=cause, parked_at_s=now_s)

    def in_smaller_company(self, carried: int) -> RetryState:
        """After a call of so many whose fate is unknown."""
        return replace(self, company=min(self.company, max(1, carried // 5)))

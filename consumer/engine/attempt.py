"""An admitted record with its retry state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from consumer.engine.retry_state import RetryState
from consumer.record import Record

# One for all, since thousands of records that are read ahead have it.
UNTRIED = RetryState()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    An admitted record.

    Attributes:
        epoch: the assignment of its partition under which it was admitted; results of an older one are void.
        retry_state: its past deliveries and waits.
    """

    record: Record
    epoch: int
    retry_state: RetryState = UNTRIED

    def tried(self, now: datetime) -> Attempt:
        """With one more delivery, which begins now."""
        before = self.retry_state
        # Nearly all records are delivered once, and `replace` takes several times as long.
        state = RetryState(tries=1, first_tried_at=now) if before is UNTRIED else before.tried(now)
        return Attempt(record=self.record, epoch=self.epoch, retry_state=state)

    @property
    def delivered(self) -> Record:
        """The record with the number of its deliveries and the time of the first one."""
        return replace(
            self.record, tries=self.retry_state.tries, first_tried_at=self.retry_state.first_tried_at
        )

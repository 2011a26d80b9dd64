"""A record on its way, and what it has been through."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from consumer.engine.retry_state import RetryState
from consumer.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    A record on its way.

    Attributes:
        epoch: the ownership of its partition that it was taken under; results of an older one are void.
        retry_state: what it has been through.
    """

    record: Record
    epoch: int
    retry_state: RetryState = field(default_factory=RetryState)

    @property
    def delivered(self) -> Record:
        """The record as it is handed out, with how often it has been."""
        return replace(
            self.record, tries=self.retry_state.tries, first_tried_at=self.retry_state.first_tried_at
        )

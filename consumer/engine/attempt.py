"""A record on its way, and what it has been through."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from consumer.engine.retry_state import Tally
from consumer.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    A record on its way.

    Attributes:
        epoch: the ownership of its partition that it was taken under; results of an older one are void.
        tally: what it has been through.
    """

    record: Record
    epoch: int
    tally: Tally = field(default_factory=Tally)

    @property
    def handed(self) -> Record:
        """The record as it is handed out, with how often it has been."""
        return replace(self.record, tries=self.tally.tries, first_tried_at=self.tally.first_tried_at)

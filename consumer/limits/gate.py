"""How many calls of one account may be under way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """
    The permits of one account in this worker.

    What is under way is counted by whoever runs it and handed in: a counter beside the calls could drift
    (confluentinc/parallel-consumer#547).
    """

    permits: int

    def has_room(self, under_way: int) -> bool:
        """Whether one more call may start."""
        return under_way < self.permits

"""
The largest number of records in a call that this process can prepare in time.

A call has its permit from the moment when it is taken, so a process without free CPU time holds permits
without using them: large calls are useful only while they start in time.
"""

from __future__ import annotations

from consumer.limits.failure_rate import LARGEST_BATCH

LATE_S = 0.025
IN_TIME_S = 0.010
CHANGE_EVERY_S = 0.5
WEIGHT_OF_ONE = 0.1
SHRINK_FACTOR = 0.75


class StartDelay:
    """Additive increase and multiplicative decrease, by the delay between taking and starting calls."""

    def __init__(self) -> None:
        self._largest_batch = LARGEST_BATCH
        self._late_s = 0.0
        self._changed_at_s = float("-inf")

    @property
    def largest_batch(self) -> int:
        """The largest number of records in a call."""
        return self._largest_batch

    def note(self, late_s: float, now_s: float) -> None:
        """
        Record a call that started at `now_s` on the monotonic clock, `late_s` seconds after it was taken.
        """
        self._late_s += WEIGHT_OF_ONE * (late_s - self._late_s)
        if now_s - self._changed_at_s < CHANGE_EVERY_S:
            return
        if self._late_s > LATE_S:
            self._change(max(1, int(self._largest_batch * SHRINK_FACTOR)), now_s)
        elif self._late_s < IN_TIME_S:
            self._change(min(LARGEST_BATCH, self._largest_batch + 1), now_s)

    def _change(self, largest_batch: int, now_s: float) -> None:
        if largest_batch != self._largest_batch:
            self._largest_batch = largest_batch
            self._changed_at_s = now_s

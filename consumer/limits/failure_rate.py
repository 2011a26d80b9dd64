"""Failure rates of recent calls: of failed calls, and of rejected records."""

from __future__ import annotations

from collections import deque

SAMPLE_AGE_S = 60.0
SAMPLES_AT_LEAST = 10
FAILED_SHARE = 0.5
FEW_SAMPLES = 3

SETTLED_LOOKED_AT = 200
REJECTED_SHARE = 0.2
REJECTED_IN_A_ROW = 25

LARGEST_BATCH = 25
DOUBT_AFTER_REJECTIONS = 3


class Failures:
    """
    The calls of the last minute: the account counts as failing when half of ten or more have failed.

    They are counted as they come and go; a sum after each call would cost more than the call itself.
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, bool]] = deque()
        self._failed = 0

    def note(self, now_s: float, *, has_failed: bool) -> None:
        """Add a call that ended at `now_s` on the monotonic clock."""
        self._samples.append((now_s, has_failed))
        self._failed += has_failed
        while self._samples[0][0] < now_s - SAMPLE_AGE_S:
            self._failed -= self._samples.popleft()[1]

    def forget(self) -> None:
        """Remove all samples."""
        self._samples.clear()
        self._failed = 0

    @property
    def are_all(self) -> bool:
        """Whether all of at least three calls failed; enough when NetSuite's error is not about a record."""
        return len(self._samples) >= FEW_SAMPLES and self._failed == len(self._samples)

    @property
    def are_many(self) -> bool:
        """Whether the circuit breaker must open."""
        return len(self._samples) >= SAMPLES_AT_LEAST and self._failed >= len(self._samples) * FAILED_SHARE


class Rejections:
    """
    The outcomes of the last settled records: a wrong setting must not produce 40 000 error events.

    After Arroyo's ``DlqLimit`` (getsentry/arroyo ``dlq.py``).
    """

    def __init__(self) -> None:
        self._were_rejected: deque[bool] = deque()
        self._rejected = 0
        self._in_a_row = 0
        self._trust = 1

    def note(self, *, was_rejected: bool) -> None:
        """Add a record that was settled after a call or rejected."""
        self._were_rejected.append(was_rejected)
        self._rejected += was_rejected
        if len(self._were_rejected) > SETTLED_LOOKED_AT:
            self._rejected -= self._were_rejected.popleft()
        self._in_a_row = self._in_a_row + 1 if was_rejected else 0
        if self._in_a_row >= DOUBT_AFTER_REJECTIONS:
            self._trust = 1
        elif not was_rejected:
            self._trust = min(LARGEST_BATCH, self._trust + 1)

    def forget(self) -> None:
        """Remove all outcomes, and begin with calls of one record."""
        self._were_rejected.clear()
        self._rejected, self._in_a_row, self._trust = 0, 0, 1

    @property
    def are_a_storm(self) -> bool:
        """Whether the circuit breaker must open."""
        if self._in_a_row >= REJECTED_IN_A_ROW:
            return True
        share = self._rejected / SETTLED_LOOKED_AT
        return len(self._were_rejected) == SETTLED_LOOKED_AT and share > REJECTED_SHARE

    @property
    def largest_batch(self) -> int:
        """
        The largest number of records in a call.

        It grows by one with every success: error events of a call of 25 rejected records cannot be undone.
        """
        return self._trust

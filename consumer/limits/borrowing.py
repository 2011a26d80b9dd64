"""
Borrowed permits: permits beyond the lease, which grow slowly and are returned at a refusal.

A backlog is seldom even: records are keyed by customer, so one worker often has most of it while the leases
of the others are unused. A borrowed permit above the account's limit costs one refusal, before any script
starts.
"""

from __future__ import annotations

from collections.abc import Callable

CUT = 0.7
GROWTH_EVERY_S = 3.0
HOLD_OFF_S = 5.0
LONGEST_HOLD_OFF_S = 120.0
HOLD_OFF_SPREAD = 0.3
SMALL = 4
UNUSED_LIMIT_S = 10.0
PEACE_S = 60.0


class BorrowedPermits:
    """
    The number of borrowed permits; times are seconds on the monotonic clock.

    It begins with one permit and doubles every few seconds without a refusal. A refusal delays the next
    increase, longer each time in a row, so that an account at its limit is seldom tried.
    """

    def __init__(self, jitter: Callable[[], float]) -> None:
        """Borrow nothing yet; `jitter` gives numbers in [0, 1)."""
        self._jitter = jitter
        self._size = 0
        self._not_before_s = 0.0
        self._hold_off_s = HOLD_OFF_S
        self._wanted_at_s = 0.0
        self._cut_at_s = float("-inf")

    @property
    def permits(self) -> int:
        """The number of borrowed permits."""
        return self._size

    @property
    def grows_at_s(self) -> float:
        """The earliest time of the next increase."""
        return self._not_before_s

    def want(self, *, limit: int, now_s: float) -> None:
        """Increase, if allowed, since ready records have no permit."""
        self._wanted_at_s = now_s
        if now_s < self._not_before_s or self._size >= limit:
            return
        if self._size and now_s - self._cut_at_s > PEACE_S:
            # No refusal for long: the account has free capacity.
            self._hold_off_s = HOLD_OFF_S
        self._size = min(limit, max(1, self._size * 2))
        self._not_before_s = now_s + GROWTH_EVERY_S

    def cut(self, now_s: float) -> None:
        """Decrease after a refused call."""
        # Few borrowed permits are returned all: else they reduce the lease of another worker permanently,
        # because only that worker is refused then. The simulation in tests/bench shows it.
        self._size = int(self._size * CUT) if self._size > SMALL else 0
        self._cut_at_s = now_s
        spread = 1 + HOLD_OFF_SPREAD * (2 * self._jitter() - 1)
        self._not_before_s = now_s + self._hold_off_s * spread
        self._hold_off_s = min(LONGEST_HOLD_OFF_S, self._hold_off_s * 2)

    def expire(self, now_s: float, *, is_in_use: bool) -> None:
        """Return all when unused for `UNUSED_LIMIT_S`, so that a burst begins at the lease."""
        if is_in_use:
            self._wanted_at_s = now_s
        elif now_s - self._wanted_at_s > UNUSED_LIMIT_S:
            self._size = 0

    def bound(self, limit: int) -> None:
        """Decrease to `limit` if there are more."""
        self._size = min(self._size, limit)

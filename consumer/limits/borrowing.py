"""
Permits beyond the lease, taken slowly and given back at the first refusal.

Backlog is seldom even: records are keyed by customer, so one worker often holds most of it while the others'
leases lie idle. A loan that hits a limit costs one refusal, which NetSuite gives before any script starts.
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
    How much is borrowed; times are seconds on the monotonic clock.

    It begins with one permit and doubles every few seconds without a refusal. A refusal puts off the next
    growth, longer each time in a row, so that a full account is not knocked at all the time.
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
        """The size of the loan."""
        return self._size

    @property
    def grows_at_s(self) -> float:
        """When it may grow at the earliest."""
        return self._not_before_s

    def want(self, *, limit: int, now_s: float) -> None:
        """There is work that only more permits could start."""
        self._wanted_at_s = now_s
        if now_s < self._not_before_s or self._size >= limit:
            return
        if self._size and now_s - self._cut_at_s > PEACE_S:
            # Nothing refused for long: the account does have room.
            self._hold_off_s = HOLD_OFF_S
        self._size = min(limit, max(1, self._size * 2))
        self._not_before_s = now_s + GROWTH_EVERY_S

    def cut(self, now_s: float) -> None:
        """The account refused a call while something was borrowed."""
        # A small loan goes whole: kept, it would be taken out of somebody's lease who cannot get it back,
        # because only its owner is refused then. The simulation in tests/bench shows it.
        self._size = int(self._size * CUT) if self._size > SMALL else 0
        self._cut_at_s = now_s
        spread = 1 + HOLD_OFF_SPREAD * (2 * self._jitter() - 1)
        self._not_before_s = now_s + self._hold_off_s * spread
        self._hold_off_s = min(LONGEST_HOLD_OFF_S, self._hold_off_s * 2)

    def expire(self, now_s: float, *, is_in_use: bool) -> None:
        """Give back what nobody has wanted for a while, so that a burst begins at the lease."""
        if is_in_use:
            self._wanted_at_s = now_s
        elif now_s - self._wanted_at_s > UNUSED_LIMIT_S:
            self._size = 0

    def bound(self, limit: int) -> None:
        """Borrow no more than `limit`."""
        self._size = min(self._size, limit)

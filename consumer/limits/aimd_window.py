"""
How much of a lease may be used while others take their part of the account.

Additive increase, multiplicative decrease on refusals only: NetSuite refuses at once instead of queueing, so
a rising delay says nothing. Netflix's ``AIMDLimit`` cuts at every dropped call and adds one per success, so
it swings; here a refusal counts once per round trip, and a window of *n* grows by one in *n* successes.
"""

from __future__ import annotations

CUT = 0.7
LEAST = 1.0


class Window:
    """The permits in use below a ceiling."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._size = float(ceiling)

    @property
    def ceiling(self) -> int:
        """The lease."""
        return self._ceiling

    @property
    def permits(self) -> int:
        """Whole permits."""
        return int(self._size)

    @property
    def is_full(self) -> bool:
        """Whether nothing of the lease is held back."""
        return self._size >= self._ceiling

    def resize(self, ceiling: int) -> None:
        """Another lease: what is above it goes, and what was not held back grows with it."""
        self._size = float(ceiling) if self.is_full else min(self._size, float(ceiling))
        self._ceiling = ceiling

    def cut(self) -> None:
        """The account refused a call."""
        self._size = max(LEAST, self._size * CUT)

    def grow(self) -> None:
        """A call succeeded while the window was in use."""
        self._size = min(float(self._ceiling), self._size + 1 / self._size)

"""
The AIMD window: how many of the leased permits may be used while other integrations use the account too.

Additive increase, multiplicative decrease at refusals only: NetSuite refuses at once instead of queueing, so
the latency is no signal. Netflix's ``AIMDLimit`` decreases at every dropped call and adds one per success, so
it oscillates; here a refusal counts once per round trip, and a window of *n* grows by one in *n* successes.
"""

from __future__ import annotations

CUT = 0.7
LEAST = 1.0


class Window:
    """The usable permits, up to a ceiling."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._size = float(ceiling)

    @property
    def ceiling(self) -> int:
        """The leased permits."""
        return self._ceiling

    @property
    def permits(self) -> int:
        """The usable permits, rounded down."""
        return int(self._size)

    @property
    def is_full(self) -> bool:
        """Whether all leased permits are usable."""
        return self._size >= self._ceiling

    def resize(self, ceiling: int) -> None:
        """Set the ceiling: a larger window is cut to it, and a full window grows to it."""
        self._size = float(ceiling) if self.is_full else min(self._size, float(ceiling))
        self._ceiling = ceiling

    def cut(self) -> None:
        """Decrease after a refused call."""
        self._size = max(LEAST, self._size * CUT)

    def grow(self) -> None:
        """Increase after a successful call with a fully used window."""
        self._size = min(float(self._ceiling), self._size + 1 / self._size)

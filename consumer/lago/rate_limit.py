"""How fast one connection may ask Lago: evenly spaced requests, and silence when Lago asks for it."""

from __future__ import annotations

from consumer.clock import Clock


class Pace:
    """Hands out the moments at which requests may be sent, at most so many a second."""

    def __init__(self, requests_per_s: int, *, clock: Clock) -> None:
        """Begin with a free moment now."""
        self._gap_s = 1 / requests_per_s
        self._clock = clock
        self._next_s = clock.monotonic_s()

    @property
    def wait_s(self) -> float:
        """Seconds until the next free moment; it is not taken by asking."""
        return max(0.0, self._next_s - self._clock.monotonic_s())

    def take(self) -> float:
        """Take the next free moment; how many seconds from now it is."""
        wait_s = self.wait_s
        self._next_s = self._clock.monotonic_s() + wait_s + self._gap_s
        return wait_s

    def hold(self, seconds: float) -> None:
        """Leave no free moment for so long."""
        self._next_s = max(self._next_s, self._clock.monotonic_s() + seconds)

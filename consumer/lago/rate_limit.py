"""The rate limit of one connection's requests to Lago: evenly spaced, with pauses that Lago requests."""

from __future__ import annotations

from consumer.clock import Clock


class Pace:
    """Assigns times to requests, at most `requests_per_s` a second."""

    def __init__(self, requests_per_s: int, *, clock: Clock) -> None:
        """Begin with a time that is free now."""
        self._gap_s = 1 / requests_per_s
        self._clock = clock
        self._next_s = clock.monotonic_s()

    @property
    def wait_s(self) -> float:
        """Seconds until the next free time, which is not assigned by reading this."""
        return max(0.0, self._next_s - self._clock.monotonic_s())

    def take(self) -> float:
        """Assign the next free time; returns how many seconds from now it is."""
        wait_s = self.wait_s
        self._next_s = self._clock.monotonic_s() + wait_s + self._gap_s
        return wait_s

    def hold(self, seconds: float) -> None:
        """Assign no time within the next `seconds`."""
        self._next_s = max(self._next_s, self._clock.monotonic_s() + seconds)

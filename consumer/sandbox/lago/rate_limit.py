"""Lago's limit of requests a second of one organisation, all keys together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

REQUESTS_PER_S = 50


@dataclass(slots=True, kw_only=True)
class RateLimit:
    """
    Counts requests within whole seconds.

    Attributes:
        requests_per_s: None is no limit, as in a self-hosted Lago.
        largest: the maximum number of requests within one second.
    """

    monotonic_s: Callable[[], float]
    requests_per_s: int | None = REQUESTS_PER_S
    largest: int = 0
    _second: int = -1
    _count: int = 0

    def admits(self) -> bool:
        """Count one request; whether it is within the limit."""
        second = int(self.monotonic_s())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        self.largest = max(self.largest, self._count)
        return self.requests_per_s is None or self._count <= self.requests_per_s

    def headers(self) -> dict[str, str]:
        """The headers of every response about the limit; ``Reset`` in seconds."""
        if self.requests_per_s is None:
            return {}
        left = max(0, self.requests_per_s - self._count)
        return {
            "X-RateLimit-Limit": str(self.requests_per_s),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": "1",
        }

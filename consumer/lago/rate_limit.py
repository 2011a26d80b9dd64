"""The rate limit of one connection's requests to Lago: evenly spaced, with pauses that Lago requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from consumer.clock import Clock

_COUNT = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """
    What a response says of Lago's limit for the whole organisation.

    Attributes:
        limit: requests in the present second.
        remaining: those that are left of them.
    """

    limit: int
    remaining: int

    @property
    def is_mostly_free(self) -> bool:
        """Whether at least half is left: then nothing else uses much of it."""
        return 2 * self.remaining >= self.limit


class Pace:
    """Assigns times to requests, at most `requests_per_s` a second."""

    def __init__(self, requests_per_s: int, *, clock: Clock, when_free_per_s: int | None = None) -> None:
        """
        Begin with a time that is free now.

        Args:
            requests_per_s: at most, whatever Lago says.
            clock: assigns times.
            when_free_per_s: at most, while Lago says that its limit is mostly free; the same by default.
        """
        self._gap_s = self._usual_gap_s = 1 / requests_per_s
        self._free_gap_s = 1 / (when_free_per_s or requests_per_s)
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

    def allow(self, allowance: Allowance | None) -> None:
        """Follow what the last response says; a Lago without a limit of its own says nothing (None)."""
        is_free = allowance is not None and allowance.is_mostly_free
        self._gap_s = self._free_gap_s if is_free else self._usual_gap_s


def allowance_of(headers: Mapping[str, str]) -> Allowance | None:
    """
    What the headers of a response say; None without them.

    Every response of Lago's cloud has them (lago-doc ``api-reference/rate-limits.mdx``).
    """
    limit, remaining = (headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
    if not (_COUNT.fullmatch(limit) and _COUNT.fullmatch(remaining)):
        return None
    return Allowance(limit=int(limit), remaining=int(remaining))

"""Time, as a thing that can be handed over: the system's, and one for tests that moves when set."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Monotonic time for waiting, wall time for what people and NetSuite read."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        ...

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        return time.monotonic()

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is advanced."""

    wall: datetime = field(default_factory=lambda: datetime(2026, 8, 1, tzinfo=UTC))
    elapsed_s: float = 1000.0

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point."""
        return self.elapsed_s

    def now(self) -> datetime:
        """The moment this clock stands at."""
        return self.wall

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self.elapsed_s += seconds
        self.wall += timedelta(seconds=seconds)

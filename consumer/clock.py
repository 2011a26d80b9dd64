"""Clocks as arguments: the system's, and one for tests that only `advance` moves."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Monotonic time for durations, wall time for timestamps."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        ...

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        return time.monotonic()

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FakeClock:
    """A clock for tests, which only `advance` moves."""

    wall: datetime = field(default_factory=lambda: datetime(2026, 8, 1, tzinfo=UTC))
    elapsed_s: float = 1000.0

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point."""
        return self.elapsed_s

    def now(self) -> datetime:
        """The set wall time."""
        return self.wall

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self.elapsed_s += seconds
        self.wall += timedelta(seconds=seconds)

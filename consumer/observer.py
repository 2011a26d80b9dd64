"""What the pipeline tells whoever counts."""

from __future__ import annotations

from typing import Protocol

from consumer.bookings import Booking


class Observer(Protocol):
    """What the pipeline tells its metrics."""

    def delivered(self, *, object: str, outcome: str, seconds: float) -> None:  # noqa: A002 - a label
        """One try took this long, and came to this outcome of the eight."""
        ...

    def booked(self, *, connection: str, booking: Booking, at_s: float) -> None:
        """A Lago object has reached NetSuite or was refused."""
        ...

    def error_published(self, *, connection: str, code: str) -> None:
        """An error event was acknowledged."""
        ...

    def fallback_used(self, *, connection: str, rule: str) -> None:
        """A fallback item was chosen for want of a mapping."""
        ...

"""The closed accounting periods of an account, as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """A period into which nothing is posted; both days belong to it, ``YYYY-MM-DD``."""

    name: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriods:
    """
    Those of one account.

    Attributes:
        periods: oldest first.
        unknown: why they are not known, without a full stop; empty where they are.
    """

    periods: tuple[ClosedPeriod, ...] = ()
    unknown: str = ""

    def of(self, day: str) -> ClosedPeriod | None:
        """The closed period that holds a day; None where the day lies in none that is known."""
        return next((each for each in self.periods if each.first <= day <= each.last), None)

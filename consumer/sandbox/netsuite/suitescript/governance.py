"""The remaining governance units and time of a call."""

from __future__ import annotations

from consumer.clock import Clock
from consumer.sandbox.netsuite.suitescript.errors import ExhaustedError


class Meter:
    """Counts the units of one call (Oracle section_N3351480), and ends it when units or time are used up."""

    def __init__(self, *, units: int, time_limit_s: float, clock: Clock) -> None:
        self.remaining = units
        self._clock = clock
        self._deadline_s = clock.monotonic_s() + time_limit_s
        self._stopped: ExhaustedError | None = None

    @property
    def stopped(self) -> ExhaustedError | None:
        """The error that has ended the script; None while it may run."""
        return self._stopped

    def spend(self, units: int) -> None:
        """Use units; raises ExhaustedError when units or time do not suffice, and at each later call."""
        self.check()
        if units > self.remaining:
            self.remaining = 0
            self._stop("SSS_USAGE_LIMIT_EXCEEDED", "Script Execution Usage Limit Exceeded")
        self.remaining -= units

    def check(self) -> None:
        """Raise ExhaustedError when the call has ended or its time is used up."""
        if self._stopped is not None:
            raise self._stopped
        if self._clock.monotonic_s() > self._deadline_s:
            self._stop("SSS_TIME_LIMIT_EXCEEDED", "Script Execution Time Exceeded.")

    def _stop(self, code: str, message: str) -> None:
        self._stopped = ExhaustedError(code, message)
        raise self._stopped

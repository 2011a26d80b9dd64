"""
The circuit breaker of an account: no permits while it is open, except for single probes.

Nothing else depends on it: no call starts, buffers fill, and partitions are paused by the usual rule. While
it is open, no record's budget decreases and no error event is published. While a person has paused the
connection the same holds, and there are no probes; open or closed, the breaker stays what it is.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class State(IntEnum):
    """The value of the gauge."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Reason(Enum):
    """Why the circuit breaker is open."""

    UNAVAILABLE = "unavailable"
    ACCOUNT_DOWN = "account_down"
    REJECTION_STORM = "rejection_storm"


FIRST_DELAY_S = {Reason.UNAVAILABLE: 5.0, Reason.ACCOUNT_DOWN: 5.0, Reason.REJECTION_STORM: 60.0}
# Repeated failed logins can lock a NetSuite role, so they have the longest delay.
LONGEST_DELAY_S = {Reason.UNAVAILABLE: 300.0, Reason.ACCOUNT_DOWN: 900.0, Reason.REJECTION_STORM: 60.0}


class Breaker:
    """Closed, open, or half open while a probe is due or in flight; times in seconds, monotonic."""

    def __init__(self) -> None:
        self._reason: Reason | None = None
        self._delay_s = 0.0
        self._due_s = 0.0
        self._is_probe_out = False
        self._is_paused = False
        self._began_s: float | None = None
        self._before_s = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether a person has paused the connection."""
        return self._is_paused

    @property
    def is_shut(self) -> bool:
        """Whether no call may start but a probe: it is open, or a person has paused the connection."""
        return self._is_paused or self._reason is not None

    @property
    def reason(self) -> Reason | None:
        """Why it is open; None while closed."""
        return self._reason

    @property
    def probe_due_s(self) -> float | None:
        """When the next probe may start; None while closed, paused, or while one is in flight."""
        is_none = self._reason is None or self._is_probe_out or self._is_paused
        return None if is_none else self._due_s

    def state(self, now_s: float) -> State:
        """The state, as the gauge shows it."""
        if self._reason is None:
            return State.CLOSED
        return State.HALF_OPEN if self._is_probe_out or now_s >= self._due_s else State.OPEN

    def open_for_s(self, now_s: float) -> float:
        """How long it has been open or paused in total, which the records' budgets exclude."""
        return self._before_s + (0.0 if self._began_s is None else now_s - self._began_s)

    def pause(self, now_s: float) -> None:
        """Let nothing through, no probe either, until `resume`."""
        self._is_paused = True
        self._begin(now_s)

    def resume(self, now_s: float) -> None:
        """End a pause; an open breaker stays open, and its probe may be due."""
        self._is_paused = False
        self._end(now_s)

    def open(self, reason: Reason, now_s: float) -> None:
        """Open it; while it is open, only a refused login changes the reason."""
        if self._reason is not None and (self._reason is reason or reason is not Reason.ACCOUNT_DOWN):
            return
        self._begin(now_s)
        self._reason = reason
        self._delay_s = FIRST_DELAY_S[reason]
        self._due_s = now_s + self._delay_s

    def probe_starts(self) -> None:
        """Record the start of the probe."""
        self._is_probe_out = True

    def probe_succeeded(self, now_s: float) -> None:
        """Close it."""
        self._reason = None
        self._is_probe_out = False
        self._end(now_s)

    def probe_failed(self, now_s: float) -> None:
        """Keep it open; the next probe has twice the delay."""
        self._is_probe_out = False
        if self._reason is not None:
            self._delay_s = min(LONGEST_DELAY_S[self._reason], self._delay_s * 2)
            self._due_s = now_s + self._delay_s

    def probe_was_inconclusive(self, now_s: float, *, again_after_s: float) -> None:
        """Keep it open after a probe without result; the next one follows after `again_after_s`."""
        self._is_probe_out = False
        self._due_s = now_s + again_after_s

    def _begin(self, now_s: float) -> None:
        if self._began_s is None:
            self._began_s = now_s

    def _end(self, now_s: float) -> None:
        if not self.is_shut:
            self._before_s, self._began_s = self.open_for_s(now_s), None

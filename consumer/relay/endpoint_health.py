"""
The health of an endpoint: enabled or disabled.

While it is disabled its events wait on Kafka; once an hour one of them is posted, and a success enables it.
"""

from __future__ import annotations

from consumer.clock import Clock

PROBE_EVERY_S = 3_600.0
FAILING_FOR_S = 120 * 3_600.0


class EndpointHealth:
    """The health of an endpoint since the start of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failing_since_s: float | None = None
        self._probe_due_s = 0.0
        self.reason: str | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether only probes are posted."""
        return self.reason is not None

    def may_post(self) -> bool:
        """
        Whether a webhook may be posted now; a call that returns True for a due probe counts as the probe.
        """
        if not self.is_disabled:
            return True
        now_s = self._clock.monotonic_s()
        if now_s < self._probe_due_s:
            return False
        self._probe_due_s = now_s + PROBE_EVERY_S
        return True

    def succeeded(self) -> None:
        """Record a delivered webhook, which enables the endpoint."""
        self._failing_since_s = None
        self.reason = None

    def failed(self) -> None:
        """Record a failed attempt; after five days with only failures the endpoint is disabled."""
        now_s = self._clock.monotonic_s()
        if self._failing_since_s is None:
            self._failing_since_s = now_s
        elif now_s - self._failing_since_s >= FAILING_FOR_S:
            self.disable("nothing but failures for five days")

    def disable(self, reason: str) -> None:
        """Disable the endpoint: only probes are posted."""
        if not self.is_disabled:
            self._probe_due_s = self._clock.monotonic_s() + PROBE_EVERY_S
        self.reason = reason

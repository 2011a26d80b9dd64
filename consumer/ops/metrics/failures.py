"""Metrics of failures that nobody has settled yet."""

from __future__ import annotations

from consumer.ops.metrics.family import Families


class Failures:
    """The part of `consumer.ops.metrics.Metrics` about open failures."""

    def __init__(self, families: Families) -> None:
        about = ("connection", "code")
        self._failures_open = families.gauge(
            "open_failures", "Documents that were rejected and are neither written nor closed since.", *about
        )
        self._failures_oldest = families.gauge(
            "open_failures_oldest_timestamp_seconds",
            "When the oldest of them was rejected, in seconds since the epoch.",
            *about,
        )

    def open_failures(self, *, connection: str, code: str, count: int, oldest_s: float | None) -> None:
        """Set the number of open failures of a code, and the oldest's epoch time; None without one."""
        self._failures_open[connection, code].set(count)
        if oldest_s is None:
            self._failures_oldest.forget((connection, code))
        else:
            self._failures_oldest[connection, code].set(oldest_s)

"""Metrics of the operator's pages."""

from __future__ import annotations

from typing import Literal

from consumer.ops.metrics.family import Families

REQUEST_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

Trouble = Literal["kafka", "file", "behind", "login"]
ActResult = Literal["done", "not_done", "refused", "too_often"]
LoginEnd = Literal["done", "refused", "unreachable", "too_often"]


class Console:
    """The part of `consumer.ops.metrics.Metrics` about the console."""

    def __init__(self, families: Families) -> None:
        self._console_requests = families.counter(
            "console_requests", "Requests to the console, by route and status of HTTP.", "route", "status"
        )
        self._console_seconds = families.histogram(
            "console_request_duration_seconds",
            REQUEST_BUCKETS_S,
            "From a request to the first byte of its answer, by route.",
            "route",
        )
        self._console_acts = families.counter(
            "console_acts", "Acts of people on pages, by name and by what became of them.", "act", "result"
        )
        self._console_logins = families.counter(
            "console_logins", "Logins to the console, by how they ended.", "result"
        )
        self._console_behind = families.gauge(
            "console_behind_records", "Records that the topics have beyond the console's tables.", "source"
        )
        self._console_read = families.gauge(
            "console_read_timestamp_seconds",
            "When the console last kept what the topics have, in seconds since the epoch.",
            "source",
        )
        self._console_trouble = families.gauge(
            "console_trouble", "1 while the console lacks this, else 0: its pages say what is wrong.", "what"
        )

    def console_answered(self, *, route: str, status: int, seconds: float) -> None:
        """Count a request, and how long it took, in seconds."""
        self._console_requests[route, str(status)].inc()
        self._console_seconds[route,].observe(seconds)

    def console_acted(self, *, act: str, result: ActResult) -> None:
        """Count an act."""
        self._console_acts[act, result].inc()

    def console_logged_in(self, *, result: LoginEnd) -> None:
        """Count the end of a login."""
        self._console_logins[result,].inc()

    def console_read(self, *, behind: int, at_s: float) -> None:
        """Set how many records the tables lack, and the epoch time in seconds of the present."""
        self._console_behind["kafka",].set(behind)
        self._console_read["kafka",].set(at_s)

    def console_troubled(self, *, what: Trouble, is_troubled: bool) -> None:
        """Set whether the console lacks something."""
        self._console_trouble[what,].set(is_troubled)

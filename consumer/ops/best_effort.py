"""
Metrics and tracing must never fail a record.

Errors in them are caught, counted, and logged at most once a minute for each name.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog

from consumer import errors

LOG_EVERY_S = 60.0

Monotonic = Callable[[], float]
"""Seconds since an arbitrary point."""

log = structlog.get_logger(__name__)


class BestEffort:
    """Catches the errors of metrics and tracing."""

    def __init__(
        self, *, monotonic_s: Monotonic = time.monotonic, failed: Callable[[str], None] = lambda _: None
    ) -> None:
        """
        Begin without errors.

        Args:
            monotonic_s: clock for the distance of log lines.
            failed: called with the name of each failed operation.
        """
        self._monotonic_s = monotonic_s
        self._failed = failed
        self._logged_s: dict[str, float] = {}
        self._since: Counter[str] = Counter()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Run the block and catch its errors; `name` is a constant for the log."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            self.contain(name, error)

    def contain(self, name: str, error: BaseException) -> None:
        """Count and log an error; raises it again when it cancels the task or ends the process."""
        if not errors.is_defect(error):
            raise error
        with suppress(Exception):  # the count may fail for the same reason; the log line is written anyway
            self._failed(name)
        self._since[name] += 1
        now_s = self._monotonic_s()
        if now_s - self._logged_s.get(name, float("-inf")) >= LOG_EVERY_S:
            self._logged_s[name] = now_s
            log.error(
                "observation_failed",
                what=name,
                error=errors.name_of(error),
                at=errors.frames_of(error),
                times=self._since.pop(name),
            )

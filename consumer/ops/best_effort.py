"""
Counting and tracing: worth doing, and never worth a record.

Whatever raises there is contained, counted, and logged at most once a minute a kind.
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
    """Contains what goes wrong beside the way of a record."""

    def __init__(
        self, *, monotonic_s: Monotonic = time.monotonic, failed: Callable[[str], None] = lambda _: None
    ) -> None:
        """
        Begin with nothing gone wrong.

        Args:
            monotonic_s: what spaces the log lines.
            failed: takes the name of everything that went wrong.
        """
        self._monotonic_s = monotonic_s
        self._failed = failed
        self._logged_s: dict[str, float] = {}
        self._since: Counter[str] = Counter()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Do the block as far as it goes; `name` is a constant word for the log."""
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - what is no defect is raised again in there
            self.contain(name, error)

    def contain(self, name: str, error: BaseException) -> None:
        """Note what was raised; raises it again when it is no defect but the end of a task or the process."""
        if not errors.is_defect(error):
            raise error
        with suppress(Exception):  # counting that may fail for the same reason; the log says it all the same
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

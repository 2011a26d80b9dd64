"""Rate limit for log lines: each text is written at most once a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

EVERY_S = 60.0
MOST_REMEMBERED = 1_024


class OnceAMinute:
    """Remembers when each text was last written."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._said_s: dict[str, float] = {}

    def may_say(self, what: str) -> bool:
        """Whether the text was not written within the last minute; if so, it counts as written now."""
        now_s = self._now_s()
        if now_s - self._said_s.get(what, float("-inf")) < EVERY_S:
            return False
        if len(self._said_s) >= MOST_REMEMBERED:
            self._said_s.clear()
        self._said_s[what] = now_s
        return True


class Repetitions(logging.Filter):
    """
    Drops warnings and errors of a library that repeat within a minute.

    aiokafka logs every attempt: with a broker down or a topic deleted, that is many lines a second.
    """

    def __init__(self, library: str) -> None:
        super().__init__()
        self._library = library
        self._once = OnceAMinute()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; lines of other loggers always are."""
        if record.name.partition(".")[0] != self._library or record.levelno < logging.WARNING:
            return True
        return self._once.may_say(record.getMessage())

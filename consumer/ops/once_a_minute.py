"""Log lines that would come many times a second: each is written once a minute, whatever it is about."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

EVERY_S = 60.0
MOST_REMEMBERED = 1_024


class OnceAMinute:
    """Remembers what has been said."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._said_s: dict[str, float] = {}

    def may_say(self, what: str) -> bool:
        """Whether it has not been said for a minute; it is taken for said from now on."""
        now_s = self._now_s()
        if now_s - self._said_s.get(what, float("-inf")) < EVERY_S:
            return False
        if len(self._said_s) >= MOST_REMEMBERED:
            self._said_s.clear()
        self._said_s[what] = now_s
        return True


class Repetitions(logging.Filter):
    """
    Keeps back what a library says again within a minute.

    aiokafka logs every try: with a broker away, or a topic gone, that is many lines a second.
    """

    def __init__(self, library: str) -> None:
        super().__init__()
        self._library = library
        self._once = OnceAMinute()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; those of other loggers always are."""
        if record.name.partition(".")[0] != self._library or record.levelno < logging.WARNING:
            return True
        return self._once.may_say(record.getMessage())

"""One reading of the latest events: how far it is, how it ended, what it may take at most."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog

EVENTS = 1_000
"""So many of the latest events are read unless somebody asks for another number."""
MOST_EVENTS = 10_000
LIMIT_S = 60.0
LIMIT_BYTES = 256 * 1024 * 1024
"""Of events; records of Kafka are far smaller, so only hostile ones come near."""

State = Literal["waiting", "running", "done", "stopped", "failed"]

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class EventRun(ABC):
    """
    A reading; nothing is written by it.

    Attributes:
        wanted: how many events.
        expected: how many there are, known once it has begun.
        read: how many were taken in.
        size_bytes: of them.
        defects: events that it could not take in, which is a defect of ours.
        ending: why it did not come to its end.
        asked_ms, ended_ms: milliseconds since the epoch.
    """

    wanted: int = EVENTS
    asked_ms: int = 0
    ended_ms: int | None = None
    state: State = "waiting"
    expected: int = 0
    read: int = 0
    size_bytes: int = 0
    defects: int = 0
    ending: str = ""
    is_stopping: bool = field(default=False)

    @abstractmethod
    def take(self, value: bytes | None) -> None:
        """Take one event in."""

    @property
    def is_over(self) -> bool:
        """Whether it goes on no more."""
        return self.state in {"done", "stopped", "failed"}

    def stop(self, ending: str = "somebody stopped it") -> None:
        """Let it end before the next event; what it knows by then stays."""
        if not self.is_over:
            self.is_stopping, self.ending = True, self.ending or ending

    def end(self, at_ms: int, *, failed: str = "") -> None:
        """Note that it has ended."""
        self.ending = failed or self.ending
        self.state = "failed" if failed else "stopped" if self.is_stopping else "done"
        self.ended_ms = at_ms

    def take_all(self, values: Sequence[bytes | None]) -> None:
        """Take events in until it is to stop."""
        for value in values:
            if self.is_stopping:
                return
            self.size_bytes += len(value or b"")
            if self.size_bytes > LIMIT_BYTES:
                self.stop(f"the events are larger than {LIMIT_BYTES // 2**20} MiB")
                return
            self._contained(value)
            self.read += 1

    def _contained(self, value: bytes | None) -> None:
        try:
            self.take(value)
        except Exception:
            # One event must not end the process; the log has the cause.
            self.defects += 1
            log.exception("console_event_not_taken")

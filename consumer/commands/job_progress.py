"""How far a command is, as JSON lines on standard error, for the process that has started it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from consumer.clock import Clock, SystemClock

EVERY_S = 2.0
NICENESS = 10
"""The process that shows the progress comes first."""


@dataclass(slots=True)
class JobProgress:
    """
    The steps of a command, of which at most one line in `EVERY_S` is written; nothing unless `is_on`.

    A line is ``{"step": …, "done": …, "total": …}``, without a total where none is known; the last one is
    ``{"ended": {…}}`` with what came out. Other lines of standard error are sentences.
    """

    is_on: bool = False
    clock: Clock = field(default_factory=SystemClock)
    _step: str = ""
    _done: int = 0
    _said_s: float = 0.0

    def add(self, step: str, count: int, total: int | None = None) -> None:
        """Note that so many more of a step are done."""
        self.at(step, (self._done if step == self._step else 0) + count, total)

    def at(self, step: str, done: int, total: int | None = None) -> None:
        """Note how far a step is."""
        now_s = self.clock.monotonic_s()
        is_due = step != self._step or now_s - self._said_s >= EVERY_S or done == total
        self._step, self._done = step, done
        if self.is_on and is_due:
            self._said_s = now_s
            self._write({"step": step, "done": done} | ({} if total is None else {"total": total}))

    def end(self, content: Mapping[str, Any]) -> None:
        """Say what came out."""
        if self.is_on:
            self._write({"ended": content})

    def _write(self, line: Mapping[str, Any]) -> None:
        try:
            print(json.dumps(line), file=sys.stderr, flush=True)
        except OSError:
            # Nobody reads any more: end as by a signal, which a run that sends does at its next step.
            signal.raise_signal(signal.SIGTERM)


def watched(*, is_on: bool) -> JobProgress:
    """The progress of a command that another process watches and leaves the processor to; else silent."""
    if is_on:
        with suppress(OSError):
            os.nice(NICENESS)
    return JobProgress(is_on=is_on)

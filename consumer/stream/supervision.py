"""
Concurrent streams: one that a defect ends is restarted after a delay, without effect on the others.

Only the first start may refuse: what is not as configured then is a sentence for whoever starts the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from consumer import errors
from consumer.clock import Clock
from consumer.errors import ConfigurationError, StartupError
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics
from schemas.scalar import utc_text

RESTART_BASE_S = 1.0
RESTART_CAP_S = 300.0
# One that has run for so long has recovered: its next failure is the first of a new row.
RECOVERED_AFTER_S = 600.0

Jitter = Callable[[], float]
"""A number in [0, 1), another one at each call."""

log = structlog.get_logger(__name__)


class Runs(Protocol):
    """A stream from its start to its end."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until it is stopped; an exception ends it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedStream:
    """
    A stream that is restarted after failures.

    Attributes:
        name: of the connection or endpoint, in logs, metrics and health.
        make: creates the stream anew, with its own consumer, engine and permits.
    """

    name: str
    make: Callable[[], Runs]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Consecutive failures."""

    count: int
    since: datetime


class Supervisor:
    """Keeps streams running."""

    def __init__(self, *, clock: Clock, health: Health, metrics: Metrics, jitter: Jitter) -> None:
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._jitter = jitter

    async def keep(self, stream: SupervisedStream, stopping: asyncio.Event) -> None:
        """
        Run a stream until it is stopped, and restart it after a failure.

        Raises:
            StartupError: the first start fails.
            ConfigurationError: as above.
        """
        row: _Row | None = None
        while not stopping.is_set():
            began_s = self._clock.monotonic_s()
            try:
                await stream.make().run(stopping)
            except BaseException as error:
                if not errors.is_defect(error) or (row is None and _is_refusal(error)):
                    raise
                row = self._lengthened(row, self._clock.monotonic_s() - began_s)
                delay_s = self._delay_s(row.count)
                self._log_failure(stream.name, error, row, delay_s)
            else:
                return
            await self._pause(stopping, delay_s)

    def _lengthened(self, row: _Row | None, lived_s: float) -> _Row:
        if row is None or lived_s >= RECOVERED_AFTER_S:
            return _Row(count=1, since=self._clock.now())
        return _Row(count=row.count + 1, since=row.since)

    def _delay_s(self, failures: int) -> float:
        """Half of it is fixed, so that no stream restarts in a tight loop; half is random, by worker."""
        longest_s = min(RESTART_CAP_S, RESTART_BASE_S * 2.0 ** min(failures - 1, 32))
        return longest_s * (1 + self._jitter()) / 2

    def _log_failure(self, name: str, error: BaseException, row: _Row, delay_s: float) -> None:
        error_name, again_at = errors.name_of(error), self._clock.now() + timedelta(seconds=delay_s)
        at = errors.frames_of(error)
        log.error(
            "flow_failed",
            connection=name,
            error=error_name,
            at=at,
            failures=row.count,
            restart_in_s=round(delay_s, 2),
        )
        times = "once" if row.count == 1 else f"{row.count} times"
        text = f"failed {times} since {utc_text(row.since)}, last by {error_name}; starts again at "
        self._health.failed(name, text + utc_text(again_at), shown_s=delay_s + RECOVERED_AFTER_S)
        self._metrics.stream_restarted(connection=name)

    async def _pause(self, stopping: asyncio.Event, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await stopping.wait()
        except TimeoutError:
            return


def _is_refusal(error: BaseException) -> bool:
    """Whether the world is not as configured, which a person has to change."""
    return all(isinstance(each, StartupError | ConfigurationError) for each in errors.leaves(error))

"""
Streams side by side: one that dies by a defect begins anew after a while, and the others do not notice.

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
    """One life of a stream."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; whatever is raised ends this life."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedStream:
    """
    What is kept running.

    Attributes:
        name: of the connection or endpoint, in logs, metrics and health.
        make: a new life with everything of its own: consumer, engine, permits.
    """

    name: str
    make: Callable[[], Runs]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Failures one after the other."""

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
        Run a stream until told to stop, one life after the other.

        Raises:
            StartupError: the first life cannot start.
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
        """Half of it fixed, so that a stream that dies at once does not spin; half spread over workers."""
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

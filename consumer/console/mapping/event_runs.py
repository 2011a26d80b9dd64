"""Readings of the latest events, one after the other, beside the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import structlog

from consumer.clock import Clock
from consumer.console.mapping.event_run import LIMIT_S, EventRun
from consumer.errors import LagoNetsuiteError

MOST_WAITING = 5
EVENTS_AT_ONCE = 10
"""In a thread; then the pages have their turn."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The latest events: how many there are, and their values."""

    count: int
    values: AsyncIterator[bytes | None]


ReadLatest = Callable[[int], AbstractAsyncContextManager[Latest]]
"""Opens the latest events, at most so many; raises LagoNetsuiteError when they cannot be read."""


class EventRuns:
    """Does one reading at a time."""

    def __init__(self, read: ReadLatest, clock: Clock, changed: Callable[[], None]) -> None:
        """
        Take what the readings need.

        Args:
            read: opens the events.
            clock: for when they end.
            changed: is called when a page would show something else.
        """
        self._read, self._clock, self._changed = read, clock, changed
        self._waiting: asyncio.Queue[EventRun] = asyncio.Queue(maxsize=MOST_WAITING)

    def ask(self, run: EventRun) -> bool:
        """Put a reading behind those that wait; False when too many do."""
        run.asked_ms = self._now_ms
        try:
            self._waiting.put_nowait(run)
        except asyncio.QueueFull:
            return False
        self._changed()
        return True

    async def run(self) -> None:
        """Do what waits until cancelled."""
        while True:
            await self.one()

    async def one(self) -> None:
        """Do the next one, or wait for it."""
        run = await self._waiting.get()
        failed = ""
        run.state = "running"
        try:
            await self._take(run)
        except LagoNetsuiteError as error:
            failed = str(error)
            log.warning("console_events_not_read", error=failed)
        finally:
            run.end(self._now_ms, failed=failed)
            self._changed()

    async def _take(self, run: EventRun) -> None:
        # The reader limits each of its waits; a thread cannot be interrupted, so the limit lies between two.
        until_s = self._clock.monotonic_s() + LIMIT_S
        async with self._read(run.wanted) as latest:
            run.expected = latest.count
            batch: list[bytes | None] = []
            async for value in latest.values:
                batch.append(value)
                if len(batch) == EVENTS_AT_ONCE:
                    await self._taken(run, batch)
                    batch = []
                if self._clock.monotonic_s() > until_s:
                    run.stop(f"it took longer than {LIMIT_S:.0f} s")
                if run.is_stopping:
                    return
            await self._taken(run, batch)

    async def _taken(self, run: EventRun, values: list[bytes | None]) -> None:
        await asyncio.to_thread(run.take_all, values)
        self._changed()

    @property
    def _now_ms(self) -> int:
        return round(self._clock.now().timestamp() * 1_000)

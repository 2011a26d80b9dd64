"""The accounts' closed periods for the console: asked for when a page needs them, and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from consumer.clock import Clock
from consumer.commands import account_periods
from consumer.config.connection import Connection
from consumer.failures.closed_periods import ClosedPeriods

KEPT_S = 300.0
ASKED = ClosedPeriods(unknown="NetSuite is being asked for its periods")
NO_CONNECTION = ClosedPeriods(unknown="the connection is not configured here")


@dataclass(slots=True)
class ConsolePeriods:
    """
    What is known of each connection; no page waits for NetSuite.

    Attributes:
        changed: called when something else is known.
    """

    connections: Mapping[str, Connection]
    clock: Clock
    changed: Callable[[], None]
    _known: dict[str, tuple[float, ClosedPeriods]] = field(default_factory=dict)
    _wanted: set[str] = field(default_factory=set)
    _is_due: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    def of(self, code: str) -> ClosedPeriods:
        """What is known now; what is old is asked for anew."""
        if code not in self.connections:
            return NO_CONNECTION
        at_s, found = self._known.get(code, (-KEPT_S, ASKED))
        if self._loop is not None and self.clock.monotonic_s() - at_s >= KEPT_S:
            self._wanted.add(code)
            # Pages are made by threads beside the loop.
            self._loop.call_soon_threadsafe(self._is_due.set)
        return found

    async def run(self) -> None:
        """Ask for what is wanted, until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            while self._wanted:
                await self._ask(self._wanted.pop())

    async def _ask(self, code: str) -> None:
        found = await account_periods.closed(self.connections[code], self.clock)
        _, before = self._known.get(code, (0.0, ASKED))
        self._known[code] = (self.clock.monotonic_s(), found)
        if found != before:
            self.changed()

"""No page waits for NetSuite's accounting periods: they are asked for beside it, and kept for a while."""

from __future__ import annotations

import asyncio

import pytest

from consumer.clock import FakeClock
from consumer.commands.console_periods import ConsolePeriods
from consumer.failures.closed_periods import ClosedPeriod, ClosedPeriods
from schemas.reading import CatalogRow
from tests.support import connection_files

MARCH = {"start": "2026-03-01", "end": "2026-03-31"}
SHUT = ClosedPeriods(periods=(ClosedPeriod(name="Mar 2026", first="2026-03-01", last="2026-03-31"),))


def row(name, **values):
    return CatalogRow(id=name, name=name, values=values)


@pytest.fixture
def periods(monkeypatch):
    """Of one connection; `answers` is what NetSuite says, `changes` how often pages are to look again."""
    found = ConsolePeriods({"eu": connection_files.parsed()}, FakeClock(), lambda: found.changes.append(1))
    return found


async def settled(periods, code="eu"):
    """What is known once nothing is asked for any more."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(periods.run())
        await asyncio.sleep(0)
        periods.of(code)
        for _ in range(10):
            await asyncio.sleep(0)
        running.cancel()
    return periods.of(code)

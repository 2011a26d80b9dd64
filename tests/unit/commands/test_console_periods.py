"""No page waits for NetSuite's accounting periods: they are asked for beside it, and kept for a while."""

from __future__ import annotations

import asyncio

import pytest

from consumer.clock import FakeClock
from consumer.commands import account_periods, backfill_periods
from consumer.commands.backfill_periods import Unknown
from consumer.commands.console_periods import ASKED, KEPT_S, NO_CONNECTION, ConsolePeriods
from consumer.failures.closed_periods import ClosedPeriod, ClosedPeriods
from schemas.reading import CatalogRow
from tests.support import connection_files

MARCH = {"start": "2026-03-01", "end": "2026-03-31"}
SHUT = ClosedPeriods(periods=(ClosedPeriod(name="Mar 2026", first="2026-03-01", last="2026-03-31"),))


def row(name, **values):
    return CatalogRow(id=name, name=name, values=values)


class Changes:
    """How often pages are called to look again."""

    def __init__(self):
        self.count = 0

    def happened(self):
        self.count += 1


@pytest.fixture
def changes():
    return Changes()


@pytest.fixture
def periods(changes):
    """Of one connection."""
    return ConsolePeriods({"eu": connection_files.connection()}, FakeClock(), changes.happened)


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


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        ([row("Mar 2026", closed="T", **MARCH), row("Apr 2026", start="2026-04-01", end="2026-04-30")], SHUT),
        ([row("Mar 2026", ar_locked="T", **MARCH)], SHUT),
        (None, ClosedPeriods()),
        (Unknown(reason="the role lacks a permission"), ClosedPeriods(unknown="the role lacks a permission")),
    ],
)
async def test_pages_look_again_once_more_is_known(periods, changes, monkeypatch, answer, known):
    """Closed, without periods, or why they are not known."""

    async def read(*_):
        return answer

    monkeypatch.setattr(backfill_periods, "read", read)

    assert periods.of("eu") == ASKED
    assert await settled(periods) == known
    assert changes.count == 1


async def test_periods_are_asked_for_again_after_a_while(periods, changes, monkeypatch):
    """Not at each page; finance may have opened one."""
    asked = []

    async def closed(*_):
        asked.append(1)
        return SHUT if len(asked) == 1 else ClosedPeriods()

    monkeypatch.setattr(account_periods, "closed", closed)

    assert [await settled(periods) for _ in range(3)] == [SHUT] * 3
    assert len(asked) == 1
    periods.clock.advance(KEPT_S)
    assert await settled(periods) == ClosedPeriods()
    assert (len(asked), changes.count) == (2, 2)


async def test_a_connection_that_is_not_configured_is_not_asked_for(periods):
    """Its failures are still on the topic."""
    assert await settled(periods, "gone") == NO_CONNECTION


async def test_an_account_that_does_not_answer_is_not_waited_for(monkeypatch):
    """The plan says why it does not know."""

    async def read(*_):
        await asyncio.Event().wait()

    monkeypatch.setattr(backfill_periods, "read", read)
    monkeypatch.setattr(account_periods, "LIMIT_S", 0)

    found = await account_periods.closed(connection_files.connection(), FakeClock())

    assert found == ClosedPeriods(unknown="NetSuite does not answer within 0 s")

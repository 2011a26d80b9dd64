"""The closed accounting periods of a connection's account, for the plan of an act on failures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from consumer.clock import Clock
from consumer.commands import backfill_periods
from consumer.commands.backfill_periods import Unknown
from consumer.config.connection import Connection
from consumer.failures.closed_periods import ClosedPeriod, ClosedPeriods
from consumer.preflight.accounting_periods import first, last, lock

LIMIT_S = 10.0
NO_CONNECTION = ClosedPeriods(unknown="the connections file does not have the connection")


async def closed(connection: Connection, clock: Clock) -> ClosedPeriods:
    """The closed periods, or why they are not known; an account without periods has none."""
    try:
        async with asyncio.timeout(LIMIT_S):
            found = await backfill_periods.read(connection, clock)
    except TimeoutError:
        return ClosedPeriods(unknown=f"NetSuite does not answer within {LIMIT_S:g} s")
    if isinstance(found, Unknown):
        return ClosedPeriods(unknown=found.reason)
    shut = [each for each in found or () if lock(each) is not None]
    return ClosedPeriods(
        periods=tuple(ClosedPeriod(name=each.name, first=first(each), last=last(each)) for each in shut)
    )


async def closed_by_code(
    connections: Mapping[str, Connection], codes: frozenset[str], clock: Clock
) -> Mapping[str, ClosedPeriods]:
    """Those of several connections, asked for side by side."""
    known = sorted(codes & connections.keys())
    async with asyncio.TaskGroup() as tasks:
        asked = {code: tasks.create_task(closed(connections[code], clock)) for code in known}
    return {code: task.result() for code, task in asked.items()} | dict.fromkeys(
        codes - connections.keys(), NO_CONNECTION
    )

"""The part of Lago's API that a dry run may use: the lookup of a customer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from consumer.clock import SystemClock
from consumer.config.connection import Connection
from consumer.lago.api import LagoApi
from consumer.lago.lookup_result import LookUp
from consumer.pipeline import dry_run
from consumer.pipeline.dry_run import DryRun


class LagoLookup:
    """Completes dry runs with Lago's customers; without an API key it leaves them unchanged."""

    def __init__(self, connections: Sequence[Connection], look_ups: Mapping[str, LookUp]) -> None:
        """Take the ways to Lago by connection code."""
        self._connections = connections
        self._look_ups = look_ups

    async def of(self, found: DryRun) -> DryRun:
        """The dry run with Lago's response, if one is needed and available."""
        look_up = self._look_ups.get(found.connection.code)
        return found if look_up is None else await dry_run.asked(found, self._connections, look_up)


@asynccontextmanager
async def opened(connections: Sequence[Connection], *, is_wanted: bool) -> AsyncIterator[LagoLookup]:
    """
    Ways to Lago for the connections that have an API key, when they are wanted.

    Raises:
        ConfigurationError: a key's secret is missing.
    """
    asking = [each for each in connections if is_wanted and each.lago.api_url and each.lago.api_key]
    async with AsyncExitStack() as stack:
        look_ups: dict[str, LookUp] = {}
        for connection in asking:
            api = LagoApi(connection, clock=SystemClock())
            stack.push_async_callback(api.aclose)
            look_ups[connection.code] = api.customer
        yield LagoLookup(connections, look_ups)

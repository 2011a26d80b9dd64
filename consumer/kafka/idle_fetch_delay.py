"""
A delay after empty fetches, for brokers that respond to them at once.

Kafka holds a fetch until there are records or half a second has passed. The embedded broker of the demo does
not, and aiokafka sends the next fetch without a pause: an idle consumer would use a whole core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer

HELD_AT_LEAST_S = 0.1
"""Kafka holds an empty fetch for half a second; on a busy machine any response can take some hundredths."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.004, 0.032

Fetch = Callable[..., Awaitable[bool]]


def pause_between_empty_fetches(consumer: AIOKafkaConsumer) -> None:
    """
    Make a started consumer wait after an empty fetch that took less than `HELD_AT_LEAST_S`.

    Each further empty fetch doubles the pause up to `LONGEST_PAUSE_S`; records make it the shortest again.
    """
    fetcher: Any = consumer._fetcher  # noqa: SLF001 - aiokafka has no setting for it
    fetcher._proc_fetch_request = _Paused(fetcher._proc_fetch_request)  # noqa: SLF001


class _Paused:
    """A fetch that waits before it returns that there is nothing."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._pause_s = SHORTEST_PAUSE_S

    async def __call__(self, *arguments: Any) -> bool:
        """Fetch once; whether there are records."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        try:
            has_records = await self._fetch(*arguments)
            await self._rest(has_records=has_records, took_s=loop.time() - started_s)
        except asyncio.CancelledError:
            # As aiokafka does: partitions are revoked or the consumer stops, so no result is needed. But its
            # pause after a failed fetch does not: a stop while the broker is away would end whoever stops.
            return False
        return has_records

    async def _rest(self, *, has_records: bool, took_s: float) -> None:
        if has_records or took_s >= HELD_AT_LEAST_S:
            self._pause_s = SHORTEST_PAUSE_S
            return
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
        await asyncio.sleep(pause_s)

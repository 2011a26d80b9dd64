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

HELD_AT_LEAST_S = 0.005
PAUSE_S = 0.004

Fetch = Callable[..., Awaitable[bool]]


def pause_between_empty_fetches(consumer: AIOKafkaConsumer) -> None:
    """Make a started consumer wait after an empty fetch that took less than `HELD_AT_LEAST_S`."""
    fetcher: Any = consumer._fetcher  # noqa: SLF001 - aiokafka has no setting for it
    fetcher._proc_fetch_request = _paused(fetcher._proc_fetch_request)  # noqa: SLF001


def _paused(fetch: Fetch) -> Fetch:
    async def fetch_and_rest(*arguments: Any) -> bool:
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        try:
            has_records = await fetch(*arguments)
            if not has_records and loop.time() - started_s < HELD_AT_LEAST_S:
                await asyncio.sleep(PAUSE_S)
        except asyncio.CancelledError:
            # As aiokafka does: partitions are revoked or the consumer stops, so no result is needed. But its
            # pause after a failed fetch does not: a stop while the broker is away would end whoever stops.
            return False
        return has_records

    return fetch_and_rest

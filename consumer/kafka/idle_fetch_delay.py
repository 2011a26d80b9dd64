"""
Patience with brokers that answer an empty fetch at once instead of holding it.

Kafka holds a fetch until there is something or half a second has passed. The embedded broker of the demo does
not, and aiokafka asks again without a pause: an idle consumer would keep a core busy.
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
    """Let a started consumer rest after a fetch that came back empty and too soon; Kafka's never do."""
    fetcher: Any = consumer._fetcher  # noqa: SLF001 - aiokafka has no setting for it
    fetcher._proc_fetch_request = _paused(fetcher._proc_fetch_request)  # noqa: SLF001


def _paused(fetch: Fetch) -> Fetch:
    async def fetch_and_rest(*arguments: Any) -> bool:
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        has_records = await fetch(*arguments)
        if not has_records and loop.time() - started_s < HELD_AT_LEAST_S:
            try:
                await asyncio.sleep(PAUSE_S)
            except asyncio.CancelledError:
                # As aiokafka's own: the partitions are gone or the consumer stops, and nobody asks any more.
                return False
        return has_records

    return fetch_and_rest

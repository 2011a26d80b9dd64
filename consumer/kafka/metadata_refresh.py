"""
Delays between metadata requests that follow each other at once.

While a partition has no leader, because its topic was deleted or its brokers are down, aiokafka's producer
requests metadata as fast as brokers respond, and logs each time (``sender.py``, ``unknown_leaders_exist``):
1,900 lines a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

SHORTEST_S = 0.1
LONGEST_S = 2.0

Refresh = Callable[..., Awaitable[bool]]


Paced = TypeVar("Paced", AIOKafkaConsumer, AIOKafkaProducer)


def paced(client: Paced) -> Paced:
    """The same client, with pauses before metadata requests that follow at once upon another."""
    # aiokafka has no setting for it.
    inner: Any = client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
    inner._metadata_update = with_pauses(inner._metadata_update)  # noqa: SLF001
    return client


def with_pauses(refresh: Refresh) -> Refresh:
    """
    The same refresh, with pauses that double, from `SHORTEST_S` to `LONGEST_S`, while calls follow at once.
    """
    pause_s, ended_s = 0.0, float("-inf")

    async def refresh_and_remember(*arguments: Any) -> bool:
        nonlocal pause_s, ended_s
        loop = asyncio.get_running_loop()
        since_s = loop.time() - ended_s
        pause_s = min(LONGEST_S, max(SHORTEST_S, 2 * pause_s)) if since_s < pause_s + SHORTEST_S else 0.0
        await asyncio.sleep(pause_s)
        try:
            return await refresh(*arguments)
        finally:
            ended_s = loop.time()

    return refresh_and_remember

"""A consumer can be stopped in every moment of a fetch."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from consumer.kafka.idle_fetch_delay import pause_between_empty_fetches


async def fails_and_pauses() -> bool:
    """As a fetch of aiokafka whose broker is away."""
    await asyncio.Event().wait()
    return False


async def brings_nothing() -> bool:
    """As a fetch of the embedded broker."""
    return False


@pytest.mark.parametrize("fetch", [fails_and_pauses, brings_nothing])
async def test_a_fetch_that_is_cancelled_ends_without_an_error(fetch):
    """aiokafka awaits it in the task that stops the consumer, which would end by it."""
    consumer: Any = SimpleNamespace(_fetcher=SimpleNamespace(_proc_fetch_request=fetch))
    pause_between_empty_fetches(consumer)
    fetching = asyncio.create_task(consumer._fetcher._proc_fetch_request())
    await asyncio.sleep(0)

    fetching.cancel()

    assert await fetching is False

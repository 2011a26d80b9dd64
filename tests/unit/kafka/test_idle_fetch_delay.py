"""Empty fetches that are not held are followed by a pause, and can be cancelled in every moment of it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from consumer.kafka.idle_fetch_delay import LONGEST_PAUSE_S, SHORTEST_PAUSE_S, pause_between_empty_fetches


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


@pytest.fixture
def pauses_s(monkeypatch):
    """How long the fetches of a test have paused, in seconds; none really does."""
    found: list[float] = []

    async def sleep(duration_s: float) -> None:
        found.append(duration_s)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return found


async def test_an_idle_consumer_fetches_ever_less_often_until_there_is_a_record(pauses_s):
    """A demo has thirty idle consumers: at the shortest pause they would use up a core."""
    answers = iter([*[False] * 6, True, False])
    consumer: Any = SimpleNamespace(_fetcher=SimpleNamespace(_proc_fetch_request=None))

    async def fetch() -> bool:
        return next(answers)

    consumer._fetcher._proc_fetch_request = fetch
    pause_between_empty_fetches(consumer)

    fetched = [await consumer._fetcher._proc_fetch_request() for _ in range(8)]

    assert fetched == [*[False] * 6, True, False]
    assert pauses_s == [
        *(SHORTEST_PAUSE_S * factor for factor in (1, 2, 4)),
        *[LONGEST_PAUSE_S] * 3,
        SHORTEST_PAUSE_S,
    ]

"""How often aiokafka asks for metadata that does not get better."""

from __future__ import annotations

import asyncio

from consumer.kafka.metadata_refresh import LONGEST_S, with_pauses


class Refresh:
    """Returns at once; records the times of its calls by the loop's clock."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    async def __call__(self) -> bool:
        self.asked_s.append(asyncio.get_running_loop().time())
        return True


async def test_refreshes_that_follow_upon_each_other_wait_longer_each_time(monkeypatch):
    """A dozen a minute in the end, not thousands a second."""
    slept_s = sleep_is_the_clock(monkeypatch)
    refresh = with_pauses(Refresh())

    for _ in range(10):
        await refresh()

    assert slept_s[:5] == [0.0, 0.1, 0.2, 0.4, 0.8]
    assert slept_s[-1] == LONGEST_S


async def test_a_refresh_that_comes_after_a_while_does_not_wait(monkeypatch):
    """A leader that has moved is found at once."""
    slept_s = sleep_is_the_clock(monkeypatch)
    refresh = with_pauses(Refresh())

    for _ in range(5):
        await refresh()
    await asyncio.sleep(10.0)
    await refresh()

    assert slept_s[-1] == 0.0


def sleep_is_the_clock(monkeypatch) -> list[float]:
    """What is slept moves the loop's clock, and nothing else does; gives how long each time."""
    loop, slept_s, now_s = asyncio.get_running_loop(), [], 1_000.0

    async def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds
        slept_s.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(loop, "time", lambda: now_s)
    return slept_s

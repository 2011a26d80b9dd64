"""The delay of the event loop."""

import asyncio

import pytest

from consumer.clock import FakeClock
from consumer.ops import loop_lag


class Lags(list):
    """Collects the reported lags; ends the watch."""

    def event_loop_lagged(self, *, seconds):
        self.append(seconds)
        raise asyncio.CancelledError


async def test_what_holds_up_the_loop_is_seen(monkeypatch):
    """A task that computes for 60 ms makes all others wait for as long."""
    clock, lags = FakeClock(), Lags()

    async def held_up(seconds):
        clock.advance(seconds + 0.06)

    monkeypatch.setattr(loop_lag.asyncio, "sleep", held_up)

    with pytest.raises(asyncio.CancelledError):
        await loop_lag.watch(lags, clock)

    assert lags == [pytest.approx(0.06)]

"""Measure the delay of the event loop: a task that blocks it delays all others."""

from __future__ import annotations

import asyncio

from consumer.clock import Clock
from consumer.ops.metrics import Metrics

LOOK_EVERY_S = 0.25


async def watch(metrics: Metrics, clock: Clock) -> None:
    """Measure four times a second until cancelled."""
    while True:
        asked_s = clock.monotonic_s()
        await asyncio.sleep(LOOK_EVERY_S)
        late_s = clock.monotonic_s() - asked_s - LOOK_EVERY_S
        metrics.event_loop_lagged(seconds=max(0.0, late_s))

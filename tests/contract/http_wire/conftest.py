"""Our transport over aiohttp and httpx's own, side by side, on asyncio's loop and on uvloop's."""

from __future__ import annotations

import asyncio

import pytest

from consumer.http_client.event_loop import EventLoop
from tests.support.wires import WIRES


@pytest.fixture(params=WIRES)
def wire(request):
    """Makes a transport."""
    return WIRES[request.param]


@pytest.fixture(params=[None, EventLoop], ids=["asyncio", "uvloop"])
def run(request):
    """Runs a coroutine on a loop of its own."""
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner.run

"""SIGTERM and SIGINT: the first asks to stop, the second does not ask."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from consumer.ops.health import Health

FORCED_STATUS = 1

log = structlog.get_logger(__name__)


def end_at_once() -> None:
    """
    From now on, until `stopping` begins, either signal ends the process with status 0.

    For the time in which a process starts: nothing has begun that would have to be finished. A
    container's first process ignores SIGTERM without a handler, also while it waits for Kafka or a token.
    """
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, partial(_end, each))


@contextmanager
def stopping(stop: asyncio.Event, health: Health) -> Iterator[None]:
    """
    Within the block the first signal sets the event and ends readiness, the second ends the process at once.

    The latter is safe everywhere: what Kafka has not acknowledged is repeated by whoever sent it.
    """
    loop = asyncio.get_running_loop()
    chosen = (signal.SIGTERM, signal.SIGINT)
    for each in chosen:
        loop.add_signal_handler(each, partial(_stop, stop, health, each))
    try:
        yield
    finally:
        for each in chosen:
            loop.remove_signal_handler(each)


def _end(received: signal.Signals) -> None:
    log.info("stopped_before_start", signal=received.name)
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _stop(stop: asyncio.Event, health: Health, received: signal.Signals) -> None:
    if stop.is_set():
        log.warning("stopped_by_force", signal=received.name)
        logging.shutdown()
        os._exit(FORCED_STATUS)
    log.info("stopping", signal=received.name)
    health.drain()
    stop.set()

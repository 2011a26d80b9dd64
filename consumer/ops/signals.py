"""SIGTERM and SIGINT: the first signal stops the process gracefully, the second at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from consumer.ops.health import Health

FORCED_STATUS = 1

log = structlog.get_logger(__name__)


def end_at_once() -> None:
    """
    From now on, until `stopping` begins, either signal ends the process with status 0.

    For the start of a process, when no work has begun that must be finished. The first process of a container
    ignores SIGTERM without a handler, also while it waits for Kafka or a token.
    """
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, partial(_end, each))


@contextmanager
def stopping(stop: asyncio.Event, health: Health) -> Iterator[None]:
    """
    Within the block the first signal sets the event and ends readiness, the second ends the process at once.

    The second is safe at any time: the sender repeats what Kafka has not acknowledged.
    """
    with _handled(partial(_stop, stop, health)):
        yield


@contextmanager
def interruptible(stop: asyncio.Event) -> Iterator[None]:
    """Within the block either signal sets the event, so that a run ends after its current step."""
    with _handled(lambda _: stop.set()):
        yield


@contextmanager
def _handled(handle: Callable[[signal.Signals], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    chosen = (signal.SIGTERM, signal.SIGINT)
    for each in chosen:
        loop.add_signal_handler(each, handle, each)
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

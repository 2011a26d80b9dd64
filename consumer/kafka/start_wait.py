"""The wait at the start of a process for a Kafka that is not there, and may be starting itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_before_delay,
    wait_exponential,
)

from consumer.kafka.unreachable import KafkaNotThereError

WAIT_BASE_S = 0.5
WAIT_CAP_S = 5.0

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


async def when_there(
    ask: Callable[[], Awaitable[Answer]],
    *,
    wait_limit_s: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Answer:
    """
    What Kafka answers, asked again while it is not there; every other error is raised at once.

    Args:
        ask: one attempt.
        wait_limit_s: no attempt begins later than so many seconds after the first; 0 for one attempt only.
        sleep: waits between attempts.

    Raises:
        KafkaNotThereError: it was not there all the time.
        StartupError: it is there and cannot be used with these settings, or refuses.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(KafkaNotThereError),
        stop=stop_before_delay(wait_limit_s),
        wait=wait_exponential(multiplier=WAIT_BASE_S, max=WAIT_CAP_S),
        before_sleep=_say_once,
        sleep=sleep,
        reraise=True,
    )
    return await retrying(ask)


def _say_once(attempt: RetryCallState) -> None:
    if attempt.attempt_number == 1 and attempt.outcome is not None:
        log.warning("kafka_not_there_yet", reason=str(attempt.outcome.exception()))

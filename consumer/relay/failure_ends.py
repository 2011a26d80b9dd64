"""
Ends failures whose document a later event has brought to NetSuite.

A `Deliver` over the results. A worker cannot do it: it does not know what another one has rejected. The end
of a replay is the worker's own, and that of a closed failure the act's. Each failure ends once: before a
result is looked at, the error topic is read up to its present end, and the ends that are published are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import structlog
from pydantic import ValidationError

from consumer.clock import Clock
from consumer.errors import StartupError
from consumer.events import failure_end
from consumer.failures import end
from consumer.failures.open_failures import OpenFailures
from consumer.outcome import Delivered, Ignored, Outcome, Rejected, Release, Unavailable, nothing_held
from consumer.record import Publish, Record
from schemas.result import Result

# Timestamps are of several machines' clocks.
CLOCKS_DIFFER_BY_S = 60.0

log = structlog.get_logger(__name__)


class FailureEnds:
    """The open failures of all connections, and their ends."""

    def __init__(self, news: Callable[[], AsyncIterator[Record]], publish: Publish, clock: Clock) -> None:
        """Begin with nothing; `news` gives the records of the error topic since its last call."""
        self._news = news
        self._publish = publish
        self._clock = clock
        self._open = OpenFailures()
        self._known_until_ms = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def deliver(self, records: Sequence[Record], release: Release = nothing_held) -> Sequence[Outcome]:
        """
        The outcome of each result; `Unavailable` while the error topic cannot be read.

        Raises:
            ContractError: Kafka did not acknowledge the end of a failure.
        """
        async with self._one_at_a_time:
            outcomes = [await self._outcome(record) for record in records]
        release(outcomes)
        return outcomes

    async def give_up(self, record: Record, rejected: Rejected) -> None:
        """Log that what a result has ended is not said; the failure counts no longer all the same."""
        log.warning("failure_end_given_up", source=str(record.source), code=rejected.code)

    async def _outcome(self, record: Record) -> Outcome:
        written = _result(record)
        if written is None:
            return Ignored(rule="no_result")
        try:
            await self._catch_up(record)
        except StartupError as error:
            return Unavailable(reason=str(error))
        ended = self._open.ended_by(written, record.timestamp_ms, except_id=record.header(failure_end.HEADER))
        for failure in ended:
            resolved = end.of(failure, resolved_by="written", at=self._clock.now())
            await self._publish(failure_end.of(resolved, failure.key))
            self._open.forget(failure.id)
            log.info("failure_ended", connection=failure.connection, error_id=failure.id)
        return Delivered(written=()) if ended else Ignored(rule="ends_no_failure")

    async def _catch_up(self, record: Record) -> None:
        """Read the error topic up to its end, unless all that could precede the result has been read."""
        if record.timestamp_ms < self._known_until_ms - CLOCKS_DIFFER_BY_S * 1_000:
            return
        began_ms = self._clock.now().timestamp() * 1_000
        async for news in self._news():
            self._open.note(news)
        self._known_until_ms = began_ms


def _result(record: Record) -> Result | None:
    """None for a tombstone, and for what somebody else has written."""
    try:
        return Result.model_validate_json(record.value or b"")
    except ValidationError:
        return None

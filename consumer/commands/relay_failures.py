"""The part of `relay` that counts open failures by connection and code, from the error topic."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Protocol

import structlog

from consumer.commands import relay_watch
from consumer.failures.failure import Failure
from consumer.failures.open_failures import OpenFailures
from consumer.kafka import topic_tail
from consumer.kafka.cluster import Cluster
from consumer.record import Record
from schemas import error_event

SHOWN_EVERY_S = 15.0

log = structlog.get_logger(__name__)

Key = tuple[str, str]
"""Connection and code."""


class Observer(Protocol):
    """Receives the counts, for metrics."""

    def open_failures(self, *, connection: str, code: str, count: int, oldest_s: float | None) -> None:
        """Set the number of open failures of a code, and the oldest's epoch time."""
        ...


class FailureWatch:
    """
    Follows the error topic and reports the open failures.

    What a later result ends is on the topic too: `consumer.relay.failure_ends` publishes it.
    """

    def __init__(self, cluster: Cluster, observer: Observer) -> None:
        self._cluster = cluster
        self._observer = observer
        self._failures = OpenFailures()
        self._shown: set[Key] = set()

    async def run(self) -> None:
        """Read the topic and show what is open, until cancelled; a failure is logged, and tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay_watch.read_on(self._follow, failed=_failed))
            tasks.create_task(self._show_now_and_then())

    async def _follow(self) -> None:
        async with topic_tail.tail(self._cluster, (error_event.TOPIC,)) as records:
            async for record in records:
                self.note_record(record)

    async def _show_now_and_then(self) -> None:
        while True:
            self.show()
            await asyncio.sleep(SHOWN_EVERY_S)

    def note_record(self, record: Record) -> None:
        """Add a record of the error topic."""
        self._failures.note(record)

    def show(self) -> None:
        """Report by connection and code; 0 where there were some and all are settled."""
        found: dict[Key, list[Failure]] = defaultdict(list)
        for each in self._failures.waiting:
            found[each.connection, each.code].append(each)
        for connection, code in self._shown | found.keys():
            failures = found.get((connection, code), [])
            oldest_ms = min((each.published_ms for each in failures), default=None)
            self._observer.open_failures(
                connection=connection,
                code=code,
                count=len(failures),
                oldest_s=None if oldest_ms is None else oldest_ms / 1_000,
            )
        self._shown |= found.keys()


def _failed(error: Exception) -> None:
    log.warning("failure_watch_failed", error=relay_watch.cause(error))

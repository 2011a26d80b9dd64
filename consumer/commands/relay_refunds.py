"""The part of `relay` that counts the refunds to make by hand, from the results topic."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from decimal import Decimal
from typing import Protocol

import structlog

from consumer.commands import relay_watch
from consumer.failures.refunds import Refunds, RefundToMake
from consumer.kafka import offset_marks, topic_tail
from consumer.kafka.cluster import Cluster
from schemas import result

SHOWN_EVERY_S = 15.0
LEFT_EVERY_S = 60.0
# Kafka forgets the offsets of a group without members after a week.
LEFT_AGAIN_S = 3_600.0

log = structlog.get_logger(__name__)

Key = tuple[str, str]
"""Connection and currency."""


class Observer(Protocol):
    """Receives the counts, for metrics."""

    def refunds_to_make(
        self, *, connection: str, currency: str, count: int, amount: Decimal, oldest_s: float | None
    ) -> None:
        """Set the number of open refunds, their sum in units of the currency, and the oldest's epoch time."""
        ...


class RefundWatch:
    """
    Follows the results topic and reports the open refunds.

    Attributes:
        positions: how far each partition is read.
    """

    def __init__(self, cluster: Cluster, observer: Observer, *, group: str | None = None) -> None:
        """Nothing is read yet; offsets for `errors` and `status` are left in `group`, None for nowhere."""
        self._cluster = cluster
        self._observer = observer
        self._group = group
        self._refunds = Refunds()
        self.positions: dict[int, int] = {}
        self._left: dict[int, int] = {}
        self._left_at_s = float("-inf")
        self._shown: set[Key] = set()

    async def run(self) -> None:
        """Read the topic and show what is open, until cancelled; a failure is logged, and tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay_watch.read_on(self._follow, failed=_failed))
            tasks.create_task(self._show_now_and_then())
            if self._group is not None:
                tasks.create_task(self._leave_now_and_then(self._group))

    async def _follow(self) -> None:
        async with topic_tail.tail(self._cluster, (result.TOPIC,)) as records:
            async for record in records:
                self._refunds.note_record(record)
                self.positions[record.source.partition] = record.source.offset + 1

    async def _show_now_and_then(self) -> None:
        while True:
            self.show()
            await asyncio.sleep(SHOWN_EVERY_S)

    async def _leave_now_and_then(self, group: str) -> None:
        while True:
            await asyncio.sleep(LEFT_EVERY_S)
            try:
                await self.leave(group)
            except Exception as error:  # noqa: BLE001 - no error here stops the posting of webhooks
                log.warning("refund_offsets_not_left", error=type(error).__name__)

    async def leave(self, group: str) -> None:
        """
        Leave the offsets below which no refund is open, so that others need not read from the beginning.

        Raises:
            StartupError: Kafka does not take them.
        """
        floors, now_s = self._refunds.floors(self.positions), time.monotonic()
        if not floors or (floors == self._left and now_s - self._left_at_s < LEFT_AGAIN_S):
            return
        topic = self._cluster.topic(result.TOPIC)
        await offset_marks.put(self._cluster, group, {(topic, number): at for number, at in floors.items()})
        self._left, self._left_at_s = floors, now_s

    def show(self) -> None:
        """Report the open refunds by connection and currency; 0 where there were some and all are closed."""
        found: dict[Key, list[RefundToMake]] = defaultdict(list)
        for each in self._refunds.to_make:
            found[each.note.connection, each.note.currency or ""].append(each)
        for key in self._shown | found.keys():
            self._observe(key, found.get(key, []))
        self._shown |= found.keys()

    def _observe(self, key: Key, refunds: list[RefundToMake]) -> None:
        connection, currency = key
        amount = sum((each.amount or Decimal(0) for each in refunds), Decimal(0))
        oldest_s = refunds[0].since_ms / 1_000 if refunds else None
        self._observer.refunds_to_make(
            connection=connection, currency=currency, count=len(refunds), amount=amount, oldest_s=oldest_s
        )


def _failed(error: Exception) -> None:
    log.warning("refund_watch_failed", error=relay_watch.cause(error))

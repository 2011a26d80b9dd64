"""The part of `relay` that counts the refunds to make by hand, from the results topic."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from decimal import Decimal
from typing import Protocol

import structlog

from consumer.failures.refunds import Refunds, RefundToMake
from consumer.kafka import topic_tail
from consumer.kafka.cluster import Cluster
from schemas import result

SHOWN_EVERY_S = 15.0
AGAIN_AFTER_S = 60.0

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
    """Follows the results topic and reports the open refunds."""

    def __init__(self, cluster: Cluster, observer: Observer) -> None:
        self._cluster = cluster
        self._observer = observer
        self._refunds = Refunds()
        self._shown: set[Key] = set()

    async def run(self) -> None:
        """Read the topic and show what is open, until cancelled; a failure is logged, and tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._show_now_and_then())

    async def _follow(self) -> None:
        while True:
            try:
                async with topic_tail.tail(self._cluster, (result.TOPIC,)) as records:
                    async for record in records:
                        self._refunds.note_record(record)
            except Exception as error:  # noqa: BLE001 - no error here stops the posting of webhooks
                log.warning("refund_watch_failed", error=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _show_now_and_then(self) -> None:
        while True:
            self.show()
            await asyncio.sleep(SHOWN_EVERY_S)

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

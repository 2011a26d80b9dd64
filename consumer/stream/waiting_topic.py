"""
Shows on ``lago.netsuite.waiting`` what a stream has parked, and ends it there when it is settled.

It never stops the stream: what it cannot publish it tries again at the next turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import structlog
from pydantic import ValidationError

from consumer.clock import Clock
from consumer.errors import ContractError, StartupError
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.kafka.optional_topic import OptionalTopic
from consumer.kafka.topic_troubles import TopicTroubles
from consumer.ops.best_effort import BestEffort
from consumer.ops.health import Health
from consumer.record import Publish, Record
from consumer.stream.waiting_list import Change, WaitingList
from schemas import waiting
from schemas.waiting import WaitingRecord

EVERY_S = 5.0
# 50 a second: a storm of waiting records leaves processor and producer to the records that flow.
MOST_EACH_TURN = 250
AT_ONCE = 25
READ_LIMIT_S = 60.0
READ_AGAIN_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOutput:
    """
    Where the waiting records of a process go; one for all its streams.

    Attributes:
        history: reads all records of the topic up to its present end; raises StartupError.
    """

    publish: Publish
    topic: OptionalTopic
    history: Callable[[], AsyncIterator[Record]]


def output(cluster: Cluster, publish: Publish, *, health: Health, clock: Clock) -> WaitingOutput:
    """The topic of this cluster; while it is missing, that is a remark of ``/readyz``."""
    troubles = TopicTroubles(health, clock)
    topic = OptionalTopic(cluster, waiting.TOPIC, troubles=troubles, clock=clock)
    history = partial(snapshot_reader.history, cluster, waiting.TOPIC)
    return WaitingOutput(publish=publish, topic=topic, history=history)


class WaitingTopic:
    """The waiting records of one stream."""

    def __init__(self, waiting_list: WaitingList, output: WaitingOutput, *, name: str, clock: Clock) -> None:
        self._list = waiting_list
        self._output = output
        self._name = name
        self._clock = clock
        self._best_effort = BestEffort(monotonic_s=clock.monotonic_s)
        self._is_known = False
        self._read_at_s = float("-inf")

    def assigned(self) -> None:
        """Partitions were assigned: read what their earlier owners have written."""
        self._is_known = False

    async def run(self) -> None:
        """Publish what changes until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            with self._best_effort.of("waiting"):
                await self.turn()

    async def turn(self) -> None:
        """Publish what has changed since the last turn, at most `MOST_EACH_TURN` records."""
        try:
            if not await self._output.topic.exists():
                return
            await self._read()
        except StartupError as error:
            log.warning("waiting_not_read", connection=self._name, error=str(error))
        except TimeoutError:
            log.debug("waiting_not_read", connection=self._name, error="timeout")
        await self._publish(self._list.changes(MOST_EACH_TURN))

    async def _read(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._is_known or now_s < self._read_at_s:
            return
        self._read_at_s = now_s + READ_AGAIN_S
        self._is_known = True  # an assignment while it is read makes it unknown again
        try:
            self._list.adopt(await self._entries())
        except BaseException:
            self._is_known = False
            raise

    async def _entries(self) -> list[WaitingRecord]:
        own = f"{self._name}/".encode()
        found: dict[bytes, bytes | None] = {}
        async with asyncio.timeout(READ_LIMIT_S):
            async for record in self._output.history():
                if record.key is not None and record.key.startswith(own):
                    found[record.key] = record.value
        return [entry for value in found.values() if (entry := _entry(value)) is not None]

    async def _publish(self, changes: list[Change]) -> None:
        for first in range(0, len(changes), AT_ONCE):
            async with asyncio.TaskGroup() as tasks:
                sent = [tasks.create_task(self._sent(each)) for each in changes[first : first + AT_ONCE]]
            if not all(task.result() for task in sent):
                self._output.topic.doubt()
                return

    async def _sent(self, change: Change) -> bool:
        try:
            await self._output.publish(self._list.event(change))
        except ContractError:  # the publisher warns, once a minute
            return False
        self._list.published(change)
        return True


def _entry(value: bytes | None) -> WaitingRecord | None:
    """None for a tombstone, and for what somebody else has written."""
    try:
        return None if value is None else WaitingRecord.model_validate_json(value)
    except ValidationError:
        return None

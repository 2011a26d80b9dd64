"""
Follows the pauses of connections on ``lago.netsuite.audit``, from its beginning on.

A worker that starts knows them before its first call. While the topic cannot be read, what was known stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Protocol

import structlog
from pydantic import ValidationError

from consumer.clock import Clock
from consumer.errors import StartupError
from consumer.kafka import topics
from consumer.kafka.access import DeniedError
from consumer.kafka.cluster import Cluster
from consumer.kafka.growing_topic import GrowingTopic
from consumer.limits.pause import Pauses
from consumer.ops.best_effort import BestEffort
from consumer.ops.health import Health
from consumer.ops.once_a_minute import OnceAMinute
from consumer.record import Record
from schemas import audit
from schemas.audit import AuditRecord

EVERY_S = 2.0
AGAIN_AFTER_S = 5.0
LOOK_EVERY_S = 60.0
READ_LIMIT_S = 60.0

log = structlog.get_logger(__name__)


class News(Protocol):
    """A topic that is read on from where the last read has ended."""

    def news(self) -> AsyncIterator[Record]:
        """The records since the last read; raises StartupError."""
        ...

    async def aclose(self) -> None:
        """Close the connection; the next read goes on."""
        ...


class PauseTopic:
    """The pauses of this process's connections, read by one reader for all its streams."""

    def __init__(
        self,
        pauses: Pauses,
        topic: News,
        *,
        name: str,
        absence: Callable[[], Awaitable[str]],
        health: Health,
        clock: Clock,
    ) -> None:
        """
        Nothing is read yet.

        Args:
            pauses: takes the acts in.
            topic: the audit topic.
            name: of the topic, for sentences.
            absence: why this client cannot see it, empty where it can; raises StartupError.
            health: has a remark while the topic is not read.
            clock: of the log, a line a minute, and of `absence`, which opens connections: once a minute, too.
        """
        self._pauses = pauses
        self._topic = topic
        self._name = name
        self._absence = absence
        self._health = health
        self._monotonic_s = clock.monotonic_s
        self._look_due_s = float("-inf")
        self._once = OnceAMinute(clock.monotonic_s)
        self._best_effort = BestEffort(monotonic_s=clock.monotonic_s)

    async def begin(self) -> None:
        """
        Read what is there.

        A topic that is missing, or that this client may not read, pauses nothing: older deployments are so.

        Raises:
            StartupError: Kafka does not give the records in time, so that a pause might be overlooked.
        """
        try:
            await self._read()
        except DeniedError as error:
            self._say(str(error))
        except TimeoutError as error:
            sentence = f"Kafka has not given all records of {self._name} within {READ_LIMIT_S:.0f} s"
            raise StartupError(sentence) from error

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            again_s = AGAIN_AFTER_S
            with self._best_effort.of("pauses"):
                again_s = await self.turn()
            await asyncio.sleep(again_s)

    async def turn(self) -> float:
        """Read what is new; returns after how many seconds to do so again."""
        try:
            is_there = await self._read()
        except DeniedError as error:
            self._say(str(error))
            return LOOK_EVERY_S
        except (StartupError, TimeoutError) as error:
            self._look_due_s = float("-inf")
            self._say(str(error) or f"Kafka does not give the records of {self._name}")
            return AGAIN_AFTER_S
        return EVERY_S if is_there else LOOK_EVERY_S

    async def _read(self) -> bool:
        """Take in what is new; whether there is such a topic."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                if self._monotonic_s() >= self._look_due_s:
                    if absence := await self._absence():
                        self._say(absence)
                        return False
                    self._look_due_s = self._monotonic_s() + LOOK_EVERY_S
                async for record in self._topic.news():
                    self._note(record)
        except TimeoutError:
            await self._topic.aclose()
            raise
        self._health.remark(audit.TOPIC, None)
        return True

    def _note(self, record: Record) -> None:
        try:
            act = AuditRecord.model_validate_json(record.value or b"")
        except ValidationError:  # what somebody else has written
            return
        self._pauses.note(act)

    def _say(self, reason: str) -> None:
        self._health.remark(audit.TOPIC, f"pauses are not followed: {reason}")
        if self._once.may_say("pauses"):
            log.warning("pauses_not_followed", reason=reason)


@asynccontextmanager
async def followed(
    cluster: Cluster, codes: Collection[str], *, health: Health, clock: Clock
) -> AsyncIterator[Pauses]:
    """
    The pauses of these connections as of now, followed while the block runs.

    Raises:
        StartupError: Kafka does not give the records in time.
    """
    pauses, topic = Pauses(codes), GrowingTopic(cluster, audit.TOPIC)
    absence = partial(topics.absence, cluster, audit.TOPIC)
    name = cluster.topic(audit.TOPIC)
    following = PauseTopic(pauses, topic, name=name, absence=absence, health=health, clock=clock)
    async with aclosing(topic):
        await following.begin()
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(following.run())
            try:
                yield pauses
            finally:
                task.cancel()

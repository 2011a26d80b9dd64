"""
The surroundings of a worker in memory: Kafka, NetSuite account, clock, and the point where it is killed.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from consumer.clock import FakeClock
from consumer.errors import ContractError
from consumer.outcome import AlreadyThere, Delivered, Outcome, Written
from consumer.record import Event
from schemas import error_event, result
from schemas.wire import WriteItem, WriteRequest

TOPIC = "lago.invoices"
FETCHED_BYTES = 256 * 1024


def tp(number: int = 0) -> TopicPartition:
    return TopicPartition(TOPIC, number)


@dataclass(slots=True)
class Life:
    """
    The life of one worker process: it ends at a point that the test chooses, and nothing continues after it.

    Every step that reaches outside is two points: ``write`` before it has any effect, ``written`` after; so
    with ``publish TOPIC`` and ``published TOPIC``, ``commit`` and ``committed``, and ``fetched``.

    Attributes:
        ends_at: the name of the point; None when it is the `ends_after`th of any name, 0 for none.
    """

    ends_at: str | None = None
    ends_after: int = 0
    is_over: bool = False
    passed: list[str] = field(default_factory=list)

    async def reach(self, point: str) -> None:
        """Pass a point, or end the life at it."""
        self.passed.append(point)
        if point == self.ends_at or (self.ends_at is None and len(self.passed) == self.ends_after):
            self.is_over = True
        if self.is_over:
            await asyncio.Event().wait()


@dataclass(slots=True)
class Account:
    """
    NetSuite: idempotent by external id, guarded by version, as the deployed script is.

    Attributes:
        answers: what is said instead, call by call, without doing anything.
        says: what is said instead, event by event; None carries it out.
        slow: external ids whose writes wait for the event.
    """

    answers: list[Outcome] = field(default_factory=list)
    says: Callable[[WriteRequest], Outcome | None] = lambda _: None
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    created: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)

    async def write(self, requests: Sequence[WriteRequest]) -> list[Outcome]:
        return [await self._carry_out(request) for request in requests]

    async def _carry_out(self, request: WriteRequest) -> Outcome:
        document = request.items[-1].external_id
        self.asked.append(document)
        if document in self.slow:
            await self.slow[document].wait()
        if self.answers:
            return self.answers.pop(0)
        if (said := self.says(request)) is not None:
            return said
        written = tuple(self._write(item) for item in request.items)
        return (AlreadyThere if written[-1].status == "exists" else Delivered)(written=written)

    def _write(self, item: WriteItem) -> Written:
        known = self.versions.get(item.external_id)
        status = "created" if known is None else "exists"
        if known is None:
            self.created[item.external_id] += 1
            self.versions[item.external_id] = item.version
        elif item.mode == "upsert" and item.version > known:
            status, self.versions[item.external_id] = "updated", item.version
        return Written(
            object="customer" if "-cus-" in item.external_id else "invoice",
            lago_id=item.lago_id,
            netsuite_type=str(item.record["type"]),
            internal_id=str(len(self.versions)),
            external_id=item.external_id,
            status=status,
        )


@dataclass(slots=True)
class Kafka:
    """
    The broker: logs, the group's commits, and what was published and acknowledged.

    Attributes:
        refuses: why an event for a topic is not acknowledged; None acknowledges it.
        refuses_commit: what a commit meets.
    """

    logs: dict[TopicPartition, list[Any]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[TopicPartition, OffsetAndMetadata] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    refuses: Callable[[Event], bool] = lambda _: False
    refuses_commit: Exception | None = None

    def produce(self, *values: bytes, partition: int = 0, gap: int = 0) -> None:
        """After a gap of so many offsets, as compaction leaves them."""
        log = self.logs[tp(partition)]
        for place, value in enumerate(values):
            offset = (log[-1].offset + 1 if log else 0) + (0 if place else gap)
            log.append(
                SimpleNamespace(
                    topic=TOPIC,
                    partition=partition,
                    offset=offset,
                    timestamp=1_785_542_399_000,
                    key=b"k",
                    value=value,
                    headers=[],
                )
            )

    def lose(self, below: int, partition: int = 0) -> None:
        """As retention does it."""
        self.logs[tp(partition)] = [each for each in self.logs[tp(partition)] if each.offset >= below]

    def commit_by_hand(self, offset: int, metadata: str, partition: int = 0) -> None:
        self.committed[tp(partition)] = OffsetAndMetadata(offset, metadata)

    def position(self, partition: int = 0) -> int | None:
        found = self.committed.get(tp(partition))
        return found.offset if found else None

    @property
    def errors(self) -> list[Event]:
        return [event for event in self.events if event.topic == error_event.TOPIC]

    @property
    def results(self) -> list[Event]:
        return [event for event in self.events if event.topic == result.TOPIC]

    async def publish(self, event: Event) -> None:
        if self.refuses(event):
            raise ContractError("not acknowledged")
        self.events.append(event)


@dataclass(slots=True)
class World:
    """Everything that outlives a worker."""

    kafka: Kafka = field(default_factory=Kafka)
    account: Account = field(default_factory=Account)
    clock: FakeClock = field(default_factory=FakeClock)


@dataclass(slots=True)
class Consumer:
    """aiokafka's consumer as far as our code uses it; while `answers` is not set, a poll hangs."""

    kafka: Kafka
    life: Life
    assigned: set[TopicPartition] = field(default_factory=set)
    paused_now: set[TopicPartition] = field(default_factory=set)
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def assign(self, partitions: set[TopicPartition]) -> None:
        self.assigned, self.paused_now = partitions, set()
        committed = self.kafka.committed
        self.positions = {each: committed[each].offset if each in committed else 0 for each in partitions}

    def paused(self) -> set[TopicPartition]:
        return set(self.paused_now)

    def pause(self, *partitions: TopicPartition) -> None:
        self.paused_now |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.paused_now -= set(partitions)

    def highwater(self, partition: TopicPartition) -> int:
        log = self.kafka.logs.get(partition)
        return log[-1].offset + 1 if log else 0

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.positions[partition] = offset

    async def getmany(self, *, timeout_ms: int) -> Mapping[TopicPartition, Sequence[Any]]:
        assert timeout_ms > 0
        await asyncio.sleep(0)
        await self.answers.wait()
        found = {each: self._fetched(each) for each in self.assigned - self.paused_now}
        found = {each: messages for each, messages in found.items() if messages}
        for each, messages in found.items():
            self.positions[each] = messages[-1].offset + 1
        if found:
            await self.life.reach("fetched")
        return found

    async def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        await self.life.reach("commit")
        if self.kafka.refuses_commit:
            raise self.kafka.refuses_commit
        self.kafka.committed |= offsets
        await self.life.reach("committed")

    def _fetched(self, partition: TopicPartition) -> list[Any]:
        log = self.kafka.logs[partition]
        if not log or not log[0].offset <= self.positions[partition] <= log[-1].offset + 1:
            # What aiokafka makes of an offset out of range under `earliest`.
            self.positions[partition] = log[0].offset if log else 0
        if not log or log[-1].offset < self.positions[partition]:
            return []
        fetched, size_bytes = [], 0
        for message in log:
            if message.offset >= self.positions[partition] and size_bytes < FETCHED_BYTES:
                fetched.append(message)
                size_bytes += len(message.value)
        return fetched

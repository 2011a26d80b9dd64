"""aiokafka's consumer and producer as far as our code uses them, without a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata


def tp(number: int = 0) -> TopicPartition:
    return TopicPartition("lago.invoices", number)


def message(offset: int, value: bytes | None = b"a:0", *, partition: int = 0, **changes: Any) -> Any:
    return SimpleNamespace(
        **{
            "topic": "lago.invoices",
            "partition": partition,
            "offset": offset,
            "timestamp": 1_000,
            "key": b"k",
            "value": value,
            "headers": [("traceparent", b"x")],
            **changes,
        }
    )


@dataclass(slots=True)
class FakeConsumer:
    """Returns the given batches, then waits for ever; records its calls."""

    batches: list[Mapping[TopicPartition, Sequence[Any]]] = field(default_factory=list)
    assigned: set[TopicPartition] = field(default_factory=lambda: {tp(0), tp(1)})
    paused_now: set[TopicPartition] = field(default_factory=set)
    commits: list[dict[TopicPartition, OffsetAndMetadata]] = field(default_factory=list)
    seeks: list[tuple[TopicPartition, int]] = field(default_factory=list)
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    refuse_commit: Exception | None = None
    refuse_metadata: Exception | None = None
    refuse_poll: Exception | None = None
    exhausted: asyncio.Event = field(default_factory=asyncio.Event)

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def paused(self) -> set[TopicPartition]:
        return set(self.paused_now)

    def pause(self, *partitions: TopicPartition) -> None:
        self.told.append("pause")
        self.paused_now |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.told.append("resume")
        self.paused_now -= set(partitions)

    def highwater(self, partition: TopicPartition) -> int | None:
        return self.ends.get(partition)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.seeks.append((partition, offset))

    @property
    def offsets(self) -> list[dict[TopicPartition, int]]:
        return [{tp: position.offset for tp, position in commit.items()} for commit in self.commits]

    async def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        if self.refuse_commit:
            raise self.refuse_commit
        if self.refuse_metadata and any(position.metadata for position in offsets.values()):
            raise self.refuse_metadata
        self.told.append("commit")
        self.commits.append(offsets)

    async def getmany(self, *, timeout_ms: int) -> Mapping[TopicPartition, Sequence[Any]]:
        if self.refuse_poll:
            raise self.refuse_poll
        if not self.batches:
            self.exhausted.set()
            await asyncio.Event().wait()
        return self.batches.pop(0)

"""The Kafka side of a run: topics of its own, events in, and what was committed and reported at the end."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from consumer.kafka import topics
from tests.bench.events import UNDECODABLE, Draft, Produced

TOPIC = "lago.invoices"
ERROR_TOPIC = "lago.accounting-provider-error"
LIMIT_S = 30.0
CHUNK = 500


@dataclass(slots=True, kw_only=True)
class Load:
    """
    Topics of one run and what lies on them.

    Attributes:
        undecodable: partition and offset of the records that are no events.
        ends: how many records lie on each partition, which is the position behind the last.
    """

    bootstrap_servers: str
    prefix: str
    group: str
    partitions: int
    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient
    produced: list[Produced] = field(default_factory=list)
    undecodable: set[tuple[int, int]] = field(default_factory=set)
    ends: Counter[int] = field(default_factory=Counter)

    async def produce(self, drafts: Iterator[Draft], count: int) -> None:
        """Produce the next `count` events and note where they came to lie."""
        while count > 0:
            chunk = list(islice(drafts, min(CHUNK, count)))
            count -= len(chunk)
            async with asyncio.timeout(LIMIT_S):
                sent = [
                    await self.producer.send(
                        self.prefix + TOPIC,
                        each.body,
                        key=each.lane.encode(),
                        partition=each.partition,
                    )
                    for each in chunk
                ]
                placed = await asyncio.gather(*sent)
            self.produced += [
                Produced(
                    event=draft.event,
                    lane=draft.lane,
                    partition=place.partition,
                    offset=place.offset,
                    at_s=place.timestamp / 1_000,
                )
                for draft, place in zip(chunk, placed, strict=True)
            ]
            self.ends.update(place.partition for place in placed)

    async def spoil(self, count: int) -> None:
        """Produce records that nobody can decode."""
        for number in range(count):
            async with asyncio.timeout(LIMIT_S):
                place = await self.producer.send_and_wait(
                    self.prefix + TOPIC, UNDECODABLE, partition=number % self.partitions
                )
            self.undecodable.add((place.partition, place.offset))
            self.ends[place.partition] += 1

    async def committed(self) -> dict[int, int]:
        """The committed position of each partition; 0 where there is none."""
        wanted = [TopicPartition(self.prefix + TOPIC, number) for number in range(self.partitions)]
        async with asyncio.timeout(LIMIT_S):
            found = await self.admin.list_consumer_group_offsets(self.group, partitions=wanted)
        return {tp.partition: max(0, at.offset) for tp, at in found.items()}

    async def is_done(self) -> bool:
        """Whether everything that was produced is committed."""
        return await self.committed() == {number: self.ends[number] for number in range(self.partitions)}

    async def reported(self) -> set[tuple[int, int]]:
        """Partition and offset of every invoice event that has an error event."""
        topic = self.prefix + ERROR_TOPIC
        everywhere = [TopicPartition(topic, number) for number in range(self.partitions)]
        reader = AIOKafkaConsumer(bootstrap_servers=self.bootstrap_servers, auto_offset_reset="earliest")
        await reader.start()
        try:
            reader.assign(everywhere)
            ends = await reader.end_offsets(everywhere)
            found: set[tuple[int, int]] = set()
            async with asyncio.timeout(LIMIT_S):
                while any([await reader.position(each) < ends[each] for each in everywhere]):
                    batches = await reader.getmany(timeout_ms=500)
                    found |= {_source(message.value) for batch in batches.values() for message in batch}
        finally:
            await reader.stop()
        return found


def _source(value: bytes) -> tuple[int, int]:
    source = json.loads(value)["source"]
    return source["partition"], source["offset"]


@asynccontextmanager
async def loaded(bootstrap_servers: str, *, prefix: str, group: str, partitions: int) -> AsyncIterator[Load]:
    """Fresh topics, and clients for them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, enable_idempotence=True)
    await admin.start()
    try:
        await admin.create_topics([_new(topic, prefix, partitions) for topic in topics.declared()])
        await producer.start()
        try:
            yield Load(
                bootstrap_servers=bootstrap_servers,
                prefix=prefix,
                group=group,
                partitions=partitions,
                producer=producer,
                admin=admin,
            )
        finally:
            await producer.stop()
            await admin.delete_topics([prefix + topic.name for topic in topics.declared()])
    finally:
        await admin.close()


def _new(topic: topics.Topic, prefix: str, partitions: int) -> NewTopic:
    settings = {key: value for key, value in topic.settings.items() if key != "min.insync.replicas"}
    return NewTopic(prefix + topic.name, partitions, 1, topic_configs=settings)

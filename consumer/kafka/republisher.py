"""Publish copies of records to their source partitions, for replays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from consumer.errors import ContractError
from consumer.kafka.access import denial
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.producer import Producer
from consumer.record import Source

ACKNOWLEDGE_LIMIT_S = 15.0
# The largest record that `ingest` can write must fit.
RECORD_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A record to publish to a partition; `topic` has the prefix."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Republisher:
    """Publishes copies to their partitions with one idempotent producer."""

    def __init__(self, producer: Producer, *, user: str | None, limit_s: float = ACKNOWLEDGE_LIMIT_S) -> None:
        self._producer = producer
        self._user = user
        self._limit_s = limit_s

    async def put(self, copies: Sequence[Copy]) -> list[Source]:
        """
        Publish copies, those of one partition in the given order; returns their acknowledged positions.

        Raises:
            ContractError: not all were acknowledged in time; some may be written.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                sent = [await self._send(copy) for copy in copies]
                kept = [await each for each in sent]
        except TimeoutError:
            raise ContractError(f"Kafka did not acknowledge within {self._limit_s:.0f} s") from None
        except KafkaError as error:
            said = f"Kafka refused a record: {str(error) or type(error).__name__}"
            raise ContractError(denial(error, user=self._user, operation="WRITE") or said) from error
        return [Source(topic=each.topic, partition=each.partition, offset=each.offset) for each in kept]

    async def _send(self, copy: Copy) -> Awaitable[RecordMetadata]:
        sent: Awaitable[RecordMetadata] = await self._producer.send(
            copy.topic,
            value=copy.value,
            key=copy.key,
            partition=copy.partition,
            headers=list(copy.headers),
        )
        return sent


@asynccontextmanager
async def opened(cluster: Cluster) -> AsyncIterator[Republisher]:
    """
    A republisher for the duration of the block.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    producer = cluster.producer(record_limit_bytes=RECORD_LIMIT_BYTES)
    await cluster.start(producer)
    try:
        yield Republisher(producer, user=cluster.user)
    finally:
        await stop(producer)

"""
An idempotent producer that is replaced when it can no longer send.

A batch that Kafka refuses permanently, because it is too large for its topic, has used sequence numbers of
its partition, which aiokafka does not release. Kafka then refuses every later batch of that partition with
``OutOfOrderSequenceNumber`` until the producer is replaced.

A producer also refuses all records after its sender task has failed, as it may when a connection breaks
(``sender.py``, "Unexpected error in sender routine").
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber, ProducerFenced
from aiokafka.structs import RecordMetadata

STOP_LIMIT_S = 5.0

log = structlog.get_logger(__name__)


class Producer:
    """The used methods of aiokafka's producer, with replacement of a failed one."""

    def __init__(self, make: Callable[[], AIOKafkaProducer]) -> None:
        self._make = make
        self._current = make()
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Connect to the cluster."""
        await self._current.start()

    async def stop(self) -> None:
        """Send what is pending, and close the connections."""
        await self._current.stop()

    def lacks(self, topic: str) -> Literal["missing", "hidden"] | None:
        """
        Whether the topic is missing or not visible to this client, by the latest metadata; None if neither.
        """
        known = self._current.client.cluster
        if topic in known.unauthorized_topics:
            return "hidden"
        return "missing" if known.partitions_for_topic(topic) is None else None

    async def send(self, topic: str, **record: Any) -> Awaitable[RecordMetadata]:
        """Add a record to its batch, as aiokafka does; the result completes at Kafka's acknowledgement."""
        sent: Awaitable[RecordMetadata] = await self._current.send(topic, **record)
        return sent

    async def send_and_wait(self, topic: str, **record: Any) -> RecordMetadata:
        """
        Send a record and wait for Kafka's acknowledgement, as aiokafka does.

        Raises:
            KafkaError: Kafka refused it.
        """
        producer = self._current
        try:
            kept: RecordMetadata = await producer.send_and_wait(topic, **record)
        except KafkaError as error:
            if not _is_the_end(error):
                raise
            # It was not written, or that is unknown: events are published at least once, and consumers
            # deduplicate them by id.
            await self._replace(producer, error)
            kept = await self._current.send_and_wait(topic, **record)
        return kept

    async def _replace(self, lost: AIOKafkaProducer, error: KafkaError) -> None:
        async with self._one_at_a_time:
            if self._current is not lost:
                return
            fresh = self._make()
            try:
                await fresh.start()
            except BaseException:
                await _stop(fresh)
                raise
            self._current = fresh
            log.warning("producer_replaced", error=str(error) or type(error).__name__)
            await _stop(lost)


def _is_the_end(error: KafkaError) -> bool:
    # The error after a failed sender task has no class of its own.
    return isinstance(error, OutOfOrderSequenceNumber | ProducerFenced) or type(error) is KafkaError


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await producer.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("kafka_client_not_stopped", client="AIOKafkaProducer", error=str(error) or "no answer")

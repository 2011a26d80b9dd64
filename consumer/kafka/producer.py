"""
Events on their way out, through an idempotent producer that is replaced when it has come to its end.

A batch that Kafka refuses for good, because it is too large for its topic, has used up numbers of its
partition's sequence, and aiokafka never gives them back. Kafka then answers every later batch of that
partition with ``OutOfOrderSequenceNumber``: until the process ends, were it not for this.

The same goes for a producer whose sending task has died, as it may when a connection breaks at the wrong
moment (``sender.py``, "Unexpected error in sender routine"): it refuses all that it is given from then on.
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
    """What of aiokafka's producer is used here."""

    def __init__(self, make: Callable[[], AIOKafkaProducer]) -> None:
        self._make = make
        self._current = make()
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Connect."""
        await self._current.start()

    async def stop(self) -> None:
        """Leave, with everything sent."""
        await self._current.stop()

    def lacks(self, topic: str) -> Literal["missing", "hidden"] | None:
        """Whether Kafka, when asked last, had no such topic, or did not let us see it."""
        known = self._current.client.cluster
        if topic in known.unauthorized_topics:
            return "hidden"
        return "missing" if known.partitions_for_topic(topic) is None else None

    async def send(self, topic: str, **record: Any) -> Awaitable[RecordMetadata]:
        """Hand over a record (as to aiokafka); what is given back ends when Kafka has acknowledged it."""
        sent: Awaitable[RecordMetadata] = await self._current.send(topic, **record)
        return sent

    async def send_and_wait(self, topic: str, **record: Any) -> RecordMetadata:
        """
        Return when Kafka has acknowledged a record (as with aiokafka).

        Raises:
            KafkaError: it was refused.
        """
        producer = self._current
        try:
            kept: RecordMetadata = await producer.send_and_wait(topic, **record)
        except KafkaError as error:
            if not _is_the_end(error):
                raise
            # Its number was refused, so it was not written, or nobody knows: events are told at least once,
            # and whoever hears of one twice knows it by its id.
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
    # What a dead task leaves behind is of no class of its own.
    return isinstance(error, OutOfOrderSequenceNumber | ProducerFenced) or type(error) is KafkaError


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await producer.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("kafka_client_not_stopped", client="AIOKafkaProducer", error=str(error) or "no answer")

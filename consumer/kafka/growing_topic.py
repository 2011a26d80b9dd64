"""A topic that is read from its beginning, each time up to its end of then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from consumer.errors import StartupError
from consumer.kafka import snapshot_reader
from consumer.kafka.access import DeniedError, denial
from consumer.kafka.cluster import Cluster, stop
from consumer.record import Record

REQUEST_LIMIT_S = 20.0


class GrowingTopic:
    """One reader at a time; the connection is kept between the reads."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        """The topic by its name without prefix; nothing is read yet."""
        self._cluster = cluster
        self._name = cluster.topic(topic)
        self._consumer: AIOKafkaConsumer | None = None
        self._positions: dict[TopicPartition, int] = {}

    async def news(self) -> AsyncIterator[Record]:
        """
        The records that came since the last read, those of one partition in order.

        Raises:
            StartupError: Kafka cannot be reached, or does not give its records; the next call goes on.
            DeniedError: this client may not read the topic.
        """
        try:
            consumer = await self._started()
            ends = await self._ends(consumer)
            async for record in snapshot_reader.until(consumer, ends):
                place = TopicPartition(record.source.topic, record.source.partition)
                self._positions[place] = record.source.offset + 1
                yield record
        except TopicAuthorizationFailedError as error:
            await self.aclose()
            raise DeniedError(denial(error, user=self._cluster.user, operation="READ")) from error
        except (KafkaError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            await self.aclose()
            raise StartupError(f"Kafka does not give the records of {self._name}: {reason}") from error
        except StartupError:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close the connection; the next read goes on where the last one has ended."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop(consumer)

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = self._cluster.reader(self._name)
            await self._cluster.start(consumer)
            self._consumer = consumer
        return self._consumer

    async def _ends(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """The ends of the partitions that have grown, with the reader at its position in each."""
        async with asyncio.timeout(REQUEST_LIMIT_S):
            places = [TopicPartition(self._name, n) for n in await self._numbers(consumer)]
            if set(places) != consumer.assignment():
                consumer.unsubscribe()
                consumer.assign(places)
                begins = await consumer.beginning_offsets(places)
                for place in places:
                    consumer.seek(place, max(begins[place], self._positions.get(place, 0)))
            ends = await consumer.end_offsets(places)
            return {place: end for place, end in ends.items() if await consumer.position(place) < end}

    async def _numbers(self, consumer: AIOKafkaConsumer) -> list[int]:
        return sorted(consumer.partitions_for_topic(self._name) or ())

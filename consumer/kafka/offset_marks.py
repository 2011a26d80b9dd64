"""Offsets that a program leaves for others, as positions of a consumer group without members."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from consumer.errors import StartupError
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.topic_tail import Place

REQUEST_LIMIT_S = 20.0


async def put(cluster: Cluster, group: str, offsets: Mapping[Place, int]) -> None:
    """
    Leave these offsets; those of other partitions stay. They are read by `snapshot_reader.positions`.

    Raises:
        StartupError: Kafka cannot be reached, or does not take them.
    """
    consumer = cluster.consumer(group=group)
    await cluster.start(consumer)
    try:
        async with asyncio.timeout(REQUEST_LIMIT_S):
            places = {TopicPartition(topic, number): offset for (topic, number), offset in offsets.items()}
            consumer.assign(list(places))
            await consumer.commit(places)
    except (KafkaError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise StartupError(f"Kafka does not take the offsets of {group}: {reason}") from error
    finally:
        await stop(consumer)

"""Events that Kafka refuses for good, and what becomes of those after them."""

from __future__ import annotations

import asyncio
import os

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from consumer.kafka.publisher import RecordTooLargeError
from consumer.record import Event
from schemas import result
from tests.integration.brokers import selection
from tests.integration.worker_under_test import Stage, stage

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]


async def let_records_be_as_large_as(on_kafka: Stage, largest_bytes: int) -> None:
    name = on_kafka.cluster.topic(result.TOPIC)
    config = ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": str(largest_bytes)})
    async with on_kafka.cluster.admin() as admin:
        await admin.alter_configs([config])


def event(size_bytes: int) -> Event:
    return Event(topic=result.TOPIC, key=b"k", value=os.urandom(size_bytes), partition=0)


async def test_row_21_an_event_that_is_too_large_does_not_keep_its_partition_from_those_after_it(
    bootstrap_servers, topic_prefix
):
    """Kafka never saw the numbers it used up: a producer that goes on counting would be refused for ever."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        await on_kafka.publisher.publish(event(10))
        await let_records_be_as_large_as(on_kafka, 1_000)
        with pytest.raises(RecordTooLargeError):
            await refused_once_kafka_knows(on_kafka)

        for _ in range(3):
            await on_kafka.publisher.publish(event(10))


async def refused_once_kafka_knows(on_kafka: Stage) -> None:
    """A change of a topic's settings takes a moment to arrive."""
    async with asyncio.timeout(20):
        while True:
            await on_kafka.publisher.publish(event(5_000))

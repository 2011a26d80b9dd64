"""The error topic deleted, or not writable, while records are rejected."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from consumer.clock import SystemClock
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import stop
from consumer.kafka.publisher import Publisher
from consumer.pipeline.assembly import pipeline_of
from consumer.pipeline.pipeline import Pipeline
from schemas import error_event
from tests.chaos.event_feed import until
from tests.integration.brokers import selection
from tests.integration.worker_under_test import Stage, stage
from tests.memory.events import UNREADABLE, invoices
from tests.memory.system import Account
from tests.support.connection_files import connection

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

ACKNOWLEDGE_LIMIT_S = 1.0
# Seven invoices and their customer.
DOCUMENTS = 8


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The error topic, taken away and given back."""

    on_kafka: Stage

    @property
    def name(self) -> str:
        return self.on_kafka.cluster.topic(error_event.TOPIC)

    async def delete(self) -> None:
        async with self.on_kafka.cluster.admin() as admin:
            await admin.delete_topics([self.name])

            async def is_gone() -> bool:
                return self.name not in await admin.list_topics()

            await until(is_gone)

    async def make(self) -> None:
        async with self.on_kafka.cluster.admin() as admin:
            await admin.create_topics([NewTopic(self.name, num_partitions=12, replication_factor=1)])

    async def forbid(self) -> None:
        """No event is small enough."""
        await self._configure("1")

    async def allow(self) -> None:
        await self._configure("1048576")

    async def _configure(self, largest_bytes: str) -> None:
        config = ConfigResource(ConfigResourceType.TOPIC, self.name, {"max.message.bytes": largest_bytes})
        async with self.on_kafka.cluster.admin() as admin:
            await admin.alter_configs([config])


def pipeline(account: Account, publisher: Publisher) -> Pipeline:
    mine = connection()
    return pipeline_of(
        connection=mine,
        reports_orphans=True,
        all_connections=(mine,),
        write=account.write,
        publish=publisher.publish,
        clock=SystemClock(),
    )


@pytest.mark.parametrize("trouble", ["deleted", "not writable"])
async def test_row_21_while_the_error_topic_is_unavailable_rejected_records_wait_and_others_flow(
    on_kafka: Stage, trouble
):
    """
    No record is settled without its error event, which is published, with one id, once the topic is back.
    """
    topic, account = Topic(on_kafka=on_kafka), Account()
    take_away, give_back = {
        "deleted": (topic.delete, topic.make),
        "not writable": (topic.forbid, topic.allow),
    }[trouble]
    producer = on_kafka.cluster.producer()
    await on_kafka.cluster.start(producer)
    carrying = pipeline(account, Publisher(producer, on_kafka.cluster, limit_s=ACKNOWLEDGE_LIMIT_S))

    async def stands_at(offset: int) -> bool:
        return await on_kafka.committed() == offset

    try:
        await on_kafka.produce(UNREADABLE)
        async with on_kafka.stream(carrying.deliver, carrying.give_up):
            # Kafka has begun to count what this producer sends to the partition.
            await until(lambda: stands_at(1))
            await take_away()
            await on_kafka.produce(UNREADABLE, *invoices(7))
            await until(lambda: len(account.created) == DOCUMENTS)
            await asyncio.sleep(2 * ACKNOWLEDGE_LIMIT_S)
            position_meanwhile = await on_kafka.committed()
            await give_back()
            await until(lambda: stands_at(9))
    finally:
        await stop(producer)

    told = [
        json.loads(record.value or b"")
        async for record in snapshot_reader.history(on_kafka.cluster, error_event.TOPIC)
    ]
    assert position_meanwhile == 1
    assert {each["source"]["offset"] for each in told} - {0} == {1}
    assert len({each["id"] for each in told if each["source"]["offset"] == 1}) == 1
    assert set(account.created.values()) == {1}

"""The latest events as the console reads them: the last of each partition, outside of any group."""

from __future__ import annotations

import pytest

from consumer.console.mapping import latest_events
from consumer.errors import StartupError
from consumer.kafka.cluster import Cluster
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka


async def test_the_last_records_of_each_topic_are_read(bootstrap_servers, topic_prefix):
    """At most so many as are asked for; customers first."""
    cluster = Cluster(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        await on_kafka.produce(*(f"invoice {number}".encode() for number in range(6)), topic="lago.invoices")
        await on_kafka.produce(b"customer", topic="lago.customers")

        async with latest_events.opened(cluster, 4) as latest:
            values = [each async for each in latest.values]

    assert latest.count == 4
    assert values == [b"customer", b"invoice 3", b"invoice 4", b"invoice 5"]


async def test_a_kafka_without_the_topics_is_a_sentence(bootstrap_servers, topic_prefix):
    """That says what creates them."""
    cluster = Cluster(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)

    with pytest.raises(StartupError, match=r"lacks the topic .*lago\.customers: create it"):
        async with latest_events.opened(cluster, 4):
            pass

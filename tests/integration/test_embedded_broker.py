"""The broker of the demo: what it does otherwise than Kafka, and what that may not cost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from consumer.kafka.cluster import Cluster, stop
from consumer.sandbox import broker

WATCHED_S = 1.0

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(not broker.is_available(), reason="no embedded broker on this machine"),
]


async def test_an_idle_consumer_leaves_the_cores_alone(tmp_path: Path):
    """It responds to empty fetches at once; without a pause a consumer would use a whole core."""
    with broker.embedded_broker(tmp_path) as address:
        cluster = Cluster(bootstrap_servers=address)
        producer = cluster.producer()
        await cluster.start(producer)
        async with asyncio.timeout(10):
            await producer.send_and_wait("idle", value=b"{}")
        await stop(producer)
        consumer = cluster.consumer(group="idle")
        consumer.subscribe(["idle"])
        await cluster.start(consumer)
        async with asyncio.timeout(20):
            first = await consumer.getone()

        used_s = time.process_time()
        deadline_s = time.monotonic() + WATCHED_S
        while time.monotonic() < deadline_s:
            assert await consumer.getmany(timeout_ms=100) == {}
        used_s = time.process_time() - used_s
        await stop(consumer)

    assert first.value == b"{}"
    assert used_s < WATCHED_S / 2

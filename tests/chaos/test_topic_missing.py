"""The results topic deleted under a running worker."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from aiokafka.admin import NewTopic

from schemas import result
from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.brokers import selection
from tests.integration.worker_under_test import Stage, stage

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

INVOICES = 20
WATCHED_S = 20.0


async def delete_results(on_kafka: Stage) -> None:
    name = on_kafka.cluster.topic(result.TOPIC)
    async with on_kafka.cluster.admin() as admin:
        await admin.delete_topics([name])

        async def is_gone() -> bool:
            return name not in await admin.list_topics()

        await until(is_gone)


async def make_results(on_kafka: Stage) -> None:
    name = on_kafka.cluster.topic(result.TOPIC)
    async with on_kafka.cluster.admin() as admin:
        await admin.create_topics([NewTopic(name, num_partitions=12, replication_factor=1)])


def ready(worker: running_programs.Worker) -> httpx.Response:
    return httpx.get(f"{worker.ops}/readyz", trust_env=False)


async def test_a_missing_results_topic_is_a_line_a_minute_and_a_remark_and_costs_no_record(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """Not 1,900 lines a second; made again, it gets what waited, and the books are right."""
    environment = running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])
            await delete_results(on_kafka)
            before = len(worker.said.splitlines())
            await feed.produce(INVOICES)
            await until(lambda: "event_not_acknowledged" in worker.said, because=worker.said[-3_000:])
            await asyncio.sleep(WATCHED_S)
            said = worker.said.splitlines()[before:]
            answer = await asyncio.to_thread(ready, worker)
            await make_results(on_kafka)
            await until(feed.all_committed, because=worker.said[-3_000:])
            await until(lambda: '"remarks"' not in ready(worker).text)

    # What a mapping warns of at each try is not about Kafka.
    warnings = [line for line in said if '"level": "info"' not in line and "fallback_used" not in line]
    topic = on_kafka.cluster.topic(result.TOPIC)
    assert sum("event_not_acknowledged" in line for line in warnings) == 1, warnings
    assert len(warnings) <= 10, warnings
    assert answer.status_code == 200
    assert f"topic {topic}: " in answer.text
    feed.is_in_the_books(netsuite)

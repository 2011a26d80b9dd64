"""A connection that is taken out of connections.yaml while records of it wait."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from consumer.engine import offset_map
from consumer.engine.offset_map import OffsetMap
from consumer.kafka import removed_connections, topics
from tests.integration import running_programs
from tests.integration.worker_under_test import TOPIC, Stage, stage

pytestmark = pytest.mark.kafka

OLD = "netsuite-old"
# Of eight records it had read six, and three of those waited.
RECORDS, KNOWN = 8, OffsetMap(base=1, end=6, open=(1, 2, 4))


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def leave_behind(on_kafka: Stage, group: str) -> None:
    """What the worker of a connection commits, which then goes."""
    await on_kafka.produce(*(b"{}" for _ in range(RECORDS)))
    tp = TopicPartition(on_kafka.cluster.topic(TOPIC), 0)
    consumer = on_kafka.cluster.consumer(group=group)
    await consumer.start()
    try:
        consumer.assign([tp])
        await consumer.commit({tp: OffsetAndMetadata(KNOWN.base, offset_map.encode(KNOWN))})
    finally:
        await consumer.stop()


async def found(on_kafka: Stage, group: str, *codes: str) -> list[tuple[str, int, int]]:
    left = await removed_connections.find(
        on_kafka.cluster, group=group, codes=codes, topics=topics.names("input")
    )
    return [(one.code, one.unsettled, one.unread) for one in left]


async def test_what_it_left_is_warned_of_shown_and_checked(
    tmp_path, on_kafka: Stage, bootstrap_servers, topic_prefix
):
    """By a worker at its start, in a log line and a metric, and by `check --deep`; both continue."""
    with running_programs.sandbox(tmp_path) as netsuite:
        environment = running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)
        await leave_behind(on_kafka, f"{topic_prefix}worker.{OLD}")
        with running_programs.worker(tmp_path, environment) as worker:
            await asyncio.to_thread(worker.until_ready)
            await asyncio.to_thread(running_programs.until, lambda: "removed_connection_left" in worker.said)
            shown = await asyncio.to_thread(exposition, worker)
        checked = await asyncio.to_thread(check, environment)

    [line] = [json.loads(each) for each in worker.said.splitlines() if "removed_connection_left" in each]
    assert (line["connection"], line["unsettled"], line["unread"], line["level"]) == (OLD, 3, 2, "warning")
    name = "lago_netsuite_removed_connection_open_records"
    assert f'{name}{{connection="{OLD}",state="unsettled"}} 3.0' in shown
    assert f'{name}{{connection="{OLD}",state="unread"}} 2.0' in shown
    [finding] = [each for each in checked if each["id"] == "kafka.removed_connection"]
    assert finding["status"] == "warn"
    assert f"connection {OLD} is not in connections.yaml any more" in finding["says"]
    assert "3 records that waited and 2" in finding["says"]


async def test_connections_of_the_file_and_endpoints_of_the_relay_are_not_left_behind(
    on_kafka: Stage, topic_prefix
):
    """Nor is the group of another deployment, whose topics have another prefix."""
    await leave_behind(on_kafka, f"{topic_prefix}worker.{OLD}")
    await leave_behind(on_kafka, f"{topic_prefix}worker.relay.finance")

    assert await found(on_kafka, f"{topic_prefix}worker", OLD) == []
    async with stage(on_kafka.cluster.bootstrap_servers, f"other.{topic_prefix}") as elsewhere:
        assert await found(elsewhere, f"{topic_prefix}worker") == []


async def test_a_group_that_somebody_is_a_member_of_is_carried(on_kafka: Stage, topic_prefix):
    """During a rollout the connection is still in an older worker's file."""
    group = f"{topic_prefix}worker.{OLD}"
    await leave_behind(on_kafka, group)
    assert [code for code, *_ in await found(on_kafka, f"{topic_prefix}worker")] == [OLD]

    member: AIOKafkaConsumer = on_kafka.cluster.consumer(group=group)
    member.subscribe([on_kafka.cluster.topic(TOPIC)])
    await member.start()
    try:
        assert await found(on_kafka, f"{topic_prefix}worker") == []
    finally:
        await member.stop()


def exposition(worker: running_programs.Worker) -> str:
    return httpx.get(f"{worker.ops}/metrics", trust_env=False).text


def check(environment: dict[str, str]) -> list[dict[str, str]]:
    """The findings of ``check --deep``."""
    command = [sys.executable, "-m", "consumer", "check", "--deep", "--json"]
    said = subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)
    findings: list[dict[str, str]] = json.loads(said.stdout)["findings"]
    return findings

"""Ingest and relay as processes of their own, and their records on Kafka."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from consumer.config.settings import Settings, env_name
from consumer.kafka import topics
from consumer.record import Source
from consumer.sandbox.broker import free_port
from tests.integration import failed_events, running_programs
from tests.integration.receiver import SECRET
from tests.integration.worker_under_test import Stage
from tests.support import connection_files
from tests.support.webhooks import CODE, HMAC_KEY, ISSUER, SIGNER

PARTITIONS = 12
LIMIT_S = 30.0
API_KEY = "an-api-key"
LOCAL = {"restlet_url": "http://127.0.0.1:1/restlet.nl?script=1&deploy=1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """A running process and its two addresses."""

    process: subprocess.Popen[bytes]
    log_file: Path
    url: str
    port: int
    ops: str

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log_file.read_text()
        try:
            return httpx.get(f"{self.ops}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def metrics(self) -> str:
        return httpx.get(f"{self.ops}/metrics", trust_env=False).text

    async def post(self, body: bytes, given: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=LIMIT_S) as client:
            return await client.post(self.url, content=body, headers=given)


@contextmanager
def ingest(
    folder: Path, bootstrap_servers: str, topic_prefix: str, *, port: int | None = None, **lago: str
) -> Iterator[Ingest]:
    """Ingest with all the keys, or as `lago` says, ready for webhooks."""
    (folder / "lago.pem").write_text(SIGNER.pem)
    given_keys = {
        "webhook_hmac_key": "env:TEST_HMAC_KEY",
        "webhook_public_key": f"file:{folder}/lago.pem",
        "webhook_issuer": ISSUER,
    }
    entry = connection_files.settings(lago=lago or given_keys)
    (folder / "connections.yaml").write_text(connection_files.yaml_text(entry))
    port, ops_port = port or free_port(), free_port()
    given = {
        "kafka_bootstrap_servers": bootstrap_servers,
        "topic_prefix": topic_prefix,
        "connections_file": str(folder / "connections.yaml"),
        "ingest_host": "127.0.0.1",
        "ingest_port": str(port),
        "ops_host": "127.0.0.1",
        "ops_port": str(ops_port),
    }
    # Tests of this delay set it in the environment.
    given["ingest_stop_delay_s"] = os.environ.get(env_name("ingest_stop_delay_s"), "0")
    secrets = {"TEST_HMAC_KEY": HMAC_KEY, "TEST_API_KEY": API_KEY}
    environment = {env_name(name): value for name, value in given.items()} | secrets
    log_file = folder / "ingest.log"
    with running_programs.running(["ingest"], log_file, environment) as process:
        ready = Ingest(
            process=process,
            log_file=log_file,
            url=f"http://127.0.0.1:{port}/lago/{CODE}",
            port=port,
            ops=f"http://127.0.0.1:{ops_port}",
        )
        running_programs.until(ready.is_ready, because=log_file.read_text)
        yield ready


@asynccontextmanager
async def on_kafka(folder: Path, bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Ingest]:
    await topics.create(Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix))
    with ingest(folder, bootstrap_servers, topic_prefix) as ready:
        yield ready


async def records(bootstrap_servers: str, topic: str) -> list[ConsumerRecord]:
    """All that lies on a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, max_partition_fetch_bytes=20_000_000)
    async with asyncio.timeout(LIMIT_S):
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[ConsumerRecord] = []
            while len(found) < sum(ends.values()):
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    found += batch
            return found
        finally:
            await consumer.stop()


def webhook(name: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "url": url, "secret": SECRET, "allow_http": True, **more}


@contextmanager
def relay(folder: Path, on_kafka: Stage, *webhooks: Mapping[str, Any], name: str = "relay", **settings: str):
    """A relay that posts to these endpoints."""
    environment = running_programs.environment(
        folder,
        bootstrap_servers=on_kafka.cluster.bootstrap_servers,
        topic_prefix=on_kafka.cluster.topic_prefix,
        connection=connection_files.settings(**LOCAL, webhooks=list(webhooks)),
        **settings,
    )
    ops_port, log_file = free_port(), folder / f"{name}.log"
    own = {env_name("ops_host"): "127.0.0.1", env_name("ops_port"): str(ops_port)}
    with running_programs.running(["relay"], log_file, {**environment, **own}) as process:
        yield running_programs.Worker(process=process, log_file=log_file, ops=f"http://127.0.0.1:{ops_port}")


async def fail(on_kafka: Stage, count: int, **changes: Any) -> list[str]:
    """Publish so many error events; gives their ids."""
    ids = []
    prefix = on_kafka.cluster.topic_prefix
    for n, event in enumerate(failed_events.invoices(prefix, count)):
        place = Source(topic=f"{prefix}lago.invoices", partition=0, offset=n)
        error = failed_events.failed(event, place, **changes)
        ids.append(dict(error.headers)["ce_id"].decode())
        await on_kafka.publisher.publish(error)
    return ids

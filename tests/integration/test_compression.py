"""Records compressed by each codec of Kafka: written and read by every process and command."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from consumer.commands import open_errors, plan, replay
from consumer.commands.topic_span import Span
from consumer.config.settings import Settings
from consumer.failures.selection import Selection
from consumer.kafka import snapshot_reader
from schemas import error_event, result
from tests.integration import failed_events, running_programs
from tests.integration.ingest_and_relay import fail, ingest, relay, webhook
from tests.integration.receiver import receiver
from tests.integration.worker_under_test import TOPIC, Stage, stage, until
from tests.support import connection_files, lago, webhooks

pytestmark = pytest.mark.kafka

# As the attributes of a batch number them: https://kafka.apache.org/documentation/#recordbatch
CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}

COUNT = 3


@pytest.fixture(params=CODECS)
def codec(request) -> str:
    return request.param


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str, codec: str) -> AsyncIterator[Stage]:
    """Whose producer compresses."""
    async with stage(bootstrap_servers, topic_prefix, kafka_compression_type=codec) as ready:
        yield ready


@pytest.fixture
def settings(bootstrap_servers: str, topic_prefix: str, codec: str) -> Settings:
    return Settings(
        kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix, kafka_compression_type=codec
    )


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


async def codecs_of(on_kafka: Stage, topic: str) -> set[str]:
    """How the batches of a topic lie on the broker, read from their own attributes."""
    found: set[int] = set()

    def looked_at(data: bytes) -> MemoryRecords:
        batches = MemoryRecords(data)
        while (batch := batches.next_batch()) is not None:
            found.add(batch.compression_type)
        return MemoryRecords(data)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fetcher, "MemoryRecords", looked_at)
        assert [record async for record in snapshot_reader.history(on_kafka.cluster, topic)]
    return {name for name, number in CODECS.items() if number in found} | ({"none"} if 0 in found else set())


async def test_a_worker_reads_and_writes_compressed_records(on_kafka, codec, netsuite, tmp_path: Path):
    """An invoice is written, what nobody can decode is rejected, and both are published by the same codec."""
    cluster = on_kafka.cluster
    invoice_id = lago.id_of("compressed", cluster.topic_prefix)
    event = lago.invoice_event(lago_id=invoice_id, number=f"Z-{cluster.topic_prefix}")
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=cluster.bootstrap_servers,
        topic_prefix=cluster.topic_prefix,
        connection=running_programs.connection(netsuite),
        kafka_compression_type=codec,
    )

    async def is_committed() -> bool:
        group = f"{cluster.topic_prefix}worker.{running_programs.CODE}"
        return (await snapshot_reader.positions(cluster, group)).get((cluster.topic(TOPIC), 0)) == 2

    await on_kafka.produce(event, b"{broken" * 100)
    with running_programs.worker(tmp_path, environment) as worker:
        await until(is_committed)
        worker.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.ended) == 0, worker.said

    assert f"lago-inv-{invoice_id}" in {each["externalid"] for each in netsuite.records("invoice")}
    for topic in (TOPIC, result.TOPIC, error_event.TOPIC):
        assert await codecs_of(on_kafka, topic) == {codec}


async def test_errors_plan_and_replay_read_compressed_records(on_kafka, codec, settings, capsys):
    """What has failed is listed, planned, and put back by the same codec."""
    events = failed_events.invoices(on_kafka.cluster.topic_prefix, COUNT)
    await failed_events.park(on_kafka, events, ["invalid_mapping"])

    assert await open_errors.run(settings, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["open"] == COUNT

    wish = plan.Wish(connections=(connection_files.connection(),), as_json=True)
    assert await plan.of_topics(settings, [TOPIC], Span(), wish) == 0
    assert len(json.loads(capsys.readouterr().out)["requests"]) == COUNT

    chosen = Selection(codes=frozenset({"invalid_mapping"}))
    assert await replay.run(settings, replay.Wish(selection=chosen, go=True, as_json=True)) == 0
    again = [
        record.value
        async for record in snapshot_reader.history(on_kafka.cluster, TOPIC)
        if record.header("replay-of") is not None
    ]
    assert sorted(again) == sorted(events)
    assert await codecs_of(on_kafka, TOPIC) == {codec}


async def test_a_relay_posts_compressed_error_events(on_kafka, codec, tmp_path):
    """Each of them, verified by its receiver."""
    ids = await fail(on_kafka, COUNT)

    async with receiver() as good:
        with relay(tmp_path, on_kafka, webhook("good", good.origin), kafka_compression_type=codec):
            await until(lambda: len(good.ids) >= COUNT)

    assert set(good.ids) == set(ids)
    assert await codecs_of(on_kafka, error_event.TOPIC) == {codec}


async def test_ingest_writes_what_lago_sends_by_the_codec_that_is_set(on_kafka, codec, tmp_path, monkeypatch):
    """And what is read from there is what Lago has signed, byte by byte."""
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_COMPRESSION_TYPE", codec)
    body = lago.invoice_event()

    with ingest(tmp_path, on_kafka.cluster.bootstrap_servers, on_kafka.cluster.topic_prefix) as ready:
        answer = await ready.post(body, webhooks.headers(body))

    assert answer.status_code == 202
    assert [record.value async for record in snapshot_reader.history(on_kafka.cluster, TOPIC)] == [body]
    assert await codecs_of(on_kafka, TOPIC) == {codec}

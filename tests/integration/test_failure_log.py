"""What commands about failures read of the results does not grow with all that was ever written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from consumer.commands import failure_log
from consumer.commands.failure_log import Needs
from consumer.commands.relay_refunds import RefundWatch
from consumer.config.settings import Settings
from consumer.kafka import republisher
from consumer.kafka.republisher import Copy
from consumer.ops.metrics import Metrics
from consumer.record import LaneKey, Record, Source
from schemas import result
from schemas.result import Result
from tests.integration import failed_events
from tests.integration.worker_under_test import TOPIC, Stage, stage, until
from tests.support import lago, topic_records
from tests.support.refunds_by_hand import note_to_pay_back

pytestmark = pytest.mark.kafka

WRITTEN_BEFORE = 900
AN_HOUR_MS = 3_600_000
PARTITIONS = 12


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def write_before(on_kafka: Stage, count: int) -> None:
    """Results of an hour ago, and that of the customer of every failure."""
    hour_ago_ms = int(time.time() * 1_000) - AN_HOUR_MS
    model = topic_records.written().value or b""
    customer = topic_records.written(object="customer", lago_id=lago.CUSTOMER_ID, url="https://netsuite/77")
    pairs = [(f"netsuite-eu:invoice:old-{n}".encode(), model) for n in range(count)]
    pairs.append((f"netsuite-eu:customer:{lago.CUSTOMER_ID}".encode(), customer.value or b""))
    producer = on_kafka.cluster.producer()
    await producer.start()
    try:
        topic = on_kafka.cluster.topic(result.TOPIC)
        sent = [
            await producer.send(topic, key=key, value=value, timestamp_ms=hour_ago_ms) for key, value in pairs
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def put(on_kafka: Stage, written: Result, *, partition: int = 0) -> None:
    async with republisher.opened(on_kafka.cluster) as way:
        value = written.model_dump_json().encode()
        topic = on_kafka.cluster.topic(result.TOPIC)
        await way.put([Copy(topic=topic, partition=partition, key=written.key.encode(), value=value)])


async def test_refunds_and_last_writes_are_read_from_where_the_relay_has_left_it(
    on_kafka: Stage, monkeypatch: pytest.MonkeyPatch
):
    """It reads everything once; a repeat of a note whose refund is closed does not open it again."""
    cluster = on_kafka.cluster
    settings = Settings(kafka_bootstrap_servers=cluster.bootstrap_servers, topic_prefix=cluster.topic_prefix)
    monkeypatch.setattr(failure_log, "LATEST", 5)
    note = note_to_pay_back("59.50")
    await put(on_kafka, note_to_pay_back("1.00", number=2))
    await put(on_kafka, note)
    await write_before(on_kafka, WRITTEN_BEFORE)
    assert (await failure_log.take(settings)).is_whole

    watch = RefundWatch(cluster, Metrics(version="1"))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(watch.run())
        await until(lambda: sum(watch.positions.values()) == WRITTEN_BEFORE + 3)
        await watch.leave(failure_log.refund_group(settings))
        of_open = await failure_log.take(settings)
        for each in of_open.refunds.to_make:
            await put(on_kafka, each.closed("synced", each.since), partition=each.partition)
        await until(lambda: sum(watch.positions.values()) == WRITTEN_BEFORE + 5)
        await watch.leave(failure_log.refund_group(settings))
        running.cancel()
    closed = await failure_log.take(settings)
    await put(on_kafka, note.model_copy(update={"status": "exists"}))
    monkeypatch.setattr(failure_log, "LATEST", 0)
    repeated = await failure_log.take(settings)

    assert [each.note.lago_number for each in of_open.refunds.to_make] == ["ACME-CN2", "ACME-CN1"]
    assert of_open.results_read < WRITTEN_BEFORE / 2
    assert (closed.refunds.to_make, closed.is_whole) == ([], False)
    assert closed.results_read <= 5 * PARTITIONS
    assert set(closed.last_written_ms) == {"netsuite-eu"}
    assert (repeated.refunds.to_make, repeated.is_whole) == ([], True)


async def test_only_results_since_the_oldest_open_failure_are_read(on_kafka: Stage):
    """For links, beside those, only the partitions of their keys; nothing once all failures have ended."""
    cluster = on_kafka.cluster
    settings = Settings(kafka_bootstrap_servers=cluster.bootstrap_servers, topic_prefix=cluster.topic_prefix)
    await write_before(on_kafka, WRITTEN_BEFORE)
    assert (await failure_log.take(settings, failure_log.STATES)).results_read == 0

    events = [lago.invoice_event(number=f"F-{n}", lago_id=lago.id_of("log", n)) for n in range(2)]
    still, settled = await failed_events.park_as_they_are(on_kafka, events)
    place = Source(topic=cluster.topic(TOPIC), partition=0, offset=1)
    record = Record(source=place, timestamp_ms=0, key=b"k", value=events[1], lane=LaneKey("x"))
    for event in failed_events.written(record):
        await on_kafka.publisher.publish(event)

    states = await failure_log.take(settings, failure_log.STATES)
    linked = await failure_log.take(settings, Needs(links_to=lambda log: log.open))
    everything = await failure_log.take(settings)

    assert [each.id for each in states.open] == [still]
    assert sorted(states.history.failures) == sorted((still, settled))
    assert states.results_read == 1
    assert linked.urls[f"netsuite-eu:customer:{lago.CUSTOMER_ID}"] == "https://netsuite/77"
    assert linked.results_read < WRITTEN_BEFORE * 4 / PARTITIONS
    assert everything.results_read == WRITTEN_BEFORE + 2

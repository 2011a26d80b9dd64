"""A batch that is damaged on a disk of Kafka: one sentence, its partition waits, all others go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.chaos.cluster import Node
from tests.chaos.event_feed import until
from tests.integration import running_programs
from tests.integration.worker_under_test import Stage, stage
from tests.support.lago import id_of, invoice_event

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

TOPIC = "lago.invoices"
DAMAGED, WHOLE = 0, 1
BEFORE, AFTER = 3, 4


async def produce(on_kafka: Stage, prefix: str, partition: int, numbers: range) -> list[str]:
    """Each event is a batch of its own."""
    ids = [id_of(prefix, partition, number) for number in numbers]
    for lago_id in ids:
        await on_kafka.produce(invoice_event(lago_id=lago_id, number=f"B-{lago_id}"), partition=partition)
    return ids


def damage(node: Node, topic: str, lago_id: str) -> int:
    """Change one byte of a record on the broker's disk; returns the position, to restore it."""
    log = segment(node, topic)
    content = bytearray(log.read_bytes())
    at = content.index(lago_id.encode())
    content[at] ^= 1
    log.write_bytes(content)
    return at


def mend(node: Node, topic: str, at: int) -> None:
    log = segment(node, topic)
    content = bytearray(log.read_bytes())
    content[at] ^= 1
    log.write_bytes(content)


def segment(node: Node, topic: str) -> Path:
    [log] = (node.folder / "data" / f"{topic}-{DAMAGED}").glob("*.log")
    return log


async def test_row_25_a_damaged_batch_keeps_its_own_partition_waiting_and_no_other(
    tmp_path, one_broker, topic_prefix, netsuite
):
    """Records before it are written, no loop spins or ends; once restored it is read without a restart."""
    [node] = one_broker.nodes
    environment = running_programs.environment_of(
        tmp_path, netsuite, one_broker.bootstrap_servers, topic_prefix
    )

    def written() -> set[str]:
        return {each["custbody_lago_id"] for each in netsuite.records("invoice")}

    def lines() -> list[str]:
        return [each for each in worker.said.splitlines() if '"partition_unreadable"' in each]

    async with stage(one_broker.bootstrap_servers, topic_prefix) as on_kafka:
        before = await produce(on_kafka, topic_prefix, DAMAGED, range(BEFORE))
        [damaged] = await produce(on_kafka, topic_prefix, DAMAGED, range(BEFORE, BEFORE + 1))
        after = await produce(on_kafka, topic_prefix, DAMAGED, range(10, 10 + AFTER))
        elsewhere = await produce(on_kafka, topic_prefix, WHOLE, range(10))
        topic = on_kafka.cluster.topic(TOPIC)
        node.stop()
        at = damage(node, topic, damaged)
        node.start()
        await asyncio.to_thread(node.until_listening)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(lambda: {*before, *elsewhere} <= written(), because=worker.said[-3_000:])
            await until(lambda: bool(lines()), because=worker.said[-3_000:])
            late = await produce(on_kafka, topic_prefix, WHOLE, range(10, 20))
            await until(lambda: {*late} <= written(), because=worker.said[-3_000:])
            size, said = len(worker.said), lines()
            await asyncio.sleep(5.0)
            grown = len(worker.said) - size
            ready = await asyncio.to_thread(httpx.get, f"{worker.ops}/readyz", trust_env=False)
            too_early = written() & {damaged, *after}
            mend(node, topic, at)
            await until(lambda: {damaged, *after} <= written(), because=worker.said[-3_000:])

    assert too_early == set()
    assert len(said) == 1
    assert f'"offset": {BEFORE}' in said[0]
    assert grown < 5_000, worker.said[-6_000:]
    assert f"the next batch of {topic}/{DAMAGED} cannot be read" in ready.text
    assert "flow_failed" not in worker.said
    assert "Traceback" not in worker.said

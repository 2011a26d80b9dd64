"""A broker whose disk is full: Kafka halts it at the first write that fails."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from consumer.errors import ContractError
from tests.chaos.cluster import Node, brokers
from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.brokers import apache
from tests.integration.worker_under_test import Stage, stage

pytestmark = pytest.mark.kafka

INVOICES = 20
DISK = "256m"
# Where the feed counts nothing.
ELSEWHERE = "lago.customers"
HALTS_WITHIN_S = 60.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, which is small."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", folder], check=False)
    if made.returncode:
        pytest.skip("may not mount a file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1))
    return ballast


async def halt(node: Node, on_kafka: Stage) -> None:
    """What it has to write now, it cannot."""
    with suppress(ContractError):
        await on_kafka.produce(b"{}", topic=ELSEWHERE, partition=11)
    assert node.process is not None
    await asyncio.to_thread(node.process.wait, HALTS_WITHIN_S)


async def test_a_worker_outlives_a_broker_whose_disk_is_full_and_loses_nothing(
    tmp_path, disk: Path, topic_prefix, netsuite, seed
):
    """It waits, says so, and carries on when there is room again and the broker is back."""
    apache.require()
    with brokers(disk / "kafka", 1) as cluster:
        [node] = cluster.nodes
        environment = running_programs.environment_of(
            tmp_path, netsuite, cluster.bootstrap_servers, topic_prefix
        )
        async with stage(cluster.bootstrap_servers, topic_prefix) as on_kafka:
            feed = Feed(seed=seed, on_kafka=on_kafka)
            await feed.produce(INVOICES)
            with running_programs.worker(tmp_path, environment) as worker:
                await asyncio.to_thread(worker.until_ready)
                before = len(worker.said.splitlines())
                ballast = fill(disk)
                await halt(node, on_kafka)
                await asyncio.sleep(10.0)
                said = worker.said.splitlines()[before:]
                assert worker.process.poll() is None, worker.said[-3_000:]
                ballast.unlink()
                node.start()
                await asyncio.to_thread(node.until_listening)
                await until(feed.all_committed, because=worker.said[-3_000:])

    about_kafka = [line for line in said if "aiokafka" in line or "commit_failed" in line]
    assert about_kafka, said
    assert len(about_kafka) <= 30, about_kafka
    assert "Traceback" not in worker.said
    feed.is_in_the_books(netsuite)

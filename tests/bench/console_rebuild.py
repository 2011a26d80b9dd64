"""
``python -m tests.bench.console_rebuild``: the console's tables read anew from Kafka.

The same records as in `tests.bench.console` lie on topics of six partitions. What is measured is the
processor time of this process, from the start of the follower until nothing is behind: fetching, reading
and writing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from consumer.clock import SystemClock
from consumer.config.settings import Settings
from consumer.console.follower import Follower
from consumer.kafka import topics
from consumer.kafka.cluster import Cluster, stop
from consumer.ops.metrics import Metrics
from tests.bench.console import FAILURES, RESULTS, batches
from tests.integration.brokers import selection

PARTITIONS = 6
LIMIT_S = 300.0
LOOK_EVERY_S = 0.05
LINGER_MS, BATCH_BYTES = 20, 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """What one rebuild took."""

    events: int
    cpu_s: float
    seconds: float


def main() -> int:
    """Produce, rebuild, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.console_rebuild", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.2, help="of the numbers of results and failures")
    scale = parser.parse_args().scale
    broker = selection.chosen()
    assert broker is not None, "no broker: see tests/integration/brokers"
    with tempfile.TemporaryDirectory(prefix="bench-rebuild-") as place, broker.run(Path(place)) as address:
        found = asyncio.run(_measured(address, Path(place) / "console.sqlite", scale))
    figures = {"broker": broker.label, "events": found.events, "seconds": round(found.seconds, 1)}
    figures |= {"events_per_cpu_s": round(found.events / found.cpu_s)}
    print(json.dumps(figures, indent=2))  # noqa: T201 - a command prints
    return 0


async def _measured(address: str, file: Path, scale: float) -> Rebuild:
    settings = Settings(kafka_bootstrap_servers=address)
    await topics.create(settings, partitions_each=PARTITIONS)
    cluster = Cluster.of(settings)
    events = await _produced(cluster, round(RESULTS * scale), round(FAILURES * scale))
    follower = Follower(
        cluster, file, clock=SystemClock(), groups=(), metrics=Metrics(version="1"), changed=_nothing
    )  # fmt: skip
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(follower.run())
        while follower.progress.behind != 0:  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(LOOK_EVERY_S)
        spent_s, spent_cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
        running.cancel()
    return Rebuild(events=events, cpu_s=spent_cpu_s, seconds=spent_s)


def _nothing() -> None:
    """No page is open."""


async def _produced(cluster: Cluster, results: int, failures: int) -> int:
    producer = cluster.producer(linger_ms=LINGER_MS, batch_limit_bytes=BATCH_BYTES)
    await cluster.start(producer)
    count = 0
    try:
        for batch in batches(results, failures):
            sent = [
                await producer.send(
                    each.source.topic,
                    value=each.value,
                    key=str(each.source.offset).encode(),
                    timestamp_ms=each.timestamp_ms,
                )
                for each in batch
            ]
            async with asyncio.timeout(LIMIT_S):
                await asyncio.gather(*sent)
            count += len(batch)
    finally:
        await stop(producer)
    return count


if __name__ == "__main__":
    sys.exit(main())

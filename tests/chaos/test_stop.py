"""Workers that are stopped or suspended at any time."""

from __future__ import annotations

import asyncio
import re
import signal
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from consumer.sandbox.broker import free_port
from tests.chaos.event_feed import Feed, until
from tests.chaos.proxy import proxied
from tests.integration import running_programs
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

INVOICES = 20


async def test_row_2_a_second_sigterm_ends_a_worker_in_the_middle_of_its_calls_and_harms_nothing(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """
    Calls are under way when it goes, at once and with status 1; the next worker finds or repeats them.

    The network to NetSuite is cut before the events of these calls exist, so that none can end before.
    """
    connection, address, port = through_a_proxy(netsuite)
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection,
        static_membership="true",
    )
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        before = feed.chance.randint(1, INVOICES)
        await feed.produce(before)
        with proxied(address, port=port) as network:
            with running_programs.worker(tmp_path, environment) as hasty:
                await until(feed.all_committed, because=f"seed {seed}")
                network.cut()
                await feed.produce(INVOICES)
                await until(lambda: is_calling(hasty), because=f"seed {seed}")
                hasty.process.send_signal(signal.SIGTERM)
                await until(lambda: "draining" in hasty.said)
                hasty.process.send_signal(signal.SIGTERM)
                status = await asyncio.to_thread(hasty.ended)
            written_before = len(feed.written(netsuite))
            # What the first had sent arrives now, beside what the next one sends.
            network.fix()
            with running_programs.worker(tmp_path, environment, name="next"):
                await until(feed.all_committed, because=f"seed {seed}")

    assert status == 1
    assert written_before == before
    feed.is_in_the_books(netsuite)


def through_a_proxy(netsuite: running_programs.Sandbox) -> tuple[dict[str, Any], int, int]:
    """A connection whose address is a proxy's; where that leads to, and where it listens."""
    connection, port = running_programs.connection(netsuite), free_port()
    address = urlsplit(connection["restlet_url"])
    assert address.port is not None
    proxy = address._replace(netloc=f"{address.hostname}:{port}").geturl()
    return connection | {"restlet_url": proxy}, address.port, port


def is_calling(worker: running_programs.Worker) -> bool:
    """Whether calls are under way."""
    exposition = httpx.get(f"{worker.ops}/metrics", trust_env=False).text
    calls = re.findall(r"^lago_netsuite_permits_in_use\{.*\} (\S+)$", exposition, re.MULTILINE)
    return any(float(each) > 0 for each in calls)


@pytest.mark.chaos_long
async def test_row_13_a_worker_frozen_past_its_session_wakes_and_disturbs_nobody(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """SIGSTOP for a minute in mid-stream, with another taking over; after SIGCONT it joins again."""
    environment = running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with (
            running_programs.worker(tmp_path, environment, name="frozen") as frozen,
            running_programs.worker(tmp_path, environment, name="awake") as awake,
        ):
            await asyncio.to_thread(frozen.until_ready)
            await asyncio.to_thread(awake.until_ready)
            await feed.produce(3 * INVOICES)
            await until(lambda: len(feed.written(netsuite)) >= INVOICES // 2)
            frozen.process.send_signal(signal.SIGSTOP)
            try:
                took_s = await until(feed.all_committed, because=f"seed {seed}")
                settled_asleep = frozen.said.count("record_settled")
                joined_asleep = frozen.said.count("partitions_assigned")
            finally:
                frozen.process.send_signal(signal.SIGCONT)
            await until(lambda: frozen.said.count("partitions_assigned") > joined_asleep)
            settled_awake = frozen.said.count("record_settled")
            await feed.produce(INVOICES)
            await until(feed.all_committed, because=f"seed {seed}")

    assert took_s > 30, "nobody had to take over"
    # What was on the wire when it froze, and nothing that waited in it.
    assert settled_awake - settled_asleep <= running_programs.connection(netsuite).get("concurrency", 5) * 25
    feed.is_in_the_books(netsuite)

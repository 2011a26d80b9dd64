"""Ends that a worker does not choose the time of."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.chaos.feed import Feed, until
from tests.integration import house
from tests.integration.stage import stage

pytestmark = pytest.mark.kafka

INVOICES = 20


async def test_row_2_a_second_sigterm_ends_a_worker_in_the_middle_of_its_calls_and_harms_nothing(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """Calls are under way when it goes, at once and with status 1; the next worker finds or repeats them."""
    environment = house.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=house.connection(netsuite),
        static_membership="true",
    )
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with house.worker(tmp_path, environment) as hasty:
            await until(lambda: len(feed.written(netsuite)) >= feed.chance.randint(1, INVOICES // 2))
            netsuite.strike(kind="slow", times=4, delay_s=5)
            await until(lambda: len(netsuite.get("faults")) == 0 or netsuite.get("faults")[0]["times"] < 4)
            hasty.process.send_signal(signal.SIGTERM)
            await until(lambda: "draining" in hasty.said)
            hasty.process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(hasty.ended)
        with house.worker(tmp_path, environment, name="next"):
            await until(feed.all_committed, because=f"seed {seed}")

    assert status == 1
    feed.is_in_the_books(netsuite)


@pytest.mark.chaos_long
async def test_row_13_a_worker_frozen_past_its_session_wakes_and_disturbs_nobody(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """SIGSTOP for a minute in mid-stream, with another taking over; after SIGCONT it joins again."""
    environment = house.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=house.connection(netsuite),
    )
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with (
            house.worker(tmp_path, environment, name="frozen") as frozen,
            house.worker(tmp_path, environment, name="awake") as awake,
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
    assert settled_awake - settled_asleep <= house.connection(netsuite).get("concurrency", 5) * 25
    feed.is_in_the_books(netsuite)

"""Two workers under one static member id: a mistake of deployment that must not lose or repeat anything."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.brokers import selection
from tests.integration.worker_under_test import stage

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

INVOICES = 10


async def test_the_first_ends_with_a_sentence_and_the_second_carries_on(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """They do not take the place from each other in turns; the second says whose it took."""
    environment = running_programs.environment_of(
        tmp_path, netsuite, bootstrap_servers, topic_prefix, static_membership="true"
    )
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with running_programs.worker(tmp_path, environment, name="first") as first:
            await asyncio.to_thread(first.until_ready)
            await feed.produce(INVOICES)
            with running_programs.worker(tmp_path, environment, name="second") as second:
                status = await asyncio.to_thread(first.ended)
                await feed.produce(INVOICES)
                await until(feed.all_committed, because=second.said[-3_000:])
                assert second.process.poll() is None, second.said[-3_000:]

    assert status == 1
    last = first.said.splitlines()[-1]
    assert last.startswith(
        f"another process has joined the group {topic_prefix}worker.{running_programs.CODE}"
    ), last
    assert "LAGO_NETSUITE_STATIC_MEMBERSHIP" in last
    assert second.said.count("static_member_replaces") == 1
    feed.is_in_the_books(netsuite)


async def test_a_worker_that_begins_again_under_its_own_id_is_not_refused(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """Killed, it has not left the group: that is what static membership is for."""
    environment = running_programs.environment_of(
        tmp_path, netsuite, bootstrap_servers, topic_prefix, static_membership="true"
    )
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with running_programs.worker(tmp_path, environment, name="killed") as killed:
            await asyncio.to_thread(killed.until_ready)
            killed.kill()
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment, name="next") as following:
            await until(feed.all_committed, because=following.said[-3_000:])

    feed.is_in_the_books(netsuite)

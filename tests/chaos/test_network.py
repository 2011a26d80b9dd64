"""The network between a worker and Kafka, and between a worker and NetSuite: cut, delayed and reset."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from consumer.sandbox.broker import free_port
from tests.chaos.event_feed import Feed, until
from tests.chaos.proxy import proxied
from tests.integration import running_programs
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

INVOICES = 20
SESSION_S = 45


async def test_row_6_connections_to_kafka_that_are_reset_slow_and_cut_cost_nothing(
    tmp_path, one_broker, topic_prefix, netsuite, seed
):
    """Commits without an answer, fetches that break off, events sent twice: the books are right."""
    environment = running_programs.environment_of(
        tmp_path, netsuite, one_broker.proxied_servers, topic_prefix
    )
    [node] = one_broker.nodes
    async with stage(one_broker.bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with (
            proxied(node.inner_port, port=node.proxied_port) as network,
            running_programs.worker(tmp_path, environment) as worker,
        ):
            await asyncio.to_thread(worker.until_ready)
            for attack in (network.reset, network.cut, network.reset):
                await feed.produce(INVOICES)
                few = len(feed.invoices) - INVOICES + feed.chance.randint(1, INVOICES // 2)
                await until(lambda few=few: len(feed.written(netsuite)) >= few)
                network.delay_s = feed.chance.choice([0.0, 0.02, 0.05])
                attack()
                await asyncio.sleep(feed.chance.uniform(0.5, 2.0))
                network.fix()
            network.delay_s = 0.0
            await until(feed.all_committed, because=f"seed {seed}\n{worker.said[-3_000:]}")

    feed.is_in_the_books(netsuite)


async def test_row_3_connections_to_netsuite_that_are_reset_slow_and_cut_make_no_second_document(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """Only a repeat of the call shows whether the request or its response was lost."""
    port = free_port()
    connection = running_programs.connection(netsuite)
    address = urlsplit(connection["restlet_url"])
    through_the_proxy = address._replace(netloc=f"{address.hostname}:{port}").geturl()
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection | {"restlet_url": through_the_proxy},
    )
    assert address.port is not None
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with (
            proxied(address.port, port=port) as network,
            running_programs.worker(tmp_path, environment) as worker,
        ):
            for attack in (network.reset, network.cut, network.reset, network.reset):
                await feed.produce(INVOICES)
                few = len(feed.invoices) - INVOICES + feed.chance.randint(1, INVOICES // 2)
                await until(lambda few=few: len(feed.written(netsuite)) >= few, because=worker.said[-3_000:])
                network.delay_s = feed.chance.choice([0.0, 0.05])
                attack()
                await asyncio.sleep(feed.chance.uniform(0.2, 1.5))
                network.fix()
            await until(feed.all_committed, because=f"seed {seed}\n{worker.said[-3_000:]}")
            attacked = network.accepted

    feed.is_in_the_books(netsuite)
    assert attacked > 4


@pytest.mark.chaos_long
async def test_row_11_a_worker_whose_kafka_is_out_of_reach_loses_its_partitions_and_nothing_else(
    tmp_path, one_broker, topic_prefix, netsuite, seed
):
    """Past the session another takes over what was not committed; the first comes back and shares again."""
    common = {"topic_prefix": topic_prefix, "connection": running_programs.connection(netsuite)}
    far = running_programs.environment(tmp_path, bootstrap_servers=one_broker.proxied_servers, **common)
    near = running_programs.environment(tmp_path, bootstrap_servers=one_broker.bootstrap_servers, **common)
    [node] = one_broker.nodes
    async with stage(one_broker.bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with (
            proxied(node.inner_port, port=node.proxied_port) as network,
            running_programs.worker(tmp_path, far, name="far") as cut_off,
            running_programs.worker(tmp_path, near, name="near") as other,
        ):
            await asyncio.to_thread(cut_off.until_ready)
            await asyncio.to_thread(other.until_ready)
            await feed.produce(INVOICES)
            await until(lambda: len(feed.written(netsuite)) >= INVOICES // 4)
            network.cut()
            await feed.produce(INVOICES)
            await until(feed.all_committed, limit_s=3 * SESSION_S, because=f"seed {seed}")
            network.fix()
            joined_before = cut_off.said.count("partitions_assigned")
            await feed.produce(INVOICES)
            await until(feed.all_committed, because=f"seed {seed}")
            await until(lambda: cut_off.said.count("partitions_assigned") > joined_before)
            await feed.produce(INVOICES)
            await until(feed.all_committed, because=f"seed {seed}")

    feed.is_in_the_books(netsuite)

"""Three brokers, of which one after the other is killed while workers work."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.worker_under_test import stage

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

INVOICES = 30


async def test_row_12_brokers_killed_in_turn_the_groups_coordinator_among_them(
    tmp_path, three_brokers, topic_prefix, netsuite, seed
):
    """kill -9 of each once: leaders and the coordinator move, and every document is written once."""
    environment = running_programs.environment_of(
        tmp_path, netsuite, three_brokers.bootstrap_servers, topic_prefix
    )
    async with stage(three_brokers.bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with running_programs.two_workers(tmp_path, environment) as (first, second):
            await running_programs.until_both_ready(first, second)
            nodes = list(three_brokers.nodes)
            feed.chance.shuffle(nodes)
            for node in nodes:
                await feed.produce(INVOICES)
                few = len(feed.invoices) - INVOICES + feed.chance.randint(1, INVOICES // 2)
                await until(lambda few=few: len(feed.written(netsuite)) >= few)
                node.kill()
                await until(feed.all_committed, because=f"seed {seed}, broker {node.number} killed")
                node.start()
                await asyncio.to_thread(node.until_listening)
                # In sync again: with two of three away nothing could be acknowledged.
                await asyncio.sleep(feed.chance.uniform(8, 12))

    feed.is_in_the_books(netsuite)

"""Workers killed in mid-stream, and workers that race: every Lago object ends as one NetSuite record."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from consumer.config.settings import env_name
from tests.chaos.event_feed import PARTITIONS, Feed, until
from tests.integration import running_programs
from tests.integration.brokers import selection
from tests.integration.worker_under_test import stage
from tests.support import lago

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        selection.chosen() is not None and selection.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

QUICK_KILLS = 3
LONG_KILLS = 20
INVOICES = 20
COPIES = 50
FAULTS = (
    {"kind": "slow", "delay_s": 0.2, "times": 4},
    {"kind": "reset_after_commit", "times": 2},
    {"kind": "502", "times": 1},
)


@pytest.fixture
def environment(tmp_path: Path, bootstrap_servers: str, topic_prefix: str, netsuite) -> dict[str, str]:
    return running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)


async def killed_again_and_again(
    folder: Path, environment: dict[str, str], feed: Feed, netsuite: running_programs.Sandbox, kills: int
) -> None:
    # The same member comes back after a kill: without it Kafka would wait for the killed one's session.
    static = environment | {env_name("static_membership"): "true"}
    with ExitStack() as stack:
        worker = stack.enter_context(running_programs.worker(folder, static))
        for _ in range(kills):
            netsuite.strike(**feed.chance.choice(FAULTS))
            await feed.produce(INVOICES)
            enough = len(feed.invoices) - feed.chance.randint(4, INVOICES - 1)
            await until(lambda e=enough: len(feed.written(netsuite)) >= e, because=f"seed {feed.seed}")
            worker.kill()
            worker = stack.enter_context(running_programs.worker(folder, static))
            await until(feed.all_committed, because=f"seed {feed.seed}")
            feed.is_in_the_books(netsuite)


async def test_a_killed_worker_leaves_nothing_out_and_nothing_twice(
    tmp_path, environment, bootstrap_servers, topic_prefix, netsuite, seed
):
    """SIGKILL at a random moment, with faults around it: one NetSuite record per Lago object."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await killed_again_and_again(tmp_path, environment, feed, netsuite, QUICK_KILLS)


@pytest.mark.chaos_long
async def test_a_worker_killed_twenty_times_leaves_nothing_out_and_nothing_twice(
    tmp_path, environment, bootstrap_servers, topic_prefix, netsuite, seed
):
    """The same, for minutes."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await killed_again_and_again(tmp_path, environment, feed, netsuite, LONG_KILLS)


async def test_the_same_event_fifty_times_and_two_workers_at_once_make_one_record(
    tmp_path, environment, bootstrap_servers, topic_prefix, netsuite, seed
):
    """Copies of one event on all partitions, some at either worker: one creates, the rest find."""
    event = lago.invoice_event(lago_id=lago.id_of("copies", seed), number=f"C-{seed}")
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with running_programs.two_workers(tmp_path, environment) as (first, second):
            await running_programs.until_both_ready(first, second)
            for copy in range(COPIES):
                await on_kafka.produce(event, partition=copy % PARTITIONS)
                feed.produced[copy % PARTITIONS] += 1
            await until(feed.all_committed)
            shares = [first.said.count("record_settled"), second.said.count("record_settled")]

    assert len(netsuite.records("invoice")) == 1
    assert len(netsuite.records("customer")) == 1
    assert sum(shares) == COPIES
    assert min(shares) > 0

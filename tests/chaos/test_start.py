"""Starts while Kafka has a fault: they succeed, or end with a sentence."""

from __future__ import annotations

import asyncio
import signal

import pytest

from consumer.sandbox.broker import HOST, free_port
from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

INVOICES = 10


async def test_a_worker_starts_while_one_of_three_brokers_is_down(
    tmp_path, three_brokers, topic_prefix, netsuite, seed
):
    """Just killed, it is still in the metadata; the address of each is in the list."""
    environment = running_programs.environment_of(
        tmp_path, netsuite, three_brokers.bootstrap_servers, topic_prefix
    )
    async with stage(three_brokers.bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        down = feed.chance.choice(three_brokers.nodes)
        down.kill()
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])

    assert "Traceback" not in worker.said
    feed.is_in_the_books(netsuite)


async def test_a_bootstrap_name_that_dns_does_not_know_is_a_sentence(tmp_path, netsuite):
    """With the name, and the setting that has it."""
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers="kafka.invalid:9092",
        topic_prefix="",
        connection=running_programs.connection(netsuite),
        kafka_wait_s="0",
    )

    with running_programs.worker(tmp_path, environment) as worker:
        status = await asyncio.to_thread(worker.ended)

    assert status == 1
    last = worker.said.splitlines()[-1]
    assert last.startswith("Kafka cannot be reached at kafka.invalid:9092 (LAGO_NETSUITE_KAFKA_BOOTSTRAP")
    assert "is a name that DNS does not know" in last
    assert "Traceback" not in worker.said


async def test_sigterm_while_kafka_does_not_answer_ends_the_start_at_once(tmp_path, netsuite):
    """Nothing has begun that would have to be finished."""
    port = free_port()
    connected = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=f"{HOST}:{port}",
        topic_prefix="",
        connection=running_programs.connection(netsuite),
    )
    async with await asyncio.start_server(silent, HOST, port):
        with running_programs.worker(tmp_path, environment) as worker:
            await until(connected.is_set, because=worker.said[-3_000:])
            worker.process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(worker.process.wait, 10)

    assert status == 0
    assert "stopped_before_start" in worker.said
    assert "Traceback" not in worker.said


async def test_sigterm_while_a_token_request_hangs_ends_the_start_at_once(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """As the first process of a container it has no default action to end it."""
    credentials = netsuite.get("credentials")
    asked = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    port = free_port()
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=running_programs.connection(
            netsuite,
            restlet_url=f"http://{HOST}:{port}/app/site/hosting/restlet.nl?script=1&deploy=1",
            auth=credentials["oauth2"],
        ),
    )
    async with stage(bootstrap_servers, topic_prefix), await asyncio.start_server(silent, HOST, port):
        with running_programs.worker(tmp_path, environment) as worker:
            await until(asked.is_set, because=worker.said[-3_000:])
            worker.process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(worker.process.wait, 10)

    assert status == 0
    assert "stopped_before_start" in worker.said
    assert "Traceback" not in worker.said

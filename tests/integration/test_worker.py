"""The worker as its operator meets it: a process, a broker, a NetSuite."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from consumer.config.settings import Settings
from consumer.kafka import topics
from consumer.sandbox.broker import free_port
from schemas import error_event, result
from tests.integration import running_programs
from tests.integration.worker_under_test import Stage, stage
from tests.support import lago

pytestmark = pytest.mark.kafka

GROUP = f"worker.{running_programs.CODE}"


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


@pytest.fixture
def environment(tmp_path, bootstrap_servers, topic_prefix, netsuite) -> dict[str, str]:
    return running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)


async def published(on_kafka: Stage, topic: str, count: int) -> list[dict]:
    """The first so many events of a topic."""
    name = on_kafka.cluster.topic(topic)
    reader = AIOKafkaConsumer(
        name, bootstrap_servers=on_kafka.cluster.bootstrap_servers, auto_offset_reset="earliest"
    )
    await reader.start()
    try:
        async with asyncio.timeout(running_programs.EVENTUALLY_S):
            return [json.loads((await reader.getone()).value) for _ in range(count)]
    finally:
        await reader.stop()


def test_a_broker_that_is_not_there_is_one_sentence_with_its_address_and_setting(tmp_path, netsuite):
    """Nothing runs, the exit status is 1, and what to change is named."""
    address = f"127.0.0.1:{free_port()}"
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=address,
        topic_prefix="",
        connection=running_programs.connection(netsuite),
        kafka_wait_s="0",
    )

    with running_programs.worker(tmp_path, environment) as worker:
        status = worker.ended()

    assert status == 1
    last = worker.said.splitlines()[-1]
    assert last.startswith(f"Kafka cannot be reached at {address} (LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS)")
    assert "Traceback" not in worker.said


def test_missing_topics_are_named_with_the_command_that_makes_them(tmp_path, environment, topic_prefix):
    """All of them at once, under their real names."""
    with running_programs.worker(tmp_path, environment) as worker:
        status = worker.ended()

    assert status == 1
    last = worker.said.splitlines()[-1]
    assert f"{topic_prefix}lago.invoices" in last
    assert f"{topic_prefix}{error_event.TOPIC}" in last
    assert "lago-netsuite topics create" in last


async def test_an_account_that_is_not_the_configured_one_stops_the_start(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """Test events never reach production books, nor the other way round: both environments are named."""
    credentials = netsuite.get("credentials")["tba"]
    secrets = {f"HOUSE_{name.upper()}": value for name, value in credentials.items() if name != "type"}
    auth = {name: f"env:HOUSE_{name.upper()}" for name in credentials if name != "type"} | {"type": "tba"}
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=running_programs.connection(netsuite, environment="production", auth=auth),
    )

    async with stage(bootstrap_servers, topic_prefix):
        with running_programs.worker(tmp_path, environment | secrets) as worker:
            status = await asyncio.to_thread(worker.ended)

    assert status == 1
    last = worker.said.splitlines()[-1]
    assert f"connection {running_programs.CODE}" in last
    assert "(production)" in last
    assert "(sandbox)" in last


async def test_a_netsuite_that_is_away_does_not_keep_the_worker_from_starting(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """It is ready, waits until the account is available, and stops on SIGTERM."""
    away = f"http://127.0.0.1:{free_port()}/app/site/hosting/restlet.nl?script=1&deploy=1"
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=running_programs.connection(netsuite, restlet_url=away),
    )

    async with stage(bootstrap_servers, topic_prefix):
        with running_programs.worker(tmp_path, environment) as worker:
            await asyncio.to_thread(worker.until_ready)
            worker.process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(worker.ended)

    assert status == 0
    assert "netsuite_not_reachable_yet" in worker.said


async def test_what_nobody_can_read_becomes_an_error_event_and_the_rest_is_written(
    tmp_path: Path, environment, bootstrap_servers, topic_prefix, netsuite
):
    """A broken record costs one error event and stops nothing; SIGTERM then ends the worker with status 0."""
    invoice_id = lago.id_of("worker", topic_prefix)
    event = lago.invoice_event(lago_id=invoice_id, number=f"W-{topic_prefix}")

    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        await on_kafka.produce(b"{broken", event)
        with running_programs.worker(tmp_path, environment) as worker:
            [error] = await published(on_kafka, error_event.TOPIC, 1)
            told = await published(on_kafka, result.TOPIC, 2)
            worker.process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(worker.ended)
        committed = await on_kafka.committed(group=f"{topic_prefix}{GROUP}")

    assert error["source"]["offset"] == 0
    assert {each["object"] for each in told} == {"customer", "invoice"}
    assert invoice_id in {each["lago_id"] for each in told}
    assert [f"lago-inv-{invoice_id}"] == [
        each["externalid"] for each in netsuite.records("invoice") if invoice_id in each["externalid"]
    ]
    assert committed == 2
    assert status == 0, worker.said


async def test_a_second_signal_ends_the_worker_at_once(
    tmp_path, environment, bootstrap_servers, topic_prefix, netsuite
):
    """While a call hangs, the first signal waits for it and the second does not."""
    invoice_id = lago.id_of("hangs", topic_prefix)
    event = lago.invoice_event(lago_id=invoice_id, number=f"H-{topic_prefix}")
    netsuite.strike(kind="slow", times=1, match=invoice_id, delay_s=20)

    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        await on_kafka.produce(event)
        with running_programs.worker(tmp_path, environment) as worker:
            await asyncio.to_thread(running_programs.until, lambda: netsuite.get("faults") == [])
            worker.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(running_programs.until, lambda: "draining" in worker.said)
            worker.process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(worker.ended)

    assert status == 1
    assert "stopped_by_force" in worker.said


async def test_topics_are_made_once_and_reported(bootstrap_servers, topic_prefix):
    """A second run changes nothing and says what is there."""
    settings = Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)

    first = await topics.create(settings)
    second = await topics.create(settings)

    assert {made.status for made in first} == {"created"}
    assert {made.status for made in second} == {"exists"}
    assert {made.name for made in first} == {topic_prefix + topic.name for topic in topics.declared()}
    assert {made.partitions for made in second} == {12}


async def test_a_lasting_failure_is_told_before_its_dependents_whose_error_names_it(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """One invoice that NetSuite never takes: first its own error, then that of its payment with the cause."""
    invoice_id, number = lago.id_of("lasting", topic_prefix), f"L-{topic_prefix}"
    environment = running_programs.environment_of(
        tmp_path, netsuite, bootstrap_servers, topic_prefix, record_max_age_s="3", dependency_max_age_s="3"
    )
    netsuite.strike(kind="500", times=10_000, match=number)
    payment = lago.payment(lago_id=lago.id_of("of", invoice_id), invoice_ids=[invoice_id])

    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        paid = lago.body(lago.event("payment.succeeded", payment))
        await on_kafka.produce(paid, topic="lago.payments")
        await on_kafka.produce(lago.invoice_event(lago_id=invoice_id, number=number))
        with running_programs.worker(tmp_path, environment) as worker:
            first, second = await published(on_kafka, error_event.TOPIC, 2)

    assert first["object"]["lago_id"] == invoice_id, worker.said
    assert "UNEXPECTED_ERROR" in str(first)
    assert second["object"]["type"] == "payment"
    cause = {name: second["details"][name] for name in ("cause_lago_id", "cause_number", "cause_code")}
    assert cause == {"cause_lago_id": invoice_id, "cause_number": number, "cause_code": "parked_too_long"}
    assert number in str(second["accounting_provider_customer_error"])

"""What Kafka's access control denies: said in a sentence, and carried on with once it is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.chaos.event_feed import Feed, until
from tests.chaos.secured import PASSWORD, USER, Operation, Resource, Secured, secured
from tests.integration import running_programs
from tests.integration.brokers import apache
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

INVOICES = 5
INPUTS, OUTPUTS, ALL_OUTPUTS = "lago.invoices", "lago.netsuite.results", "lago.accounting-provider-error"
AUDIT = "lago.netsuite.audit"
OTHER_INPUTS = ("lago.customers", "lago.credit_notes", "lago.payments")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    apache.require()
    with secured(tmp_path_factory.mktemp("secured")) as ready:
        yield ready


async def allow_all_but(broker: Secured, prefix: str, denied: tuple[Resource, str, Operation] | None) -> None:
    """What a worker needs, without one thing; what may not be used may still be seen."""
    needed = [(Resource.TOPIC, name, Operation.READ) for name in (INPUTS, *OTHER_INPUTS)]
    needed += [(Resource.TOPIC, name, Operation.WRITE) for name in (OUTPUTS, ALL_OUTPUTS)]
    needed += [(Resource.GROUP, "worker", Operation.READ)]
    for resource, name, operation in needed:
        if (resource, name, operation) != denied:
            await broker.allow(resource, prefix + name, operation)
        elif resource is Resource.TOPIC:
            await broker.allow(resource, prefix + name, Operation.DESCRIBE)


def environment_of(
    tmp_path, broker: Secured, topic_prefix: str, netsuite: running_programs.Sandbox
) -> dict[str, str]:
    return running_programs.environment_of(
        tmp_path, netsuite, broker.bootstrap_servers, topic_prefix, **broker.settings
    )


def lines_with(worker: running_programs.Worker, text: str) -> list[str]:
    return [line for line in worker.said.splitlines() if text in line]


def remarks(worker: running_programs.Worker) -> str:
    return httpx.get(f"{worker.ops}/readyz", trust_env=False).text


@pytest.mark.parametrize(
    "denied_and_said",
    [
        ((Resource.TOPIC, INPUTS, Operation.READ), "allow READ on the topic"),
        ((Resource.TOPIC, OUTPUTS, Operation.WRITE), "allow WRITE on the topic"),
        ((Resource.GROUP, "worker", Operation.READ), "allow READ on it"),
    ],
    ids=["reading an input", "writing results", "the group"],
)
async def test_what_is_denied_is_one_sentence_and_costs_no_record(
    tmp_path, broker: Secured, topic_prefix, netsuite, seed, denied_and_said
):
    """It names who and what, in the log and in ``/readyz``; allowed, everything is written once."""
    denied, sentence = denied_and_said
    await allow_all_but(broker, topic_prefix, denied)
    environment = environment_of(tmp_path, broker, topic_prefix, netsuite)
    async with stage(broker.by_anybody, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(lambda: bool(lines_with(worker, sentence)), because=worker.said[-3_000:])
            await asyncio.sleep(5.0)
            said = lines_with(worker, sentence)
            remarked = await asyncio.to_thread(remarks, worker)
            assert worker.process.poll() is None, worker.said[-3_000:]
            resource, name, operation = denied
            await broker.allow(resource, topic_prefix + name, operation)
            await until(feed.all_committed, because=worker.said[-3_000:])

    assert len(said) == 1, said
    assert USER in said[0]
    assert topic_prefix + name in said[0]
    assert sentence in remarked
    assert PASSWORD not in worker.said
    assert "Traceback" not in worker.said
    feed.is_in_the_books(netsuite)


async def test_topics_that_may_not_even_be_seen_are_not_said_to_be_missing(
    tmp_path, broker: Secured, topic_prefix, netsuite
):
    """To create them would not help."""
    environment = environment_of(tmp_path, broker, topic_prefix, netsuite)
    async with stage(broker.by_anybody, topic_prefix):
        with running_programs.worker(tmp_path, environment) as worker:
            status = await asyncio.to_thread(worker.ended)

    assert status == 1
    last = worker.said.splitlines()[-1]
    assert last.startswith(f"Kafka does not let the user {USER} use {topic_prefix}lago.")
    assert "Kafka lacks" not in worker.said
    assert "Traceback" not in worker.said


async def test_a_password_that_is_wrong_is_said_to_be(tmp_path, broker: Secured, topic_prefix, netsuite):
    """Not that no broker takes the connection."""
    environment = environment_of(tmp_path, broker, topic_prefix, netsuite)
    environment |= {name: "wrong" for name in environment if name.endswith("SASL_PASSWORD")}

    with running_programs.worker(tmp_path, environment) as worker:
        status = await asyncio.to_thread(worker.ended)

    assert status == 1
    assert "refuses the login: see LAGO_NETSUITE_KAFKA_SASL_USERNAME" in worker.said.splitlines()[-1]


@pytest.mark.chaos_long
@pytest.mark.parametrize("may_see", [True, False], ids=["seen", "hidden"])
async def test_a_worker_that_may_not_read_the_audit_works_and_names_what_to_allow(
    tmp_path, broker: Secured, topic_prefix, netsuite, seed, may_see
):
    """That of an older deployment: nothing can be paused until it may."""
    await allow_all_but(broker, topic_prefix, None)
    if may_see:
        await broker.allow(Resource.TOPIC, topic_prefix + AUDIT, Operation.DESCRIBE)
    environment = environment_of(tmp_path, broker, topic_prefix, netsuite)
    async with stage(broker.by_anybody, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        await on_kafka.produce(b"{}", topic=AUDIT)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])
            remarked = await asyncio.to_thread(remarks, worker)

    [said] = lines_with(worker, "pauses_not_followed")
    assert f"does not let the user {USER} use {topic_prefix}{AUDIT}: allow READ" in said
    assert "pauses are not followed: Kafka does not let" in remarked
    assert "Traceback" not in worker.said
    feed.is_in_the_books(netsuite)

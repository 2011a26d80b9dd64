"""Processes and commands where Kafka has an authorizer: each works with the rights of its own row alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from consumer.config.settings import env_name
from consumer.kafka.rights import USES
from consumer.sandbox.broker import free_port
from tests.chaos import secured
from tests.chaos.event_feed import Feed
from tests.chaos.event_feed import until as until_done
from tests.chaos.secured import Secured
from tests.chaos.test_denied import remarks
from tests.integration import ingest_and_relay, running_programs
from tests.integration.brokers import apache
from tests.integration.receiver import receiver
from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import TOPIC, Stage, stage, until
from tests.support import connection_files, lago
from tests.support.webhooks import headers

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

INVOICES = 5
RIGHTS = {use.user: use.rights for use in USES}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    apache.require()
    with secured.secured(tmp_path_factory.mktemp("process-rights")) as ready:
        yield ready


@pytest.fixture
async def on_kafka(broker: Secured, topic_prefix: str) -> AsyncIterator[Stage]:
    """Topics, seen by an administrator."""
    async with stage(broker.by_anybody, topic_prefix) as found:
        yield found


def as_user(broker: Secured) -> dict[str, str]:
    """The variables by which a process logs in."""
    given = {**broker.settings, "kafka_bootstrap_servers": broker.bootstrap_servers}
    return {env_name(name): value for name, value in given.items()}


def is_free_of_denials(said: str) -> None:
    assert "does not let" not in said, said[-3_000:]
    assert "uthoriz" not in said, said[-3_000:]
    assert "Traceback" not in said, said[-3_000:]


async def test_a_worker_writes_reports_and_commits(tmp_path, broker, on_kafka, topic_prefix, netsuite, seed):
    """Also its waiting list, and pauses are followed."""
    await broker.give(RIGHTS["worker"], topic_prefix)
    environment = running_programs.environment_of(
        tmp_path, netsuite, broker.bootstrap_servers, topic_prefix, **broker.settings
    )
    feed = Feed(seed=seed, on_kafka=on_kafka)
    await feed.produce(INVOICES)
    with running_programs.worker(tmp_path, environment) as worker:
        await until_done(feed.all_committed, because=worker.said[-3_000:])
        worker.until_ready()
        remarked = await asyncio.to_thread(remarks, worker)

    feed.is_in_the_books(netsuite)
    is_free_of_denials(worker.said + remarked)


async def test_ingest_takes_a_webhook(tmp_path, broker, on_kafka, topic_prefix, monkeypatch):
    """With Write on the input topics and nothing else."""
    await broker.give(RIGHTS["ingest"], topic_prefix)
    for name, value in as_user(broker).items():
        monkeypatch.setenv(name, value)
    body = lago.invoice_event()

    with ingest_and_relay.ingest(tmp_path, broker.bootstrap_servers, topic_prefix) as ready:
        answer = await ready.post(body, headers(body))

    [record] = await ingest_and_relay.records(broker.by_anybody, topic_prefix + TOPIC)
    assert (answer.status_code, record.value) == (202, body)
    is_free_of_denials(ready.log_file.read_text())


async def test_the_relay_posts_a_failure(tmp_path, broker, on_kafka, topic_prefix):
    """Its group is one of the deployment's."""
    await broker.give(RIGHTS["relay"], topic_prefix)
    [failed] = await ingest_and_relay.fail(on_kafka, 1)
    settings = {**broker.settings, "kafka_bootstrap_servers": broker.bootstrap_servers}
    async with receiver() as good:
        endpoint = ingest_and_relay.webhook("erp", good.origin)
        with ingest_and_relay.relay(tmp_path, on_kafka, endpoint, **settings) as running:
            await until(lambda: failed in good.ids)
            running.until_ready()
            remarked = await asyncio.to_thread(remarks, running)

    is_free_of_denials(running.said + remarked)


async def test_the_console_shows_a_failure_and_replays_it(tmp_path, broker, on_kafka, topic_prefix):
    """Its acts are on the input topic, the error topic and the audit."""
    await broker.give(RIGHTS["console"], topic_prefix)
    port = free_port()
    [failed] = await ingest_and_relay.fail(on_kafka, 1)
    environment = running_programs.environment_of_console(
        tmp_path, bootstrap_servers=broker.bootstrap_servers, topic_prefix=topic_prefix, port=port
    ) | as_user(broker)  # fmt: skip
    log_file = tmp_path / "console.log"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

        async def is_there() -> bool:
            try:
                return (await http.get(f"/api/v1/failures/{failed}")).status_code == 200
            except httpx.TransportError:
                return False

        with running_programs.running(["console"], log_file, environment):
            await until(is_there)
            page = (await http.get(f"/failures/{failed}")).text
            [token, *_] = re.findall(r'name="token" value="(\w+)"', page)
            form = {"token": token, "error_id": failed, "reason": "seen to"}
            answer = await http.post("/acts/ignore", data=form)

    assert answer.status_code == 200, answer.text
    assert "1 document closed" in answer.text
    is_free_of_denials(log_file.read_text())


@pytest.mark.parametrize(("user", "line"), [("check", "check"), ("reconcile", "reconcile")])
async def test_check_and_reconcile_say_nothing_of_rights(
    tmp_path, broker, on_kafka, topic_prefix, user, line
):
    """All else runs by an administrator; the command alone has the rights of its row."""
    await broker.give(RIGHTS[user], topic_prefix)
    with world(tmp_path, broker.by_anybody, topic_prefix) as running:
        running.lago.act("customers", external_id="acme", currency="EUR")
        running.lago.bill()
        running.until(lambda: len(running.netsuite.records("invoice")) == 1)
        running.until(lambda: command(running.environment, "reconcile")[0] == 0)

        code, said, problems = command({**running.environment, **as_user(broker)}, line)

    assert code == 0, said + problems
    is_free_of_denials(said + problems)


SENT = ("--topic", "--wait", "3")


async def test_a_sender_sees_what_becomes_of_its_events(tmp_path, broker, on_kafka, topic_prefix):
    """No worker runs, so there is no outcome: that is what it says."""
    await broker.give(RIGHTS["sender"], topic_prefix)

    code, said, problems = sent(tmp_path, broker, topic_prefix)

    assert (code, "no outcome within 3 s" in said) == (1, True), said + problems
    is_free_of_denials(said + problems)


@pytest.mark.parametrize("name", ["lago.netsuite.results", "lago.accounting-provider-error"])
async def test_a_sender_that_may_not_see_outcomes_is_one_sentence(
    tmp_path, broker, on_kafka, topic_prefix, name
):
    """It names the user, the topic and what to allow."""
    await broker.give(RIGHTS["sender"], topic_prefix)
    [right] = [each for each in RIGHTS["sender"] if each.name == name]
    await broker.take(right, topic_prefix)

    code, said, problems = sent(tmp_path, broker, topic_prefix)

    [sentence] = [each for each in problems.splitlines() if "does not let" in each]
    assert code == 1, said + problems
    assert f"the user {secured.USER} use {topic_prefix}{name}" in sentence
    assert "Traceback" not in said + problems


def sent(tmp_path, broker: Secured, topic_prefix: str) -> tuple[int, str, str]:
    """One invoice of a file, put on its topic."""
    file = tmp_path / "event.json"
    file.write_bytes(lago.invoice_event())
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=broker.bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection_files.settings(**ingest_and_relay.LOCAL),
        **broker.settings,
    )
    return command(environment, "send", str(file), *SENT)

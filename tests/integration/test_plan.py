"""`plan --topic` and `explain TOPIC/PARTITION/OFFSET` read a real broker and leave no trace there."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from consumer.commands import explain, plan, plan_entry
from consumer.commands.topic_span import Span
from consumer.config import connections_file
from consumer.config.settings import Settings
from consumer.errors import LagoNetsuiteError, StartupError
from consumer.kafka import snapshot_reader
from schemas import wire
from tests.integration import running_programs
from tests.integration.worker_under_test import Stage, stage, until
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.connection_files import settings as connection_settings
from tests.support.http_server import served

pytestmark = pytest.mark.kafka

SAMPLE = 40

INVOICE = lago.invoice_event()
CUSTOMER = lago.body(lago.event("customer.created", lago.customer()))
POUNDS = lago.invoice_event(content=lago.invoice(currency="GBP"))


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


@pytest.fixture
def settings(bootstrap_servers: str, topic_prefix: str) -> Settings:
    return Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)


@pytest.fixture
def planned(settings, capsys):
    """The JSON of a plan over topics."""

    async def run(*names, span=None):
        wish = plan.Wish(connections=(connection(),), as_json=True)
        assert await plan.of_topics(settings, names, span or Span(), wish) == 0
        return json.loads(capsys.readouterr().out)

    return run


async def test_all_inputs_are_planned_up_to_their_end_and_no_group_is_left(on_kafka, planned, topic_prefix):
    """Each entry names where its record lies; nothing is committed, so a worker starts as if nothing was."""
    await on_kafka.produce(INVOICE, POUNDS, partition=1)
    await on_kafka.produce(CUSTOMER, partition=2, topic="lago.customers")

    found = await planned()

    async with on_kafka.cluster.admin() as admin:
        groups = [name for name, *_ in await admin.list_consumer_groups()]
    sources = {each["source"]: each["outcome"] for each in found["requests"]}
    assert sources == {
        f"{topic_prefix}lago.customers/2/0": "request",
        f"{topic_prefix}lago.invoices/1/0": "request",
        f"{topic_prefix}lago.invoices/1/1": "rejected",
    }
    assert not [name for name in groups if topic_prefix in name]


async def test_one_topic_and_a_span_of_time_can_be_chosen(on_kafka, planned, topic_prefix):
    """By the broker's time of the records; a topic goes by either of its names."""
    await on_kafka.produce(INVOICE)
    began_ms = time.time_ns() // 1_000_000 + 2
    await until(lambda: time.time_ns() // 1_000_000 > began_ms)
    await on_kafka.produce(POUNDS)
    await on_kafka.produce(CUSTOMER, topic="lago.customers")
    began = datetime.fromtimestamp(began_ms / 1_000, UTC)

    later = await planned("lago.invoices", span=Span(since=began))
    earlier = await planned(f"{topic_prefix}lago.invoices", span=Span(until=began))

    assert [each["source"] for each in later["requests"]] == [f"{topic_prefix}lago.invoices/0/1"]
    assert [each["source"] for each in earlier["requests"]] == [f"{topic_prefix}lago.invoices/0/0"]


async def test_a_topic_that_is_not_there_is_named(on_kafka, planned):
    """Instead of a plan over nothing."""
    with pytest.raises(StartupError, match=r"lacks the topic .*lago\.nonsense"):
        await planned("lago.nonsense")


async def test_a_record_is_explained_by_its_coordinates(on_kafka, settings, topic_prefix, capsys):
    """As error events and plans name them."""
    await on_kafka.produce(INVOICE, POUNDS)
    place = f"{topic_prefix}lago.invoices/0/1"

    await explain.run(settings, place, (connection(),), None, as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in found["problems"]] == ["unknown_currency"]
    with pytest.raises(LagoNetsuiteError, match="Kafka has no such record"):
        await explain.run(settings, f"{topic_prefix}lago.invoices/0/2", (connection(),), None, as_json=True)


async def test_what_is_planned_is_what_lies_there(on_kafka, planned):
    """One entry a record, tombstones and garbage included."""
    await on_kafka.produce(b"garbage", INVOICE)

    found = await planned("lago.invoices")

    records = [each async for each in snapshot_reader.history(on_kafka.cluster, "lago.invoices")]
    assert [str(each.source) for each in records] == [each["source"] for each in found["requests"]]
    assert [each["outcome"] for each in found["requests"]] == ["rejected", "request"]


class Recorder(BaseHTTPRequestHandler):
    """NetSuite as a recording: says who it is, keeps what is posted, and has written everything."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.append(body)
        self._answer(json.loads(body)["items"], json.loads(body)["request_id"])

    def _answer(self, items, request_id=None) -> None:
        written = [
            {"ref": each["ref"], "status": "created", "internalId": "1", "totals": each.get("expect", {})}
            for each in items
        ]
        account = {"id": "1234567_SB1", "environment": "SANDBOX"}
        answer = json.dumps({"v": 1, "request_id": request_id, "items": written, "account": account}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def recording():
    """A server of this machine that records."""
    with served(Recorder) as server:
        server.bodies = []
        yield server


async def test_a_worker_sends_the_very_bytes_that_were_planned(
    on_kafka, settings, recording, tmp_path, bootstrap_servers, topic_prefix
):
    """Planned from the topics, then carried by a worker, whose items have the hashes of the plan."""
    auth = {"type": "tba", "client_id": "c", "client_secret": "s", "token_id": "t", "token_secret": "u"}
    url = f"http://127.0.0.1:{recording.server_port}/restlet.nl?script=1&deploy=1"
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=connection_settings(restlet_url=url, auth=auth),
    )
    connections = connections_file.load(tmp_path / "connections.yaml")
    ids = [lago.id_of("planned", number) for number in range(SAMPLE)]
    invoices = [lago.invoice_event(lago_id=each, number=f"ACM-{each[:4]}") for each in ids]
    await on_kafka.produce(*invoices, POUNDS, lago.invoice_event("invoice.voided", lago_id=ids[0]))
    await on_kafka.produce(CUSTOMER, topic="lago.customers")
    wish = plan.Wish(connections=connections, requests_file=tmp_path / "requests.jsonl")
    await plan.of_topics(settings, (), Span(), wish)
    entries = map(json.loads, (tmp_path / "requests.jsonl").read_text().splitlines())
    planned_items = Counter(item["sha256"] for entry in entries for item in entry.get("items", ()))

    def sent_items():
        return [item for body in list(recording.bodies) for item in json.loads(body)["items"]]

    with running_programs.worker(tmp_path, environment) as worker:
        await asyncio.to_thread(
            running_programs.until,
            lambda: len(sent_items()) >= planned_items.total(),
            because=lambda: worker.said,
        )

    assert planned_items.total() == 2 * SAMPLE + 2
    assert Counter(map(plan_entry.item_sha256, sent_items())) == planned_items
    assert all(wire.canonical(json.loads(body)) == body for body in recording.bodies)

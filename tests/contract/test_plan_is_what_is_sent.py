"""What `plan` says would be sent is, byte for byte, what the worker's pipeline and client put on the wire."""

import asyncio
import hashlib
import json
import time
from random import Random

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands import plan, plan_entry
from consumer.netsuite.client import Client
from consumer.pipeline.assembly import pipeline_of
from consumer.record import LaneKey, Record, Source
from schemas import wire
from tests.support import lago, lago_life
from tests.support.connection_files import LINE_MODE, connection
from tests.support.lago_life import Life, Rules

LIVES, TURNS = 8, 20
MOVES = ("bill", "pay", "bill", "credit", "bill", "void", "pay several", "resync", "move house")
TOGETHER = 7

SAMPLES = [
    lago.invoice_event(),
    lago.invoice_event(status="draft"),
    lago.invoice_event(content=lago.invoice(currency="GBP")),
    lago.invoice_event("invoice.voided"),
    b"no event",
    lago.body(lago.event("customer.updated", lago.customer(integration_customers=[lago.link()]))),
]


def _of_lagos():
    """Many customers' lives: invoices, voids, credit notes, payments, in five currencies."""
    organization = lago_life.organization("acme", Rules(), lago_id=lago.ORGANIZATION_ID)
    for person in range(LIVES):
        life = Life(organization, Random(person))
        for number in range(TURNS):
            life.play(MOVES[number % len(MOVES)], person * 1_000 + number)
        yield from (webhook.value for webhook in life.webhooks)


EVENTS = [*SAMPLES, *_of_lagos()]


class Wire:
    """NetSuite as a recording: keeps the bodies that are posted, and has written everything."""

    def __init__(self):
        self.bodies = []

    async def handle(self, request):
        self.bodies.append(request.content)
        posted = json.loads(request.content)
        items = [
            {"ref": item["ref"], "status": "created", "internalId": "1", "totals": item.get("expect", {})}
            for item in posted["items"]
        ]
        account = {"id": "1234567_SB1", "environment": "SANDBOX"}
        answer = {"v": 1, "request_id": posted["request_id"], "items": items, "account": account}
        return httpx.Response(200, json=answer)


@pytest.fixture
def chosen(monkeypatch):
    """A connection whose secrets are there."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TOKEN_ID", "TOKEN_SECRET"):
        monkeypatch.setenv(f"NETSUITE_{name}", "secret")
    return connection()


@pytest.fixture
def planned(chosen, tmp_path):
    """The plan's entries of all events."""
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(EVENTS))
    wish = plan.Wish(connections=(chosen,), requests_file=tmp_path / "requests.jsonl")
    assert asyncio.run(plan.of_files([tmp_path / "events.jsonl"], wish)) == 0
    return [json.loads(line) for line in (tmp_path / "requests.jsonl").read_text().splitlines()]


async def deliver(chosen, together):
    """Everything the pipeline posts for all events, so many at once."""
    net = Wire()
    clock = FakeClock()
    async with Client(chosen, clock=clock, transport=httpx.MockTransport(net.handle)) as client:
        pipeline = pipeline_of(
            connection=chosen,
            reports_orphans=True,
            all_connections=(chosen,),
            write=client.write_many,
            publish=acknowledge,
            clock=clock,
        )
        records = [_record(offset, value) for offset, value in enumerate(EVENTS)]
        for first in range(0, len(records), together):
            await pipeline.deliver(records[first : first + together])
    return net.bodies


async def acknowledge(_):
    """Take everything."""


def _record(offset, value):
    source = Source(topic="lago.invoices", partition=0, offset=offset)
    return Record(source=source, timestamp_ms=0, key=b"k", value=value, lane=LaneKey("lane"))


def requests_of(entries):
    return [entry for entry in entries if entry["outcome"] == "request"]


async def test_the_body_of_every_call_has_the_hash_that_the_plan_gave(chosen, planned):
    """One event a call: the plan's ``sha256`` is that of the bytes on the wire, in the same order."""
    bodies = await deliver(chosen, together=1)

    expected = requests_of(planned)
    assert len(planned) == len(EVENTS)
    assert len(expected) > 60
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [each["sha256"] for each in expected]
    assert [json.loads(body)["request_id"] for body in bodies] == [each["request_id"] for each in expected]


async def test_the_items_of_calls_that_carry_several_events_have_the_hashes_that_the_plan_gave(
    chosen, planned
):
    """Several events a call: only the numbers of the items and the call's id differ from the plan."""
    bodies = await deliver(chosen, together=TOGETHER)

    calls = [json.loads(body) for body in bodies]
    assert [wire.canonical(call) for call in calls] == bodies
    sent = [plan_entry.item_sha256(item) for call in calls for item in call["items"]]
    assert sent == [item["sha256"] for each in requests_of(planned) for item in each["items"]]
    assert len(bodies) < len(requests_of(planned)) / 2


def test_another_mapping_changes_the_hashes_of_what_it_touches(chosen, planned, tmp_path):
    """Two plans beside each other show which documents a change of the mapping would touch."""
    other = connection(**LINE_MODE, mapping=connection().mapping.model_dump() | {"plans": {}})
    wish = plan.Wish(connections=(other,), requests_file=tmp_path / "other.jsonl")
    asyncio.run(plan.of_files([tmp_path / "events.jsonl"], wish))

    after = [json.loads(line) for line in (tmp_path / "other.jsonl").read_text().splitlines()]
    touched = [b["sha256"] != a.get("sha256") for b, a in zip(planned, after, strict=True) if "sha256" in b]
    assert any(touched)
    assert not all(touched)


def test_ten_thousand_events_are_planned_within_a_minute_of_one_core(chosen, tmp_path):
    """Six milliseconds of CPU an event, hashes included."""
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(EVENTS))
    wish = plan.Wish(connections=(chosen,), requests_file=tmp_path / "requests.jsonl")

    started_s = time.process_time()
    asyncio.run(plan.of_files([tmp_path / "events.jsonl"], wish))

    assert (time.process_time() - started_s) / len(EVENTS) < 60 / 10_000

"""Links to NetSuite in Lago's documents, written into the emulated Lago through its API."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.lago.client import LagoClient
from consumer.outcome import AlreadyThere, Delivered, Ignored, Rejected, Unavailable
from consumer.record import LaneKey, Record, Source
from consumer.relay import link_back
from consumer.relay.link_back import LinkBack
from consumer.sandbox.lago import billing, crediting
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.organization import Organization
from tests.support.connection_files import connection

URL = "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=9001"
USAGE = {"kind": "charge", "code": "api_calls", "unit_price": "100"}


class Scene:
    """An emulated Lago with one customer, and the links of one connection to it."""

    def __init__(self, api_key=API_KEY):
        self.now = datetime(2026, 8, 1, tzinfo=UTC)
        self.lago = Organization(now=lambda: self.now)
        self.lago.upsert_customer("acme", currency="EUR")
        self.clock = FakeClock()
        self.server = LagoServer.of(self.lago, monotonic_s=self.clock.monotonic_s)
        self.settled = []
        chosen = connection(lago={"api_url": "http://lago.test", "api_key": api_key, "link_back": True})
        self.code = chosen.code
        transport = httpx.ASGITransport(self.server.app())
        client = LagoClient(chosen, clock=self.clock, transport=transport, sleep=self.sleep)
        self.links = LinkBack(chosen, client, self)

    async def sleep(self, seconds):
        self.clock.advance(seconds)

    def link_settled(self, *, connection, object, outcome):  # noqa: A002 - a label
        self.settled.append((connection, object, outcome))

    def billed(self):
        invoice = billing.bill(self.lago, "acme", [USAGE])
        self.lago.outbox.clear()
        self.now += timedelta(minutes=1)
        return invoice

    async def linked(self, kind, document, **changes):
        known = {
            "connection": self.code,
            "object": kind,
            "lago_id": document["lago_id"],
            "lago_number": document.get("number") or document.get("external_id"),
            "status": "created",
            "internal_id": "9001",
            "url": URL,
        }
        value = json.dumps(known | changes).encode()
        source = Source(topic="lago.netsuite.results", partition=0, offset=0)
        record = Record(source=source, timestamp_ms=0, key=None, value=value, lane=LaneKey("x"))
        [outcome] = await self.links.deliver([record])
        return outcome

    def writes(self):
        return {
            name: count for name, count in self.server.rest.requests.items() if not name.startswith("GET")
        }


@pytest.fixture
def scene():
    return Scene()


async def test_an_invoice_names_its_netsuite_record_once(scene):
    """A second result finds the link; neither write causes a webhook."""
    invoice = scene.billed()

    assert await scene.linked("invoice", invoice) == Delivered(written=())
    assert await scene.linked("invoice", invoice, status="exists") == AlreadyThere(written=())

    assert [(entry["key"], entry["value"]) for entry in invoice["metadata"]] == [("netsuite", URL)]
    assert scene.writes() == {"PUT /invoices/{lago_id}": 1}
    assert scene.lago.outbox == []
    assert scene.settled == [(scene.code, "invoice", "written"), (scene.code, "invoice", "already_there")]


async def test_entries_of_users_stay_untouched(scene):
    """Lago deletes those whose id is not sent."""
    invoice = scene.billed()
    own = {"lago_id": "m-1", "key": "owner", "value": "Ada", "created_at": "2026-01-01T00:00:00Z"}
    invoice["metadata"] = [own]

    await scene.linked("invoice", invoice)

    assert invoice["metadata"][0] == own
    assert [entry["key"] for entry in invoice["metadata"]] == ["owner", "netsuite"]


async def test_another_link_replaces_ours_under_its_id(scene):
    """The record was made anew in NetSuite."""
    invoice = scene.billed()
    await scene.linked("invoice", invoice)
    first = invoice["metadata"][0]["lago_id"]

    await scene.linked("invoice", invoice, url=URL.replace("9001", "9002"))

    assert [entry["lago_id"] for entry in invoice["metadata"]] == [first]
    assert invoice["metadata"][0]["value"].endswith("9002")


async def test_five_entries_of_users_leave_no_place(scene):
    """Nothing is written, and the rule says why."""
    invoice = scene.billed()
    invoice["metadata"] = [{"lago_id": f"m-{n}", "key": f"k{n}", "value": "v"} for n in range(5)]
    before = list(invoice["metadata"])

    assert await scene.linked("invoice", invoice) == Ignored(rule="metadata_full")
    assert invoice["metadata"] == before
    assert scene.writes() == {}


async def test_an_invoice_that_was_voided_meanwhile_is_left_alone(scene):
    """Lago answers 405, now and always."""
    invoice = scene.billed()
    billing.void(scene.lago, invoice["lago_id"])

    assert await scene.linked("invoice", invoice) == Ignored(rule="voided_in_lago")


async def test_a_credit_note_gets_one_key_more(scene):
    """By a merge; other keys stay."""
    note = crediting.credit(scene.lago, scene.billed()["lago_id"])
    note["metadata"] = {"owner": "Ada"}

    assert await scene.linked("credit_note", note) == Delivered(written=())
    assert await scene.linked("credit_note", note) == AlreadyThere(written=())

    assert note["metadata"] == {"owner": "Ada", "netsuite_url": URL}
    assert scene.writes() == {"PATCH /credit_notes/{lago_id}/metadata": 1}


async def test_a_customer_is_linked_where_lago_has_no_link_and_only_then(scene):
    """Other links stay, and the webhook that follows finds the link."""
    customer = scene.lago.customer_of("acme")
    tax = {"lago_id": "l-1", "type": "anrok", "integration_code": "anrok-us"}
    scene.lago.links[customer["lago_id"]] = [tax]
    scene.lago.outbox.clear()

    assert await scene.linked("customer", customer) == Delivered(written=())
    assert await scene.linked("customer", customer, status="updated") == AlreadyThere(written=())

    codes = [link["integration_code"] for link in scene.lago.links[customer["lago_id"]]]
    assert codes == ["anrok-us", scene.code]
    assert [each.webhook_type for each in scene.lago.outbox] == ["customer.updated"]


async def test_a_lago_without_an_integration_of_that_code_is_asked_once(scene):
    """Lago skips the link without an error; each further write would only cause a webhook."""
    scene.lago.integrations = frozenset()
    customer = scene.lago.customer_of("acme")

    assert await scene.linked("customer", customer) == Ignored(rule="no_integration_in_lago")
    assert await scene.linked("customer", customer) == Ignored(rule="no_link")
    assert scene.writes() == {"POST /customers": 1}


@pytest.mark.parametrize(
    "changes",
    [{"status": "voided"}, {"url": ""}, {"url": None}, {"object": "payment"}, {"object": "sales_order"}],
)
async def test_what_has_no_place_for_a_link_is_ignored(scene, changes):
    """Lago is not asked."""
    assert await scene.linked("invoice", scene.billed(), **changes) == Ignored(rule="no_link")
    assert scene.server.rest.requests == {}


async def test_results_of_other_connections_and_garbage_are_not_ours(scene):
    """Each connection has its own stream over the same topic."""
    assert await scene.linked("invoice", scene.billed(), connection="other") == Ignored(
        rule="other_connection"
    )
    source = Source(topic="t", partition=0, offset=0)
    for value in (None, b"", b"[]", b"{"):
        record = Record(source=source, timestamp_ms=0, key=None, value=value, lane=LaneKey("x"))
        assert await scene.links.deliver([record]) == [Ignored(rule="other_connection")]


async def test_an_invoice_that_lago_has_lost_is_ignored(scene):
    """Of another organisation's key, or deleted."""
    assert await scene.linked("invoice", {"lago_id": "unknown"}) == Ignored(rule="gone_in_lago")


async def test_a_link_that_is_too_long_for_lago_is_left_out(scene):
    """140 characters in an invoice's metadata."""
    assert await scene.linked("invoice", scene.billed(), url="https://x/" + "y" * 140) == Ignored(
        rule="link_too_long"
    )


async def test_while_lago_cannot_be_asked_a_link_waits(scene):
    """It is no failure of the document."""
    scene.server.rest.failing = 503

    outcome = await scene.linked("invoice", scene.billed())

    assert outcome == Unavailable(reason="Lago answers HTTP 503")
    assert scene.settled == []


async def test_a_key_that_may_not_write_says_so():
    """A person gives the key the permission, and the links are written then."""
    scene = Scene(api_key="lago-sandbox-no-payments")
    scene.server.rest.keys["lago-sandbox-no-payments"] = {"invoice": ("read",)}

    outcome = await scene.linked("invoice", scene.billed())

    assert isinstance(outcome, Unavailable)
    assert "may not write invoices" in outcome.reason


async def test_a_link_that_is_given_up_changes_nothing(scene):
    """The document is in NetSuite nevertheless."""
    source = Source(topic="t", partition=0, offset=0)
    record = Record(source=source, timestamp_ms=0, key=None, value=b"{}", lane=LaneKey("x"))

    await scene.links.give_up(record, Rejected(code="parked_too_long", message="too long"))

    assert scene.server.rest.requests == {}


def test_results_of_one_document_queue_behind_each_other():
    """So that two writes of one document never overlap."""
    value = json.dumps({"object": "invoice", "lago_id": "5f"}).encode()

    assert link_back.place_of(value).lane == "invoice:5f"
    assert link_back.place_of(b"garbage").lane is None
    assert link_back.place_of(None).lane is None


@pytest.mark.parametrize("changes", [{"object": None}, {"object": 5}, {"lago_id": None}, {"url": 5}])
async def test_a_result_of_an_odd_shape_has_no_link_and_is_no_defect(scene, changes):
    """Anything may lie on a topic."""
    outcome = await scene.linked("invoice", {"lago_id": "gone", "number": "N-1"}, **changes)

    assert isinstance(outcome, Ignored)


def test_entries_of_an_odd_shape_are_left_where_they_are():
    """None of them is Lago's."""
    assert link_back.with_link([{"key": None}], URL) == [
        {"id": None, "key": None, "value": None},
        {"key": "netsuite", "value": URL},
    ]

"""An event is completed from Lago's API where it needs to be, and settled by a name where it cannot be."""

import json

import pytest

from consumer.clock import FakeClock
from consumer.commands import preview
from consumer.lago.lookup_result import Failed, Found, Missing
from consumer.outcome import Delivered, Ignored, Rejected, Unavailable
from consumer.pipeline import enrichment, routing
from consumer.pipeline.assembly import pipeline_of
from consumer.pipeline.ownership import Ownership
from consumer.record import LaneKey, Record, Source
from schemas import envelope
from tests.support import lago
from tests.support.connection_files import connection

API = {"api_url": "https://api.lago.example", "api_key": "env:LAGO_API_KEY"}
EXTERNAL_ID = lago.payment()["external_customer_id"]

EUROPE = connection(code="netsuite-eu", lago=API, select={"billing_entities": ["acme-eu"]})
FRANCE = connection(code="netsuite-fr", lago=API, select={"billing_entities": ["acme-fr"]})
BOTH = (EUROPE, FRANCE)
ALONE = connection(lago=API)
OFFLINE = connection()

PAYMENT = lago.body(lago.event("payment.succeeded", lago.payment()))
RECEIPT = lago.body(lago.event("payment_receipt.created", lago.payment_receipt()))
CREDIT_NOTE = lago.body(lago.event("credit_note.created", lago.credit_note()))


def customer_with(*links, **changes):
    return Found(customer=lago.customer(integration_customers=list(links), **changes))


LINKED = customer_with(lago.link("netsuite-eu", external_customer_id="4711"))


class World:
    """The pipeline of one connection, with a Lago that returns the given responses."""

    def __init__(self, chosen, connections=None, answer=None):
        self.asked, self.requests, self.told = [], [], []
        self.answer = answer
        connections = connections or (chosen,)
        self.pipeline = pipeline_of(
            connection=chosen,
            reports_orphans=chosen is connections[0],
            all_connections=connections,
            write=self.write,
            publish=self.publish,
            clock=FakeClock(),
            look_up=self.look_up if answer else None,
        )

    async def look_up(self, external_id):
        self.asked.append(external_id)
        return self.answer

    async def write(self, requests):
        self.requests += [json.loads(request.body()) for request in requests]
        return [Delivered(written=()) for _ in requests]

    async def publish(self, event):
        self.told.append(json.loads(event.value))

    async def deliver(self, value):
        source = Source(topic="lago.payments", partition=0, offset=0)
        record = Record(source=source, timestamp_ms=0, key=None, value=value, lane=LaneKey("invoice:1"))
        [outcome] = await self.pipeline.deliver([record])
        return outcome

    @property
    def items(self):
        return [item for request in self.requests for item in request["items"]]

    @property
    def columns(self):
        return self.items[-1]["record"]["columns"]


async def outcomes(value, answer, connections=BOTH):
    return [await World(each, connections, answer).deliver(value) for each in connections]


@pytest.mark.parametrize("value", [PAYMENT, RECEIPT])
async def test_a_payment_goes_to_the_connection_its_customer_is_linked_to(value):
    """Of several that carry payments; a payment itself does not say."""
    europe, france = World(EUROPE, BOTH, LINKED), World(FRANCE, BOTH, LINKED)

    assert isinstance(await europe.deliver(value), Delivered)
    assert await france.deliver(value) == Ignored(rule="other_connection")
    assert europe.asked == france.asked == [EXTERNAL_ID]
    assert europe.columns["customer"]["internalId"] == "4711"


async def test_without_a_link_the_select_rules_decide_over_the_customer_looked_up():
    """As they do for the documents of that customer."""
    answer = customer_with(billing_entity_code="acme-fr")

    europe, france = await outcomes(PAYMENT, answer)

    assert europe == Ignored(rule="other_connection")
    assert isinstance(france, Delivered)


async def test_a_payment_whose_customer_nobody_claims_is_reported_once():
    """By the first connection that carries payments."""
    europe, france = await outcomes(PAYMENT, customer_with(billing_entity_code="acme-it"))

    assert isinstance(europe, Rejected)
    assert europe.code == "unclaimed"
    assert france == Ignored(rule="other_connection")


@pytest.mark.parametrize("select", [{}, {"billing_entities": ["acme-eu"]}, {"customer_metadata": {"a": "b"}}])
@pytest.mark.parametrize("value", [PAYMENT, RECEIPT])
async def test_the_only_connection_that_carries_payments_needs_nothing(select, value):
    """Whatever its select rules say of documents."""
    carrier = connection(code="carrier", select=select)
    other = connection(code="other", sync={"payments": False})
    world = World(carrier, (other, carrier))

    assert isinstance(await world.deliver(value), Delivered)
    assert await World(other, (other, carrier)).deliver(value) == Ignored(rule="other_connection")
    assert world.columns["customer"] == {"externalId": f"lago-cus-{lago.CUSTOMER_ID}"}


@pytest.mark.parametrize("value", [PAYMENT, RECEIPT])
async def test_the_payment_of_a_linked_customer_refers_to_it_when_lago_can_be_asked(value):
    """Its invoices do, and nobody may ever have adopted it under our external id."""
    world = World(ALONE, answer=customer_with(lago.link(ALONE.code, external_customer_id="4711")))

    await world.deliver(value)

    assert world.columns["customer"]["internalId"] == "4711"


async def test_payments_that_no_connection_carries_are_nobodys_fault():
    """A setting says so; there is nothing to report."""
    first = connection(sync={"payments": False}, select={"billing_entities": ["acme-fr"]})

    assert await World(first).deliver(PAYMENT) == Ignored(rule="sync_disabled")


@pytest.mark.parametrize("value", [lago.invoice_event(), CREDIT_NOTE])
async def test_a_document_refers_to_the_netsuite_customer_that_lago_has_linked(value):
    """So that no second one comes into being."""
    answer = customer_with(lago.link(ALONE.code, external_customer_id="4711"))
    world = World(ALONE, answer=answer)

    await world.deliver(value)

    assert world.columns["entity"]["internalId"] == "4711"
    assert len(world.items) == 1


async def test_the_documents_own_customer_stays_as_the_event_has_it():
    """Only its links come from Lago: the event is a picture of its moment."""
    world = World(ALONE, answer=customer_with(name="Renamed since"))

    await world.deliver(lago.invoice_event())

    assert world.items[0]["record"]["columns"]["companyname"] == lago.customer()["name"]


async def test_a_customer_event_without_links_is_completed_too():
    """Some bridges leave them out."""
    world = World(ALONE, answer=customer_with(lago.link(ALONE.code, external_customer_id="4711")))

    await world.deliver(lago.body(lago.event("customer.updated", lago.customer())))

    assert (world.items[0]["mode"], world.items[0]["internal_id"]) == ("adopt", "4711")


async def test_a_link_to_another_connection_does_not_take_a_document_away():
    """Whose it is was decided by all connections alike, and not all may ask Lago."""
    world = World(EUROPE, BOTH, customer_with(lago.link("netsuite-fr")))

    assert isinstance(await world.deliver(lago.invoice_event()), Delivered)


@pytest.mark.parametrize(
    ("chosen", "value"),
    [
        (OFFLINE, lago.invoice_event()),
        (ALONE, lago.customer_event(integration_customers=[])),
        (ALONE, lago.invoice_event(customer=lago.customer(integration_customers=[lago.link()]))),
        (ALONE, lago.invoice_event("invoice.voided", status="voided")),
        (ALONE, lago.invoice_event(status="draft")),
        (ALONE, lago.invoice_event("invoice.drafted")),
        (ALONE, lago.body(lago.event("payment.succeeded", lago.payment(payment_status="failed")))),
        (ALONE, b"not json"),
    ],
)
async def test_what_needs_no_customer_asks_for_none(chosen, value):
    """The event has its links, has no use for them, or goes nowhere."""
    world = World(chosen, answer=Missing(external_id="x"))

    await world.deliver(value)

    assert world.asked == []


async def test_a_lago_that_is_down_parks_the_event():
    """It is requested again later; nothing is guessed, and no event is published."""
    world = World(EUROPE, BOTH, Failed(reason="Lago answers HTTP 503", retry_after_s=7))

    assert await world.deliver(PAYMENT) == Unavailable(reason="Lago answers HTTP 503", retry_after_s=7)
    assert (world.requests, world.told) == ([], [])


async def test_a_customer_lago_does_not_know_is_refused_by_name():
    """With the two causes there can be."""
    world = World(ALONE, answer=Missing(external_id=EXTERNAL_ID))

    outcome = await world.deliver(lago.invoice_event())

    assert isinstance(outcome, Rejected)
    assert outcome.code == "lago_customer_missing"
    assert outcome.message == f"Lago knows no customer {EXTERNAL_ID} in organisation {lago.ORGANIZATION_ID}"
    assert outcome.hint == (
        f"check that lago.api_key at lago.api_key is a key of organisation {lago.ORGANIZATION_ID}; what is "
        "billed to a customer who has been deleted in Lago has to be booked by hand"
    )
    assert len(world.told) == 1


async def test_the_missing_customer_of_a_payment_is_refused_once():
    """Several connections request it; one of them publishes the event."""
    europe, france = await outcomes(PAYMENT, Missing(external_id=EXTERNAL_ID))

    assert isinstance(europe, Rejected)
    assert europe.code == "lago_customer_missing"
    assert france == Ignored(rule="other_connection")


async def test_the_second_connection_tells_of_its_own_documents_missing_customer():
    """The document belongs to no other connection."""
    value = lago.invoice_event(billing_entity_code="acme-fr")

    outcome = await World(FRANCE, BOTH, Missing(external_id=EXTERNAL_ID)).deliver(value)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "lago_customer_missing"


@pytest.mark.parametrize(
    ("settings", "missing"),
    [({}, "lago.api_url and lago.api_key"), ({"api_url": "https://api.lago.example"}, "lago.api_key")],
)
async def test_a_payment_of_several_connections_without_a_key_names_the_setting(settings, missing):
    """Guessing an account for money is out of the question."""
    keyless = connection(code="keyless", lago=settings)

    outcome = await World(keyless, (keyless, FRANCE)).deliver(PAYMENT)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "lago_api_key_missing"
    assert outcome.message == (
        f"a payment of customer {EXTERNAL_ID} does not say which of several connections it is for, and "
        f"connection keyless cannot ask Lago without {missing}"
    )
    assert outcome.hint.startswith(f"set {missing} at lago, or sync.payments: false")


async def test_a_payment_that_names_no_customer_is_booked_nowhere_and_refused_once():
    """Each of several connections would book it otherwise."""
    value = lago.body(lago.event("payment.succeeded", lago.payment(external_customer_id=None)))

    europe, france = await outcomes(value, LINKED)

    assert isinstance(europe, Rejected)
    assert europe.code == "incomplete_event"
    assert "external_customer_id" in europe.message
    assert france == Ignored(rule="other_connection")


async def test_a_partners_payment_is_ignored_once_it_is_known_to_be_one():
    """Partners bill the other way round."""
    answer = customer_with(lago.link("netsuite-eu"), account_type="partner")

    assert await World(EUROPE, BOTH, answer).deliver(PAYMENT) == Ignored(rule="partner")


def previewed(capsys, tmp_path, value, connections, code=None):
    file = tmp_path / "event.json"
    file.write_bytes(value)
    preview.run([file], connections, code)
    return json.loads(capsys.readouterr().out)


def test_preview_asks_nobody_and_says_what_it_would_ask(capsys, tmp_path):
    """It stays offline."""
    shown = previewed(capsys, tmp_path, PAYMENT, BOTH, "netsuite-fr")

    assert shown["outcome"] == "request"
    assert shown["decisions"][0] == {
        "subject": "customer",
        "choice": f"would look up {EXTERNAL_ID} at Lago for the connection it is for",
        "rule": "lago.api_url",
        "at": "lago.api_url",
    }


def test_preview_of_a_document_says_that_a_link_would_be_asked_for(capsys, tmp_path):
    """Its request creates the customer only when there is no link."""
    shown = previewed(capsys, tmp_path, lago.invoice_event(), (ALONE,))

    assert shown["decisions"][0]["choice"].endswith("at Lago for the NetSuite customer it is linked to")


def test_preview_refuses_what_the_worker_would_refuse(capsys, tmp_path):
    """No key, no owner."""
    shown = previewed(capsys, tmp_path, PAYMENT, (connection(code="a"), connection(code="b")))

    assert (shown["outcome"], shown["error"]["code"]) == ("rejected", "lago_api_key_missing")


def test_an_event_that_is_wanted_from_nobody_keeps_its_plan():
    """Offline changes nothing about it."""
    mine = Ownership(connection=OFFLINE, all_connections=(OFFLINE,), reports_orphans=True)
    event = envelope.decode(lago.invoice_event())
    plan = routing.plan(event, mine)

    assert enrichment.wanted(event, plan, mine) is None
    assert enrichment.offline(plan, None, event, mine) is plan

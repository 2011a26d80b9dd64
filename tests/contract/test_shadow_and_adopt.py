"""Beside books of Lago's own connector: differences are listed, documents adopted, none is written twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands import adopt
from consumer.commands.adopt import Adoption
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_sides import Sides
from consumer.events.lago_webhook import webhook_of
from consumer.lago.client import LagoClient
from consumer.mapping.result import Mapped
from consumer.outcome import AlreadyThere, Confirmed
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.reconcile.comparison import Comparison
from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.organization import Organization
from schemas import envelope
from tests.contract import sandbox_server
from tests.contract.native_books import NativeBooks
from tests.support.restlet import NetSuite

USAGE = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
TYPES = ("customer", "invoice", "creditmemo", "customerpayment")
MAPPING = {
    "fallback_item": {"id": "801"},
    "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "currencies": {"EUR": "2"},
}


class Beside:
    """A Lago whose documents stand in NetSuite as its own connector wrote them, with two errors."""

    def __init__(self):
        self.clock = FakeClock()
        self.organization = Organization(now=lambda: NOW)
        self.organization.upsert_customer("acme", currency="EUR", name="Acme")
        self.invoices = [billing.bill(self.organization, "acme", [USAGE]) for _ in range(5)]
        ids = [each["lago_id"] for each in self.invoices]
        for paid in (ids[0], ids[4]):
            settlement.pay(self.organization, [paid], how="settled_later")
        self.note = crediting.credit(self.organization, ids[0], share=Decimal("0.5"))
        self.netsuite = NetSuite(clock=self.clock)
        self.write()

    def write(self):
        native = NativeBooks(self.netsuite)
        customer = native.customer(self.organization.customer_of("acme"))
        first, second, wrong, late, typed = self.invoices
        native.payment(native.invoice(customer, first))
        native.invoice(customer, second)
        native.invoice(customer, wrong, amount="90.00")
        native.invoice(customer, late, date="2026-08-03")
        native.payment(native.invoice(customer, typed, marked=False))
        native.credit_memo(customer, self.note)

    @property
    def counts(self):
        return Counter({each: len(self.netsuite.account.records(each)) for each in TYPES})


@pytest.fixture
def beside():
    return Beside()


@pytest.fixture
def sandbox(beside):
    with sandbox_server.serving(beside.netsuite.account, beside.clock) as served:
        yield served


def connection(sandbox, beside, mode):
    return sandbox.connection(
        mode=mode,
        lago={
            "organization_id": beside.organization.lago_id,
            "api_url": "http://lago.test",
            "api_key": API_KEY,
        },
        customers={"subsidiary": "2"},
        mapping=MAPPING,
    )


def lago_documents(beside, chosen):
    server = LagoServer.of(beside.organization, monotonic_s=beside.clock.monotonic_s)
    transport = httpx.ASGITransport(server.app())
    client = LagoClient(chosen, clock=beside.clock, transport=transport, sleep=sandbox_server.no_sleep)
    return LagoDocuments(connection=chosen, client=client, sleep=sandbox_server.no_sleep)


async def differences(sandbox, beside, mode="shadow"):
    chosen = connection(sandbox, beside, mode)
    sides, comparison = Sides(connection=chosen, connections=(chosen,), scope=Scope()), Comparison()
    await sides.read_lago(lago_documents(beside, chosen), comparison)
    async with sandbox.client(mode=mode) as client:
        await sides.read_netsuite(client, comparison)
        await sides.read_netsuite_customers(client, comparison)
    return comparison.end({})


async def adoption(sandbox, beside, *, go):
    chosen = connection(sandbox, beside, "shadow")
    wish = adopt.Wish(connection=chosen, connections=(chosen,), scope=Scope(), actor="Ada", go=go)
    run = Adoption()
    async with sandbox.client(mode="shadow") as client:
        await adopt.read(lago_documents(beside, chosen), client, wish, run)
        if go:
            await adopt.mark(client, run)
    return run, list(adopt.lines_of(run, wish))


async def replay(sandbox, beside):
    """Every document of Lago's once more, through mapping and script; what became of each."""
    chosen = connection(sandbox, beside, "live")
    ownership = Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=True)
    of_kinds = {
        "customer": beside.organization.customers,
        "invoice": beside.organization.invoices,
        "credit_note": beside.organization.credit_notes,
        "payment": beside.organization.payments,
    }
    documents, outcomes = lago_documents(beside, chosen), []
    async with sandbox.client() as client:
        for kind, known in of_kinds.items():
            for lago_id, content in list(known.items()):
                whole = content if kind == "customer" else await documents.one(kind, lago_id)
                value = webhook_of(kind, whole, beside.organization.lago_id).value
                plan = routing.plan(envelope.decode(value), ownership)
                assert isinstance(plan, Mapped), plan
                outcomes.append(await client.write(plan.request))
    return outcomes


async def test_a_shadow_run_lists_the_two_errors_and_nothing_else(sandbox, beside):
    """One total, one date; what a person wrote and payments without marks are found all the same."""
    before = beside.counts

    found = await differences(sandbox, beside)

    _, _, wrong, late, _ = beside.invoices
    assert {(each.number, each.what) for each in found} == {
        (wrong["number"], "total"),
        (wrong["number"], "open_balance"),
        (late["number"], "date"),
    }
    assert beside.counts == before


async def test_without_the_shadow_what_has_no_mark_is_missing(sandbox, beside):
    """Only a connection in shadow looks for documents by their numbers."""
    found = await differences(sandbox, beside, "live")

    missing = [each for each in found if each.what == "missing"]
    assert [each.number for each in missing if each.kind == "invoice"] == [beside.invoices[4]["number"]]
    assert sum(each.kind == "payment" for each in missing) == 2


async def test_a_list_of_what_would_be_adopted_changes_nothing(sandbox, beside):
    """Each with how it was found."""
    run, lines = await adoption(sandbox, beside, go=False)

    assert Counter((each.document.kind, each.how) for each in run.chosen) == {
        ("invoice", "lago_id"): 4,
        ("invoice", "number"): 1,
        ("credit_note", "lago_id"): 1,
        ("payment", "applied_to"): 2,
    }
    assert lines[-1] == "8 documents would be adopted; --go adopts them."
    assert not any(record.get("externalid") for record in beside.netsuite.account.records("invoice"))


async def test_after_adopt_a_full_replay_creates_nothing(sandbox, beside):
    """Every document is found by our external id; a second adopt has nothing to do."""
    before = beside.counts
    _, lines = await adoption(sandbox, beside, go=True)
    again, _ = await adoption(sandbox, beside, go=False)

    outcomes = await replay(sandbox, beside)

    assert lines[-1] == "8 documents adopted, 0 refused."
    assert again.chosen == []
    assert again.identification.missing() == []
    assert beside.counts == before
    assert all(isinstance(each, Confirmed) for each in outcomes), outcomes
    documents = [each for outcome in outcomes for each in outcome.written if each.object != "customer"]
    assert {each.status for each in documents} == {"exists"}
    assert {(each.number, each.what) for each in await differences(sandbox, beside, "live")} == {
        (each.number, each.what) for each in await differences(sandbox, beside)
    }


async def test_without_adopt_a_replay_would_pay_twice(sandbox, beside):
    """That is why payments are adopted: nothing on them says whose they are."""
    before = beside.counts

    outcomes = await replay(sandbox, beside)

    assert beside.counts["customerpayment"] > before["customerpayment"]
    assert not all(isinstance(each, AlreadyThere) for each in outcomes)

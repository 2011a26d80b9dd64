"""A Lago beside an emulated NetSuite, and what a shadow, an adoption and a replay make of both."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx

from consumer.clock import FakeClock
from consumer.commands import adopt
from consumer.commands.adopt import Adoption
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_sides import Sides
from consumer.commands.shadow_reading import ShadowReading
from consumer.events.lago_webhook import webhook_of
from consumer.lago.client import LagoClient
from consumer.mapping.result import Mapped
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.reconcile.comparison import Comparison
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.organization import Organization
from schemas import envelope
from tests.support.restlet import NetSuite

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
TYPES = ("customer", "invoice", "creditmemo", "customerpayment")
MAPPING = {
    "fallback_item": {"id": "801"},
    "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "currencies": {"EUR": "2"},
}


class Stage:
    """Lago's organisation, NetSuite's account and one clock; `mapping` is that of the connection."""

    def __init__(self, mapping: dict[str, Any] | None = None) -> None:
        self.clock = FakeClock()
        self.organization = Organization(now=lambda: NOW)
        self.netsuite = NetSuite(clock=self.clock)
        self.mapping = mapping or MAPPING

    @property
    def counts(self) -> Counter[str]:
        return Counter({each: len(self.netsuite.account.records(each)) for each in TYPES})


def connection(sandbox, beside, mode):
    return sandbox.connection(
        mode=mode,
        lago={
            "organization_id": beside.organization.lago_id,
            "api_url": "http://lago.test",
            "api_key": API_KEY,
        },
        customers={"subsidiary": "2"},
        mapping=beside.mapping,
    )


def lago_documents(beside, chosen):
    server = LagoServer.of(beside.organization, monotonic_s=beside.clock.monotonic_s)
    transport = httpx.ASGITransport(server.app())

    async def sleep(seconds):
        beside.clock.advance(seconds)  # Lago's rate limit passes

    client = LagoClient(chosen, clock=beside.clock, transport=transport, sleep=sleep)
    return LagoDocuments(connection=chosen, client=client, sleep=sleep)


async def differences(sandbox, beside, mode="shadow"):
    """What `reconcile` finds."""
    return (await compared(sandbox, beside, mode))[1]


async def compared(sandbox, beside, mode="shadow"):
    """Both sides as `reconcile` reads them, and what it finds."""
    chosen = connection(sandbox, beside, mode)
    sides, comparison = Sides(connection=chosen, connections=(chosen,), scope=Scope()), Comparison()
    documents = lago_documents(beside, chosen)
    await sides.read_lago(documents, comparison)
    async with sandbox.client(mode=mode) as client:
        identification = await sides.read_netsuite(client, comparison)
        if mode == "live":
            await sides.read_netsuite_customers(client, comparison)
        else:
            beside = ShadowReading(documents=documents, client=client, sides=sides)
            assert [said async for said in beside.take_in(identification, comparison, has_lines=True)] == []
    return comparison, comparison.end({})


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

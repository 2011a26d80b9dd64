"""The plan of a backfill is that of its connection, where several share one organisation of Lago."""

from __future__ import annotations

import httpx
import pytest

from consumer.backfill.kinds import ORDER
from consumer.clock import FakeClock
from consumer.commands import backfill
from consumer.commands.backfill import Wish
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.lago.client import LagoClient
from tests.support import lago
from tests.support.connection_files import connection

LAGO = {"api_url": "https://api.lago.example", "api_key": "k"}
EURO = connection(code="netsuite-eu", lago=LAGO, select={"currencies": ["EUR"]})
DOLLAR = connection(code="netsuite-us", lago=LAGO, select={"currencies": ["USD"]})


def customer(external_id, currency):
    return lago.customer(
        lago_id=external_id, external_id=external_id, currency=currency, integration_customers=[]
    )


def invoice(number, external_id, currency):
    return lago.invoice(
        lago_id=number, number=number, currency=currency, customer=customer(external_id, currency)
    )


CUSTOMERS = [customer("cus_eu", "EUR"), customer("cus_us", "USD")]
ROWS = {
    "customers": CUSTOMERS,
    "invoices": [invoice("i1", "cus_eu", "EUR"), invoice("i2", "cus_us", "USD")],
    "credit_notes": [],
    "payments": [
        lago.payment(lago_id="p1", external_customer_id="cus_eu"),
        lago.payment(lago_id="p2", external_customer_id="cus_us"),
    ],
}


async def answer(request):
    kind, _, one = request.url.path.removeprefix("/api/v1/").partition("/")
    if one:
        [found] = [each for each in CUSTOMERS if each["external_id"] == one]
        return httpx.Response(200, json={"customer": found})
    return httpx.Response(200, json={kind: ROWS[kind]})


async def planned(own, *connections):
    client = LagoClient(own, clock=FakeClock(), transport=httpx.MockTransport(answer))
    documents = LagoDocuments(connection=own, client=client)
    wish = Wish(connection=own, connections=connections, kinds=ORDER, scope=Scope(), actor="ada")
    try:
        return await documents.planned(ORDER, wish.scope, backfill._is_own(wish, documents))
    finally:
        await client.aclose()


@pytest.mark.parametrize(
    ("own", "ids", "currency"),
    [(EURO, ["cus_eu", "i1", "p1"], "EUR"), (DOLLAR, ["cus_us", "i2", "p2"], "USD")],
)
async def test_a_plan_counts_what_its_connection_books(own, ids, currency):
    """Of a payment only its customer says whose it is."""
    plan = await planned(own, EURO, DOLLAR)

    assert [row.lago_id for row in plan.ordered(ORDER)] == ids
    assert list(plan.sums("invoice")) == [currency]
    assert plan.left_out == {
        "customer not of this connection": 1,
        "invoice not of this connection": 1,
        "payment not of this connection": 1,
    }


async def test_a_single_connection_without_a_selection_counts_all():
    """Nobody else books anything."""
    alone = connection(lago=LAGO)

    plan = await planned(alone, alone)

    assert plan.counts(ORDER) == {"customer": 2, "invoice": 2, "credit_note": 0, "payment": 2, "void": 0}
    assert not plan.left_out

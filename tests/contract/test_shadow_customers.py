"""Customers in a shadow: which Lago customer has no counterpart in NetSuite, several, or one that differs."""

from __future__ import annotations

from collections import Counter

import pytest

from consumer.outcome import Confirmed
from consumer.sandbox.lago import billing
from tests.contract import sandbox_server
from tests.contract.native_books import NativeBooks
from tests.contract.shadow_stage import Stage, adoption, differences, replay

USAGE = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}


class Owners(Stage):
    """Customers of Lago's; what stands in NetSuite is the tests' to say."""

    def __init__(self, *names):
        super().__init__()
        self.native = NativeBooks(self.netsuite)
        for name in names:
            self.organization.upsert_customer(name, currency="EUR", name=name.title())

    def enter(self, name, *, marked=False, **changes):
        """One customer in NetSuite."""
        return self.native.customer(self.organization.customer_of(name), marked=marked, **changes)

    def bill(self, name, owner):
        """An invoice of Lago's customer, booked on a customer of NetSuite's by its number alone."""
        invoice = billing.bill(self.organization, name, [USAGE])
        return self.native.invoice(owner, invoice, marked=False)


def serving(owners):
    return sandbox_server.serving(owners.netsuite.account, owners.clock)


async def of_customers(owners):
    with serving(owners) as sandbox:
        return [
            (each.number, each.what, each.lago, each.netsuite, each.cause)
            for each in await differences(sandbox, owners)
            if each.kind == "customer"
        ]


async def test_customers_that_stand_once_and_alike_are_no_difference():
    """By Lago's id, by their documents, by their entity id."""
    owners = Owners("acme", "globex", "initech")
    owners.enter("acme", marked=True)
    owners.bill("globex", owners.enter("globex", entityid="C-17"))
    owners.enter("initech")

    assert await of_customers(owners) == []


async def test_a_customer_without_a_counterpart_is_said_with_those_of_its_name():
    """A name alone is no reason to book on somebody's account."""
    owners = Owners("acme", "globex")
    namesake = owners.enter("globex", entityid="C-18")

    assert await of_customers(owners) == [
        ("acme", "customer_missing", "acme", "", ""),
        (
            "globex", "customer_missing", "globex", "",
            f"NetSuite's customer C-18 ({namesake}) has its name",
        ),
    ]  # fmt: skip


async def test_a_customer_with_two_counterparts_is_said_with_both():
    """Its documents are booked on one, and another has its entity id."""
    owners = Owners("acme")
    old, new = owners.enter("acme", entityid="C-17"), owners.enter("acme")
    owners.bill("acme", old)

    [found] = await of_customers(owners)

    assert found[:2] == ("acme", "customer_ambiguous")
    assert found[3] == f"acme ({new}) by the entity id, C-17 ({old}) by its documents"


@pytest.mark.parametrize(
    ("changes", "what", "lago", "netsuite"),
    [
        ({"companyname": "Acme Holding"}, "customer_name", "Acme", "Acme Holding"),
        ({"currency": "1"}, "customer_currency", "EUR", "USD"),
        ({"subsidiary": "4"}, "customer_subsidiary", "2", "4"),
    ],
)
async def test_a_counterpart_that_differs_is_said_with_both_values(changes, what, lago, netsuite):
    """Before its first document is refused for it."""
    owners = Owners("acme")
    owners.enter("acme", marked=True, **changes)

    assert await of_customers(owners) == [("acme", what, lago, netsuite, "")]


async def test_a_link_of_lagos_to_a_customer_that_is_gone_is_said():
    """Its first document would fail."""
    owners = Owners("acme")
    link = {"type": "netsuite", "integration_code": "netsuite-eu", "external_customer_id": "4711"}
    owners.organization.links[owners.organization.customer_of("acme")["lago_id"]] = [link]

    [found] = await of_customers(owners)

    assert found[:2] == ("acme", "customer_missing")
    assert found[4] == "Lago links it to NetSuite's customer 4711, which is not there"


async def test_adopt_links_customers_so_that_a_replay_creates_none():
    """Whoever entered them, and whatever entity id they have; the one that fits two stays as it is."""
    owners = Owners("acme", "globex", "initech", "hooli")
    owners.bill("acme", owners.enter("acme", entityid="C-17"))
    owners.enter("globex")
    owners.enter("initech", marked=True)
    owners.bill("hooli", owners.enter("hooli", entityid="C-20"))
    owners.enter("hooli")
    with serving(owners) as sandbox:
        before = owners.counts
        _, listed = await adoption(sandbox, owners, go=False)
        _, done = await adoption(sandbox, owners, go=True)
        again, _ = await adoption(sandbox, owners, go=False)
        records = owners.netsuite.account.records("customer")
        marks = {each["entityid"]: each.get("externalid") for each in records}
        names = Counter(each["companyname"] for each in records)
        del owners.organization.customers[owners.organization.customer_of("hooli")["lago_id"]]
        owners.organization.invoices.popitem()
        outcomes = await replay(sandbox, owners)
        assert owners.counts == before

    ids = {each["external_id"]: each["lago_id"] for each in owners.organization.customers.values()}
    assert marks["C-17"] == f"lago-cus-{ids['acme']}"
    assert marks["globex"] == f"lago-cus-{ids['globex']}"
    assert (marks["C-20"], marks["hooli"]) == (None, None)
    assert names == Counter(Acme=1, Globex=1, Initech=1, Hooli=2)
    assert listed[-1] == "2 customers and 2 documents would be adopted; --go adopts them."
    assert done[-1] == "2 customers and 2 documents adopted, 0 refused."
    assert (again.links, again.chosen) == ([], [])
    assert any(line.startswith("customer hooli: several records fit") for line in listed)
    assert all(isinstance(each, Confirmed) for each in outcomes), outcomes

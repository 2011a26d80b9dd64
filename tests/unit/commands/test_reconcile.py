"""What `reconcile` asks of both sides, where connections share an organisation or an account."""

from contextlib import asynccontextmanager
from datetime import date
from types import SimpleNamespace

import pytest

from consumer.clock import FakeClock
from consumer.commands import audit_trail, reconcile_repair
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.lago_documents import Scope
from consumer.commands.payment_owners import PaymentOwners
from consumer.commands.reconcile import Wish
from consumer.commands.reconcile_repair import Repair
from consumer.commands.reconcile_sides import Sides
from consumer.config.settings import Settings
from consumer.kafka.cluster import Cluster
from consumer.pipeline.ownership import Ownership
from consumer.reconcile.difference import Difference
from tests.support import lago
from tests.support.connection_files import connection

EU = connection(code="netsuite-eu", select={"billing_entities": ["eu"]})
US = connection(code="netsuite-us", select={"billing_entities": ["us"]})
OTHER = connection(code="netsuite-other", lago={"organization_id": "another"})


class Customers:
    """Lago with one customer, counting what it is asked."""

    def __init__(self, **known):
        self.known, self.asked = known, []

    async def one(self, kind, external_id):
        self.asked.append((kind, external_id))
        return self.known.get(external_id)


def owners(documents, *connections):
    mine = Ownership(connection=connections[0], all_connections=connections, reports_orphans=True)
    return PaymentOwners(documents=documents, ownership=mine)


async def test_the_customer_of_payments_is_looked_up_once_where_it_decides():
    """A link of null is none."""
    customer = lago.customer(external_id="acme", integration_customers=None)
    documents, row = Customers(acme=customer), lago.payment(external_customer_id="acme")
    asking = owners(documents, EU, US)

    first, second = [await asking.with_customer("payment", row) for _ in range(2)]

    assert first == second == row | {"customer": customer | {"integration_customers": []}}
    assert documents.asked == [("customer", "acme")]


@pytest.mark.parametrize(
    ("kind", "row", "connections"),
    [
        ("payment", lago.payment(), (EU,)),
        ("payment", lago.payment(external_customer_id=None), (EU, US)),
        ("invoice", lago.invoice(), (EU, US)),
    ],
)
async def test_no_customer_is_looked_up_for_what_is_decided_without(kind, row, connections):
    """Nor for a payment without a customer."""
    documents = Customers()

    assert await owners(documents, *connections).with_customer(kind, row) == row
    assert documents.asked == []


async def test_the_payment_of_a_deleted_customer_stays_as_it_is():
    """Lago does not show deleted customers."""
    row = lago.payment(external_customer_id="gone")

    assert await owners(Customers(), EU, US).with_customer("payment", row) == row


def wish(chosen, *connections):
    return Wish(connection=chosen, connections=(chosen, *connections), scope=Scope(), actor="a")


def sides(chosen, *connections):
    return Sides(connection=chosen, connections=(chosen, *connections), scope=Scope())


def test_an_account_with_documents_of_another_organisation_has_no_extra_ones():
    """The key of one organisation does not show the documents of the other."""
    elsewhere = connection(code="x", account_id="7", lago={"organization_id": "b"})

    assert sides(EU, OTHER)._is_shared()
    assert not sides(EU, US)._is_shared()
    assert not sides(EU, elsewhere)._is_shared()


@pytest.mark.parametrize(("closed_period", "to_day"), [("reject", "2026-07-03"), ("next_open_period", None)])
def test_what_is_moved_to_a_later_period_is_read_too(closed_period, to_day):
    """An invoice of June may be dated in September."""
    scope = Scope(since=date(2026, 6, 1), until=date(2026, 7, 1))
    chosen = SimpleNamespace(closed_period=closed_period)

    question = Sides(connection=chosen, connections=(chosen,), scope=scope)._question()

    assert (question.from_day, question.to_day) == ("2026-05-30", to_day)


async def test_what_lago_has_no_more_is_not_counted_as_sent_again(monkeypatch):
    """It was deleted after it had been listed."""
    published = []

    async def publish(event):
        published.append(event.topic)

    @asynccontextmanager
    async def opened(_, clock):
        yield AuditTrail(publish=publish, clock=clock)

    monkeypatch.setattr(audit_trail, "opened", opened)
    missing = [
        Difference(what="missing", kind="payment", number=lago_id, lago_id=lago_id) for lago_id in ("p", "q")
    ]
    documents = Customers(p=lago.payment(lago_id="p"))
    cluster, clock = Cluster.of(Settings()), FakeClock()

    sent = await reconcile_repair.send(
        cluster, documents, EU, Repair(chosen=missing), actor="ada", clock=clock
    )

    assert sent == 1
    assert published == ["lago.payments", "lago.netsuite.audit"]

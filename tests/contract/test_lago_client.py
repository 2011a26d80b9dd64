"""The client of Lago's API against the emulated Lago: all rows are found, within the rate limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.lago import listing
from consumer.lago.api import Failed, Found, LagoApi, Listed, Missing
from consumer.lago.client import LagoClient
from consumer.lago.reply import Body
from consumer.sandbox.lago import billing, settlement
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.organization import Organization
from tests.support.connection_files import connection

USAGE = {"kind": "charge", "code": "api_calls", "unit_price": "1"}


class Lago:
    """An emulated Lago whose clock the client's waits move on."""

    def __init__(self, api_key=API_KEY):
        self.now = datetime(2026, 8, 1, tzinfo=UTC)
        self.clock = FakeClock()
        self.organization = Organization(now=lambda: self.now)
        self.server = LagoServer.of(self.organization, monotonic_s=self.clock.monotonic_s)
        self.waits_s = []
        self.chosen = connection(lago={"api_url": "http://lago.test", "api_key": api_key})
        self.transport = httpx.ASGITransport(self.server.app())
        self.before_page = {}

    async def sleep(self, seconds):
        self.waits_s.append(seconds)
        self.clock.advance(seconds)

    def client(self):
        return LagoClient(self.chosen, clock=self.clock, transport=self.transport, sleep=self.sleep)

    def api(self):
        return LagoApi(self.chosen, clock=self.clock, transport=self.transport, sleep=self.sleep)

    def bill(self, external_id="acme", count=1):
        return [billing.bill(self.organization, external_id, [USAGE]) for _ in range(count)]

    async def invoices(self, **params):
        return await listing.rows(self.client(), "invoices", "invoices", resource="invoice", params=params)


@pytest.fixture
def lago():
    made = Lago()
    made.organization.upsert_customer("acme", currency="EUR")
    return made


def ids(listed):
    assert isinstance(listed, Listed)
    return [row["lago_id"] for row in listed.rows]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 205])
async def test_every_row_is_read_whatever_the_count(lago, count):
    """A full last page needs one more request, and no row is missed."""
    made = lago.bill(count=count)

    assert sorted(ids(await lago.invoices())) == sorted(one["lago_id"] for one in made)


async def test_a_count_that_is_old_promises_pages_that_are_empty_and_hides_none(lago):
    """It is the whole organisation's, for half an hour."""
    lago.organization.upsert_customer("globex", currency="EUR")
    lago.bill("acme", 150)
    mine = lago.bill("globex", 30)
    await lago.invoices()

    assert sorted(ids(await lago.invoices(external_customer_id="globex"))) == sorted(
        one["lago_id"] for one in mine
    )


async def test_invoices_that_are_made_while_pages_are_read_hide_no_other(lago):
    """They push the rest to later pages, where a row is seen twice and counts once."""
    made = lago.bill(count=150)
    client = lago.client()
    get = client.get

    async def get_and_bill(path, **more):
        reply = await get(path, **more)
        lago.now += timedelta(days=1)
        lago.bill(count=3)
        return reply

    client.get = get_and_bill
    found = ids(await listing.rows(client, "invoices", "invoices", resource="invoice"))

    assert {one["lago_id"] for one in made} <= set(found)
    assert len(found) == len(set(found))


async def test_every_payment_of_an_invoice_is_found_also_one_of_a_day_long_past(lago):
    """Lago sorts payments by the day that a person typed in."""
    first, second = lago.bill(count=2)
    by_card = settlement.pay(lago.organization, [first["lago_id"]], how="charged_at_once", cents=40)
    by_hand = settlement.pay(
        lago.organization, [first["lago_id"]], how="manual", created_at="2026-03-05T00:00:00Z", cents=20
    )
    settlement.pay(lago.organization, [second["lago_id"]], how="manual")

    found = ids(await lago.api().payments_of_invoice(first["lago_id"]))

    assert found == [by_card["lago_id"], by_hand["lago_id"]]


async def test_a_payment_of_several_invoices_is_found_by_each(lago):
    """The filter looks into payment requests."""
    bills = [one["lago_id"] for one in lago.bill(count=2)]
    payment = settlement.pay(lago.organization, bills, how="settled_later")

    for lago_id in bills:
        assert ids(await lago.api().payments_of_invoice(lago_id)) == [payment["lago_id"]]


async def test_nothing_is_asked_beyond_fifty_a_second(lago):
    """A long list is read within the limit, without a response 429."""
    lago.bill(count=3)
    client = lago.client()

    replies = [await client.get("invoices", resource="invoice", params={"page": 1}) for _ in range(120)]

    assert all(isinstance(reply, Body) for reply in replies)
    assert lago.server.rest.limit.largest <= 50
    assert sum(lago.waits_s) == pytest.approx(119 / 49, rel=0.01)


async def test_a_limit_that_others_have_used_up_is_waited_for(lago):
    """All keys of an organisation share it."""
    for _ in range(50):
        lago.server.rest.limit.admits()

    assert isinstance(await lago.client().get("payments", resource="payment"), Body)
    assert round(sum(lago.waits_s), 6) >= 1.0


async def test_a_deleted_customer_is_missing_and_a_new_one_may_have_its_name(lago):
    """Lago gives the external id free."""
    old = lago.organization.customer_of("acme")
    lago.organization.delete_customer("acme")
    assert await lago.api().customer("acme") == Missing(external_id="acme")

    lago.organization.upsert_customer("acme", currency="EUR")
    found = await lago.api().customer("acme")
    assert isinstance(found, Found)
    assert found.customer["lago_id"] != old["lago_id"]


async def test_a_key_that_may_not_read_payments_says_so():
    """By the resource's name, so that a person knows which box to tick in Lago."""
    lago = Lago(api_key="lago-sandbox-no-payments")

    answer = await lago.api().payments_of_invoice("5f")

    assert isinstance(answer, Failed)
    assert "may not read payments (HTTP 403)" in answer.reason


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_lago_that_is_down_is_asked_three_times(lago, status):
    """Then the caller waits longer."""
    lago.server.rest.failing = status

    answer = await lago.api().customer("acme")

    assert answer == Failed(reason=f"Lago answers HTTP {status}")
    assert lago.server.rest.requests == {"GET /customers/{external_id:path}": 3}

"""Lago's events through our own mapping into the unmodified RESTlet: what is sent is what it understands."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.list_entries import Currency
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import items
from tests.support.restlet import NetSuite

LEGACY = {"tax": {"mode": "legacy", "code": "1"}, "currencies": {"EUR": "2", "USD": "1"}}
MODES = {
    "suitetax": FULL_MAPPING,
    "tax_line": FULL_MAPPING | {"tax": {"mode": "tax_line", "item": "899"}},
    "legacy": FULL_MAPPING | LEGACY,
    "single_currency": FULL_MAPPING | LEGACY | {"currencies": {"EUR": "1"}},
}
ONE_EURO = (Currency(id="1", name="Euro", symbol="EUR"),)
SINGLE_COMPANIES = {
    "legacy": ("legacy-us", {}),
    "single_currency": ("single-currency", {"currencies": ONE_EURO}),
}


def send(netsuite: NetSuite, value: bytes, **settings) -> list[dict]:
    """What the RESTlet answers to the request that a connection makes of an event."""
    return netsuite.write(*items(value, connection(**settings)))


def note(**changes) -> bytes:
    return lago.body(lago.event("credit_note.created", lago.credit_note(**changes)))


def paid(**changes) -> bytes:
    return lago.body(lago.event("payment.succeeded", lago.payment(**changes)))


def statuses(results: list[dict]) -> list[str]:
    return [item["status"] for item in results]


@pytest.mark.parametrize("mode", MODES)
def test_an_invoice_is_billed_credited_paid_and_its_rest_voided(mode):
    """10.00 are offset by a note, 10.00 paid, which the customer keeps; note and void make the invoice."""
    profile, changes = SINGLE_COMPANIES.get(mode, ("default", {}))
    netsuite = NetSuite(profile, **changes)
    settings = {"mapping": MODES[mode]} | (
        {"customers": {"subsidiary": None}} if mode in SINGLE_COMPANIES else {}
    )
    fees = [lago.fee("charge", units="10.0", tax_rate=19.0), lago.fee("subscription", tax_rate=7.0)]
    bill = lago.invoice(fees)

    assert statuses(send(netsuite, lago.invoice_event(content=bill), **settings)) == ["created", "created"]
    offset = {"offset_amount_cents": 1000, "credit_amount_cents": 0}
    assert statuses(send(netsuite, note(**offset), **settings)) == ["exists", "created"]
    assert statuses(send(netsuite, paid(), **settings)) == ["created"]
    voided = send(netsuite, lago.invoice_event("invoice.voided", bill | {"status": "voided"}), **settings)

    assert statuses(voided) == ["voided"]
    (row,) = netsuite.account.balances()
    assert (row["receivable"], row["open_credits"], row["balance"]) == ("0.00", "10.00", "-10.00")


def test_every_event_may_come_twice():
    netsuite = NetSuite()
    bill = lago.invoice([lago.fee("charge", units="10.0")])
    events = [
        lago.invoice_event(content=bill),
        note(),
        paid(),
        lago.invoice_event("invoice.voided", bill | {"status": "voided"}),
    ]
    for value in events:
        send(netsuite, value)
    before = netsuite.account.balances()

    repeated = [status for value in events for status in statuses(send(netsuite, value))]

    assert set(repeated) <= {"exists", "voided"}
    assert netsuite.account.balances() == before


def test_a_spent_credit_note_leaves_lagos_total_due():
    """The invoice is booked before the credit; the memo is applied to it."""
    netsuite = NetSuite()
    bill = lago.invoice([lago.fee("charge", units="10.0")], discounts=lago.Discounts(credit_notes=400))
    bill["credits"][0]["item"]["lago_item_id"] = lago.credit_note()["lago_id"]

    send(netsuite, note(lago_invoice_id=lago.id_of("an older invoice")))
    results = send(netsuite, lago.invoice_event(content=bill))

    due = netsuite.one("invoice")["amountremaining"]
    assert statuses(results) == ["exists", "created"]
    assert int(due.replace(".", "")) == bill["total_amount_cents"]
    assert netsuite.one("creditmemo")["unapplied"] == "6.00"


def test_a_payment_of_several_invoices_is_one_payment():
    netsuite = NetSuite()
    other = lago.id_of("another invoice")
    bills = [
        lago.invoice([lago.fee("charge", units="1.0")]),
        lago.invoice([lago.fee("charge", units="2.0")]) | {"lago_id": other, "number": "ACM-2"},
    ]
    for bill in bills:
        send(netsuite, lago.invoice_event(content=bill))
    total = sum(bill["total_amount_cents"] for bill in bills)
    ids = [bill["lago_id"] for bill in bills]

    (written,) = send(netsuite, paid(invoice_ids=ids, amount_cents=total))

    assert written["totals"]["unapplied"] == "0.00"
    assert [bill["status"] for bill in netsuite.account.records("invoice")] == ["CustInvc:B"] * 2


def test_a_sales_order_goes_before_its_invoice():
    netsuite = NetSuite()

    results = send(netsuite, lago.invoice_event(), sync={"sales_orders": True})

    assert [item["type"] for item in results] == ["customer", "salesorder", "invoice"]
    assert statuses(results) == ["created"] * 3


def test_a_linked_customer_is_adopted_and_its_documents_follow():
    netsuite = NetSuite()
    fields = {"entityid": "Nordlicht", "companyname": "Nordlicht", "subsidiary": "1", "currency": "2"}
    number = str(netsuite.account.books.insert("entity", "customer", fields, {}).id)
    links = [lago.link(external_customer_id=number, subsidiary_id="1")]

    (adopted,) = send(netsuite, lago.customer_event(integration_customers=links))
    (billed,) = send(netsuite, lago.invoice_event(customer=lago.customer(integration_customers=links)))
    unlinked = send(netsuite, note())

    assert (adopted["status"], billed["status"]) == ("adopted", "created")
    assert statuses(unlinked) == ["exists", "created"]
    assert {netsuite.one(kind)["entity"] for kind in ("invoice", "creditmemo")} == {number}


@pytest.mark.parametrize("kind", ["invoice", "creditmemo", "customerpayment"])
def test_a_connection_may_post_what_is_late_into_the_next_open_period(kind):
    """June 2026 is closed in this account."""
    netsuite = NetSuite()
    values = {
        "invoice": lago.invoice_event(issuing_date="2026-06-30"),
        "creditmemo": note(issuing_date="2026-06-30"),
        "customerpayment": paid(created_at="2026-06-30T12:00:00Z"),
    }
    send(netsuite, lago.invoice_event()) if kind == "customerpayment" else None

    refused = send(netsuite, values[kind])[-1]
    written = send(netsuite, values[kind], closed_period="next_open_period")[-1]

    assert refused["error"]["class"] == "period_closed"
    assert written["status"] == "created"
    assert (netsuite.one(kind)["trandate"], netsuite.one(kind)["postingperiod"]) == ("2026-06-30", "219")


def test_only_the_policy_that_is_wanted_is_sent():
    """A customer has no period, and for held documents no policy is sent."""
    asked = items(lago.invoice_event(), connection(closed_period="next_open_period"))
    held = items(lago.invoice_event(), connection())

    assert [item["record"]["options"].get("closedPeriod") for item in asked] == [None, "next_open_period"]
    assert [item["record"]["options"].get("closedPeriod") for item in held] == [None, None]


def test_a_void_is_told_the_policy_too():
    voided = lago.invoice_event("invoice.voided", status="voided")

    (item,) = items(voided, connection(closed_period="next_open_period"))

    assert item["record"]["options"] == {"closedPeriod": "next_open_period"}

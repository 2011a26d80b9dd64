"""From Lago's webhooks to the books: every kind of payment is booked once, in any order of its events."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from consumer.sandbox.lago import billing, payment_requests, settlement
from tests.support.lago_to_netsuite import LagoToNetSuite

USAGE = [{"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}]


@pytest.fixture
def way():
    made = LagoToNetSuite()
    yield made
    made.close()


async def billed(way, count=1, **changes):
    """Invoices of 100.00 that stand in NetSuite; their ids."""
    way.lago.upsert_customer("acme", currency="EUR", **changes)
    ids = [billing.bill(way.lago, "acme", USAGE)["lago_id"] for _ in range(count)]
    await way.carry()
    return ids


def pay(way, *ids, how="manual", **changes):
    way.clock.advance(60)
    return settlement.pay(way.lago, ids, how=how, **changes)


def booked(way):
    """The payments in NetSuite: external id and amount."""
    return {one["externalid"]: one["payment"] for one in way.records("customerpayment")}


def due(way):
    return [one["amountremaining"] for one in way.records("invoice")]


def announced(way):
    return [each.webhook_type for each in way.lago.outbox]


REQUESTED, REQUEST_PAID = "payment_request.created", "payment_request.payment_status_updated"
STATUS, PAYMENT, RECEIPT = "invoice.payment_status_updated", "payment.succeeded", "payment_receipt.created"
# How it is paid, whether the organisation issues receipts, and the webhooks that Lago then sends.
KINDS = {
    "by hand": ("manual", False, [STATUS]),
    "by hand with a receipt": ("manual", True, [RECEIPT, STATUS]),
    "card at once": ("charged_at_once", False, [STATUS]),
    "card at once with a receipt": ("charged_at_once", True, [RECEIPT, STATUS]),
    "Adyen at once": ("adyen_at_once", False, [STATUS]),
    "Adyen at once where others have receipts": ("adyen_at_once", True, [STATUS]),
    "settled later": ("settled_later", False, [PAYMENT, STATUS]),
    "settled later with a receipt": ("settled_later", True, [PAYMENT, RECEIPT, STATUS]),
}
ORDERS = [
    pytest.param(how, has_receipts, order, id=f"{name} {order}")
    for name, (how, has_receipts, types) in KINDS.items()
    for order in permutations(range(len(types)))
]


@pytest.mark.parametrize(("how", "has_receipts", "types"), KINDS.values(), ids=KINDS)
async def test_the_emulated_lago_announces_a_payment_as_lago_does(way, how, has_receipts, types):
    """So that the rows below are those of Lago (lago-api ``Payments::*`` services)."""
    way.lago.issues_receipts = has_receipts
    [invoice] = await billed(way)

    pay(way, invoice, how=how)

    assert announced(way) == types


@pytest.mark.parametrize(("how", "has_receipts", "order"), ORDERS)
async def test_a_payment_is_booked_once_whatever_announces_it_first(way, how, has_receipts, order):
    """Event, receipt and status agree on it; each comes twice."""
    way.lago.issues_receipts = has_receipts
    [invoice] = await billed(way)
    payment = pay(way, invoice, how=how)
    way.lago.outbox[:] = [way.lago.outbox[place] for place in order]

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "100.00"}
    assert due(way) == ["0.00"]


@pytest.mark.parametrize("has_receipts", [True, False])
async def test_payments_in_part_are_booked_each_with_its_own_amount(way, has_receipts):
    """Without receipts the first one has no event at all, and comes with the one that settles the invoice."""
    way.lago.issues_receipts = has_receipts
    [invoice] = await billed(way)
    first = pay(way, invoice, cents=3_000, reference="SEPA 1")
    await way.carry()
    seen = len(booked(way))
    second = pay(way, invoice, reference="SEPA 2")
    await way.carry()

    assert seen == int(has_receipts)
    assert booked(way) == {
        f"lago-pay-{first['lago_id']}": "30.00",
        f"lago-pay-{second['lago_id']}": "70.00",
    }
    assert due(way) == ["0.00"]
    assert {one["checknum"] for one in way.records("customerpayment")} == {"SEPA 1", "SEPA 2"}


@pytest.mark.parametrize("has_receipts", [True, False])
async def test_a_payment_of_an_earlier_day_has_that_day(way, has_receipts):
    """A manual payment's time is the day that a person has typed in."""
    way.lago.issues_receipts = has_receipts
    [invoice] = await billed(way)
    pay(way, invoice, created_at="2026-07-15T00:00:00Z")

    await way.carry()

    [payment] = way.records("customerpayment")
    assert (payment["trandate"], payment["payment"]) == ("2026-07-15", "100.00")


async def test_a_payment_of_a_day_in_a_closed_period_is_posted_in_the_next_where_that_is_wanted():
    """It keeps its day."""
    way = LagoToNetSuite(closed_period="next_open_period")
    [invoice] = await billed(way)
    pay(way, invoice, created_at="2026-06-15T00:00:00Z")

    carried = await way.carry()

    [payment] = way.records("customerpayment")
    assert (payment["trandate"], payment["payment"]) == ("2026-06-15", "100.00")
    assert "LAGO_POSTED_IN" in str(carried.warnings)
    way.close()


async def test_a_payment_of_a_day_before_the_start_date_is_left_to_the_old_books():
    """By the rule that says so, whatever announces it."""
    way = LagoToNetSuite(start_date="2026-07-01")
    [invoice] = await billed(way)
    pay(way, invoice, created_at="2026-06-15T00:00:00Z")

    carried = await way.carry()

    assert sorted(carried.rules) == ["before_start_date", "payments_read_from_lago"]
    assert (booked(way), due(way)) == ({}, ["100.00"])
    way.close()


@pytest.mark.parametrize("status", ["pending", "processing", "failed"])
async def test_a_payment_whose_money_has_not_arrived_is_not_booked(way, status):
    """Beside one that has: Lago's list has them all."""
    [invoice] = await billed(way)
    other = pay(way, invoice, cents=3_000)
    payment = pay(way, invoice)
    other |= {"payment_status": status, "status": status}

    await way.carry()

    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "70.00"}


async def test_an_invoice_that_is_marked_as_paid_by_hand_stays_open_and_is_named(way):
    """There is no money to book; a payment that comes later is booked as any other."""
    [invoice] = await billed(way)
    billing.mark_as_paid(way.lago, invoice)
    marked = await way.carry()
    before = booked(way), due(way)
    payment = pay(way, invoice)
    way.lago.announce(STATUS, way.lago.invoices[invoice])
    await way.carry()

    assert marked.rules == ["paid_without_payment"]
    assert before == ({}, ["100.00"])
    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "100.00"}


async def test_without_lagos_api_the_rule_says_what_is_missing():
    """What has an event of its own is booked all the same."""
    way = LagoToNetSuite(has_api=False)
    first, second = await billed(way, 2)
    pay(way, first)
    payment = pay(way, second, how="settled_later")

    carried = await way.carry()

    assert carried.rules == ["payment_needs_lago_api"] * 2
    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "100.00"}
    way.close()


# Payment requests: one payment over several invoices (lago-api ``PaymentRequests::*``).


@pytest.mark.parametrize("how", ["charged_at_once", "adyen_at_once", "settled_later", "manual"])
@pytest.mark.parametrize("has_receipts", [True, False])
async def test_a_payment_over_several_invoices_is_booked_once_over_all_of_them(way, how, has_receipts):
    """Each invoice announces it, and the receipt does."""
    way.lago.issues_receipts = has_receipts
    ids = await billed(way, 3)
    payment = pay(way, *ids, how=how)
    receipt = [RECEIPT] if has_receipts and how != "adyen_at_once" else []
    assert announced(way) == [REQUESTED, REQUEST_PAID, *receipt, STATUS, STATUS, STATUS]

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert carried.rules.count("event_type") == 4
    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "300.00"}
    assert due(way) == ["0.00"] * 3


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_its_announcements_may_come_in_any_order(way, order):
    """Two invoices and a receipt; one invoice was paid in part before."""
    way.lago.issues_receipts = True
    ids = await billed(way, 2)
    part = pay(way, ids[0], cents=4_000)
    await way.carry()
    payment = pay(way, *ids, how="charged_at_once")
    kept = [each for each in way.lago.outbox if each.object_type != "payment_request"]
    way.lago.outbox[:] = [kept[place] for place in order]

    await way.carry()

    assert booked(way) == {
        f"lago-pay-{part['lago_id']}": "40.00",
        f"lago-pay-{payment['lago_id']}": "160.00",
    }
    assert due(way) == ["0.00"] * 2


async def test_it_waits_for_the_last_of_its_invoices(way):
    """An invoice that comes after the payment; nothing is booked on account meanwhile."""
    ids = await billed(way, 1)
    late = billing.bill(way.lago, "acme", USAGE)["lago_id"]
    invoice_webhook = way.lago.outbox.pop()
    payment = pay(way, *ids, late, how="charged_at_once")
    way.lago.outbox.append(invoice_webhook)

    await way.carry()

    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "200.00"}
    assert sum(map(Decimal, due(way))) == 0


async def test_a_request_that_a_provider_refuses_books_nothing_and_its_payment_later_does(way):
    """The failed payment stays in Lago's list of payments beside the one that succeeds."""
    way.lago.issues_receipts = True
    ids = await billed(way, 2)
    for lago_id in ids:
        billing.mark_as_overdue(way.lago, lago_id)
    sent = {"external_customer_id": "acme", "lago_invoice_ids": ids}
    requested = payment_requests.create(way.lago, sent)["lago_id"]
    settlement.refuse_request(way.lago, requested)
    refused = await way.carry(repeats=2)
    before = booked(way)
    payment = settlement.pay_request(way.lago, requested, how="charged_at_once")

    carried = await way.carry(repeats=2)

    assert (refused.rejections, set(refused.rules)) == ([], {"event_type"})
    assert before == {}
    assert carried.rejections == []
    assert booked(way) == {f"lago-pay-{payment['lago_id']}": "200.00"}
    assert due(way) == ["0.00"] * 2

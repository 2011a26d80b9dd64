"""From Lago's webhooks to the books: purchases of prepaid credit, their payments, and what wallets pay."""

from __future__ import annotations

import pytest

from consumer.sandbox.lago import (
    billing,
    crediting,
    manual_payments,
    settlement,
    wallet_transactions,
    wallets,
)
from tests.support.lago_to_netsuite import LagoToNetSuite

USAGE = [{"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}]


@pytest.fixture
def way():
    made = LagoToNetSuite()
    made.lago.upsert_customer("acme", currency="EUR")
    yield made
    made.close()


def bought(way, **changes):
    """The id of the invoice of a purchase of 50.00."""
    wallet = wallets.open_wallet(way.lago, "acme", **changes)
    sent = {"wallet_id": wallet["lago_id"], "paid_credits": "50.0"}
    [transaction] = wallet_transactions.create(way.lago, sent)
    return transaction["lago_invoice_id"]


def booked(way, record_type):
    return {one["externalid"]: (one["total"], one.get("amountremaining")) for one in way.records(record_type)}


async def test_a_purchase_is_an_invoice_and_wallets_are_ignored_by_name(way):
    """Each of Lago's webhooks of wallets and transactions, twice."""
    invoice = bought(way)

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert carried.rules == ["event_type"] * 4
    assert booked(way, "invoice") == {f"lago-inv-{invoice}": ("50.00", "50.00")}


async def test_a_payment_of_a_purchase_is_booked_once(way):
    """By hand, so that the only event is the invoice's new status."""
    invoice = bought(way)
    sent = {"invoice_id": invoice, "amount_cents": 5_000, "reference": "SEPA 1"}
    payment = manual_payments.record(way.lago, sent)

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert [one["externalid"] for one in way.records("customerpayment")] == [f"lago-pay-{payment['lago_id']}"]
    assert booked(way, "invoice") == {f"lago-inv-{invoice}": ("50.00", "0.00")}


@pytest.mark.parametrize("has_receipts", [True, False])
async def test_a_payment_that_makes_a_purchase_final_is_booked(way, has_receipts):
    """It was made while the invoice was open; without receipts no event tells of it but the invoice's own."""
    way.lago.issues_receipts = has_receipts
    invoice = bought(way, invoice_requires_successful_payment=True)
    payment = settlement.pay(way.lago, [invoice], how="charged_at_once")

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert [one["externalid"] for one in way.records("customerpayment")] == [f"lago-pay-{payment['lago_id']}"]
    assert booked(way, "invoice") == {f"lago-inv-{invoice}": ("50.00", "0.00")}


async def test_what_a_wallet_pays_of_an_invoice_is_a_line_of_it(way):
    """The invoice is due for the rest; a void gives the credit back to the wallet alone."""
    invoice = bought(way)
    settlement.pay(way.lago, [invoice], how="settled_later")
    billed = billing.bill(way.lago, "acme", USAGE)

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert booked(way, "invoice")[f"lago-inv-{billed['lago_id']}"] == ("50.00", "50.00")


async def test_a_refunded_purchase_is_a_credit_memo(way):
    """The void of its credits is ignored by name."""
    invoice = bought(way)
    settlement.pay(way.lago, [invoice], how="settled_later")
    note = crediting.credit(way.lago, invoice, to="refund")

    carried = await way.carry(repeats=2)

    assert carried.rejections == []
    assert {one["externalid"] for one in way.records("creditmemo")} == {f"lago-cn-{note['lago_id']}"}

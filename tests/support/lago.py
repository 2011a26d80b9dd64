"""
Webhooks of the emulated Lago about one customer and one invoice, so that a test states only what it is about.

Every builder takes further members by keyword, which replace what Lago has computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from consumer.sandbox.lago import (
    credit_notes,
    customers,
    invoices,
    note_amounts,
    payments,
    serializers,
    subscriptions,
)
from consumer.sandbox.lago import fees as priced_fees
from consumer.sandbox.lago.customers import address, link, no_address
from consumer.sandbox.lago.fees import ITEM_TYPES
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import PRECISION_DIGITS, SUBUNITS, Json, body, id_of, rounded, text_of
from consumer.sandbox.lago.note_amounts import Part, Split

__all__ = [
    "PRECISION_DIGITS",
    "SUBUNITS",
    "Discounts",
    "Json",
    "Split",
    "address",
    "link",
    "no_address",
    "rounded",
    "text_of",
]

ORGANIZATION_ID = "5d0c3b52-6f0f-4f0e-9a39-6a8f0f3c1e01"
CUSTOMER_ID = "c3a6f2de-2c3b-4d77-9a7e-0d7f8b1a2c03"
INVOICE_ID = "1f0e5a44-98a5-4b0c-8f5e-7d1c2b3a4d05"
SUBSCRIPTION_ID = "5b5a1c9e-4e0d-4a59-8c1f-2f3e4d5c6b07"
BILLING_ENTITY = "acme-eu"
CUSTOMER_FACING_URL = "https://app.getlago.example/acme"
_OWNER = {
    "lago_invoice_id": INVOICE_ID,
    "lago_subscription_id": SUBSCRIPTION_ID,
    "external_subscription_id": "sub_nordlicht",
    "lago_customer_id": CUSTOMER_ID,
    "external_customer_id": "cus_7f21c0",
}

_NONE = Discounts()

# --- customers --------------------------------------------------------------------------------------------


def customer(**changes: Any) -> Json:
    """A customer, by default a company in Berlin; ``integration_customers`` only when given."""
    return customers.customer(**{"lago_id": CUSTOMER_ID, "external_id": "cus_7f21c0"} | changes)


def individual(**changes: Any) -> Json:
    """A natural person."""
    return customer(
        **{"customer_type": "individual", "name": None, "firstname": "Ada", "lastname": "Weiss"} | changes
    )


# --- fees -------------------------------------------------------------------------------------------------


def fee(kind: str = "charge", code: str | None = None, **changes: Any) -> Json:
    """
    One fee.

    `units` and `unit_price` (major units) make its amount once the invoice gives the currency; `tax_rate` is
    in percent. Members of ``item`` go by `item`, and replace single ones.
    """
    return priced_fees.fee(kind, code, of=_OWNER, **changes)


def every_fee_type(tax_rate: int = 0) -> list[Json]:
    """One fee of each type that Lago documents, 10.00 each."""
    return [fee(kind, tax_rate=tax_rate) for kind in ITEM_TYPES]


# --- invoices ---------------------------------------------------------------------------------------------


def invoice(
    fees: Sequence[Json] | None = None,
    *,
    currency: str = "EUR",
    discounts: Discounts = _NONE,
    **changes: Any,
) -> Json:
    """
    A finalised invoice whose figures are those Lago would compute from the fees and discounts.

    Discounts before tax are shared out over the fees by amount; the tax of each fee and that of the invoice,
    one a rate, are rounded separately (lago-api ``Fees::ApplyTaxesService`` and its namesake for invoices).
    """
    built = invoices.invoice(
        [fee()] if fees is None else fees,
        currency=currency,
        discounts=discounts,
        lago_id=INVOICE_ID,
        number="ACM-3F21-202608-057",
        sequential_id=6,
        web_url=f"{CUSTOMER_FACING_URL}/customer/{CUSTOMER_ID}/invoice/{INVOICE_ID}/overview",
        customer=customer(currency=currency),
        subscriptions=[subscription()],
        billing_periods=[billing_period()],
    )
    return built | {"credits": _credits(built["credits"], discounts, currency)} | changes


def _credits(before_tax: list[Json], discounts: Discounts, currency: str) -> list[Json]:
    note, on, cents = "ACM-3F21-202606-011-CN001", "ACM-3F21-202606-011", discounts.credit_notes
    return [*before_tax, credit("credit_note", note, on, cents, currency)] if cents else before_tax


def credit(kind: str, code: str, name: str, cents: int, currency: str = "EUR") -> Json:
    """One entry of ``credits``."""
    return invoices.credit(kind, code, name, cents, currency, INVOICE_ID)


def subscription(**changes: Any) -> Json:
    """The subscription that fees belong to."""
    return subscriptions.subscription(_OWNER, **changes)


def billing_period(**changes: Any) -> Json:
    """July 2026 in Berlin."""
    return subscriptions.billing_period(_OWNER, "enterprise", **changes)


# --- credit notes and payments ----------------------------------------------------------------------------


def part(
    cents: int | Fraction = 1000,
    *,
    of_cents: int | None = None,
    coupon: int = 0,
    currency: str = "EUR",
    **changes: Any,
) -> Part:
    """
    What a credit note credits of a fee: all of it, or `cents` of `of_cents`.

    `coupon` is the whole fee's share of the discounts; the changes are those of the fee.
    """
    whole = int(cents) if of_cents is None else of_cents
    return Part(fee=priced_fees.with_amounts(fee(**changes), whole, Decimal(coupon), currency), cents=cents)


def credit_note(*parts: Part, split: Split | None = None, **changes: Any) -> Json:
    """A credit note on the invoice, by default of 10.00 without tax, spent on later invoices."""
    credited = parts or (part(),)
    split = split or Split(credit=note_amounts.total_of(credited))
    named = {"lago_id": id_of("credit note"), "number": "ACM-3F21-202608-057-CN001"}
    of = invoice(currency=credited[0].fee["amount_currency"])
    built = credit_notes.credit_note(of, credited, split, **named)
    return built | {"items": serializers.shown_items(built["items"])} | changes


def credit_note_item(**changes: Any) -> Json:
    """One item of a credit note: 10.00 of the charge."""
    return credit_notes.item(part(), id_of("credit note"), "EUR") | changes


def payment(**changes: Any) -> Json:
    """A provider's payment of 10.00 for the invoice, which its own webhook has settled."""
    named = {
        "lago_id": id_of("payment"),
        "external_payment_id": "pi_3Q0aXk",
        "provider_payment_id": "pi_3Q0aXk",
    }
    return payments.payment([invoice()], 1000, "settled_later", **named | changes)


def payment_receipt(**changes: Any) -> Json:
    """The receipt of a manual payment."""
    by_hand = payments.payment([invoice()], 1000, "manual", lago_id=id_of("payment"), reference="SEPA 4711")
    return payments.receipt(by_hand, "ACM-3F21-018-RCPT-000007") | changes


# --- events -----------------------------------------------------------------------------------------------


def event(webhook_type: str, content: Json, *, object_type: str | None = None, **changes: Any) -> Json:
    """The four members of a webhook; the object's type is by default the event's first word."""
    kind = object_type or webhook_type.partition(".")[0]
    included = serializers.INCLUDES.get(webhook_type)
    if included is not None and isinstance(content, dict):
        content = serializers.chosen(content, included)
    return serializers.envelope(ORGANIZATION_ID, webhook_type, kind, content) | changes


def customer_event(webhook_type: str = "customer.updated", **changes: Any) -> bytes:
    """The bytes of a customer event."""
    return body(event(webhook_type, customer(**{"integration_customers": []} | changes)))


def invoice_event(
    webhook_type: str = "invoice.created", content: Json | None = None, **changes: Any
) -> bytes:
    """The bytes of an invoice event."""
    return body(event(webhook_type, (content or invoice()) | changes))

"""
Lago's webhook bodies, complete and computed the way Lago computes them: all data is our own.

Amounts of an invoice follow from its fees and discounts (`invoice`), so that a test states only what it is
about. Every builder takes further members by keyword, which replace what was built.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

Json = dict[str, Any]

ORGANIZATION_ID = "5d0c3b52-6f0f-4f0e-9a39-6a8f0f3c1e01"
CUSTOMER_ID = "c3a6f2de-2c3b-4d77-9a7e-0d7f8b1a2c03"
INVOICE_ID = "1f0e5a44-98a5-4b0c-8f5e-7d1c2b3a4d05"
SUBSCRIPTION_ID = "5b5a1c9e-4e0d-4a59-8c1f-2f3e4d5c6b07"
BILLING_ENTITY = "acme-eu"
CUSTOMER_FACING_URL = "https://app.getlago.example/acme"

# Subunits of one unit, Lago's own table; 100 where a currency is not named.
SUBUNITS = {"JPY": 1, "HUF": 1, "KRW": 1, "KWD": 1000, "BHD": 1000, "CLF": 10_000, "MRO": 5}
PRECISION_DIGITS = 80

ITEM_TYPES = {
    "charge": "BillableMetric",
    "add_on": "AddOn",
    "fixed_charge": "AddOn",
    "credit": "WalletTransaction",
    "subscription": "Subscription",
    "commitment": "Subscription",
    "product": "Product",
}
DATED_TYPES = frozenset({"charge", "add_on", "fixed_charge", "subscription"})


def id_of(*names: object) -> str:
    """A uuid that is always the same for the same names."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, names))))


def rounded(number: Decimal) -> int:
    """Half away from zero, as Lago's database rounds."""
    with localcontext(prec=PRECISION_DIGITS):
        return int(number.to_integral_value(ROUND_HALF_UP))


def text_of(number: Decimal) -> str:
    """A decimal as Lago writes it: plain, with a decimal point (``15.0``)."""
    with localcontext(prec=PRECISION_DIGITS):
        text = f"{number.normalize():f}"
    return text if "." in text else f"{text}.0"


# --- customers --------------------------------------------------------------------------------------------


def address(**changes: Any) -> Json:
    """A postal address."""
    return {
        "address_line1": "Torstraße 140",
        "address_line2": "2. Hinterhof",
        "city": "Berlin",
        "zipcode": "10119",
        "state": "Berlin",
        "country": "DE",
    } | changes


def no_address() -> Json:
    """The address object of a customer who has given none; Lago sends it all the same."""
    return dict.fromkeys(address())


def link(code: str = "netsuite-eu", **changes: Any) -> Json:
    """A customer's link to a NetSuite customer."""
    return {
        "lago_id": id_of("link", code),
        "external_customer_id": "48213",
        "type": "netsuite",
        "integration_code": code,
        "code": code,
        "is_default": True,
        "category": "accounting",
        "sync_with_provider": True,
        "subsidiary_id": "4",
    } | changes


def customer(**changes: Any) -> Json:
    """A customer, by default a company in Berlin; ``integration_customers`` only when given."""
    built = {
        "lago_id": CUSTOMER_ID,
        "billing_entity_code": BILLING_ENTITY,
        "external_id": "cus_7f21c0",
        "account_type": "customer",
        "name": "Nordlicht Analytik GmbH",
        "firstname": None,
        "lastname": None,
        "customer_type": "company",
        "sequential_id": 18,
        "slug": "ACM-3F21-018",
        "created_at": "2026-03-02T09:15:42Z",
        "updated_at": "2026-08-01T00:04:11Z",
        "email": "ap@nordlicht.example,billing@nordlicht.example",
        "url": "https://nordlicht.example",
        "phone": "+49 30 5550111, +49 30 5550112",
        "logo_url": None,
        "legal_name": "Nordlicht Analytik GmbH",
        "legal_number": "HRB 210045",
        "currency": "EUR",
        "tax_identification_number": "DE999999999",
        "timezone": "Europe/Berlin",
        "applicable_timezone": "Europe/Berlin",
        "net_payment_term": 30,
        "external_salesforce_id": None,
        "finalize_zero_amount_invoice": "inherit",
        "billing_configuration": {"invoice_grace_period": None, "payment_provider": None},
        "shipping_address": no_address(),
        "skip_invoice_custom_sections": False,
        "metadata": [_metadatum("crm_segment", "mid_market")],
    }
    return built | address() | changes


def individual(**changes: Any) -> Json:
    """A natural person."""
    return customer(
        **{"customer_type": "individual", "name": None, "firstname": "Ada", "lastname": "Weiss"} | changes
    )


def _metadatum(key: str, value: str) -> Json:
    return {
        "lago_id": id_of("metadatum", key),
        "key": key,
        "value": value,
        "display_in_invoice": False,
        "created_at": "2026-03-02T09:15:42Z",
    }


# --- fees -------------------------------------------------------------------------------------------------


def fee(kind: str = "charge", code: str | None = None, **changes: Any) -> Json:
    """
    One fee.

    `units` and `unit_price` (major units) make its amount once the invoice gives the currency; `tax_rate` is
    in percent. Members of ``item`` go by `item`, and replace single ones.
    """
    code = code or {"credit": "credit", "subscription": "enterprise", "commitment": "enterprise"}.get(
        kind, "api_calls"
    )
    is_of_subscription = kind in {"charge", "fixed_charge", "subscription", "commitment"}
    built: Json = {
        "lago_id": id_of("fee", kind, code),
        "lago_charge_id": id_of("charge", code) if kind == "charge" else None,
        "lago_charge_filter_id": None,
        "lago_fixed_charge_id": id_of("fixed charge", code) if kind == "fixed_charge" else None,
        "lago_invoice_id": INVOICE_ID,
        "lago_true_up_fee_id": None,
        "lago_true_up_parent_fee_id": None,
        "lago_original_fee_id": None,
        "lago_subscription_id": SUBSCRIPTION_ID if is_of_subscription else None,
        "external_subscription_id": "sub_nordlicht" if is_of_subscription else None,
        "lago_customer_id": CUSTOMER_ID if is_of_subscription else None,
        "external_customer_id": "cus_7f21c0" if is_of_subscription else None,
        "item": _item(kind, code) | changes.pop("item", {}),
        "pay_in_advance": False,
        "invoiceable": True,
        "units": text_of(Decimal(changes.pop("units", 1))),
        "precise_unit_amount": text_of(Decimal(changes.pop("unit_price", 10))),
        "taxes_rate": float(changes.pop("tax_rate", 0)),
        "total_aggregated_units": None,
        "description": None,
        "events_count": 12 if kind == "charge" else None,
        "payment_status": "pending",
        "created_at": "2026-08-01T00:05:02Z",
        "succeeded_at": None,
        "failed_at": None,
        "refunded_at": None,
        "amount_details": {},
        "self_billed": False,
        "pricing_unit_details": None,
        "presentation_breakdowns": [],
    }
    if kind in DATED_TYPES:
        built |= {"from_date": "2026-06-30T22:00:00+00:00", "to_date": "2026-07-31T21:59:59+00:00"}
    return built | changes


def _item(kind: str, code: str) -> Json:
    return {
        "type": kind,
        "code": code,
        "name": code.replace("_", " ").capitalize(),
        "description": None,
        "invoice_display_name": code,
        "filters": None,
        "filter_invoice_display_name": None,
        "lago_item_id": id_of("item", kind, code),
        "item_type": ITEM_TYPES.get(kind, "Unknown"),
        "grouped_by": {},
    }


def every_fee_type(tax_rate: int = 0) -> list[Json]:
    """One fee of each type that Lago documents, 10.00 each."""
    return [fee(kind, tax_rate=tax_rate) for kind in ITEM_TYPES]


# --- invoices ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounts:
    """The reductions of an invoice, in subunits; coupons and progressive billing apply before tax."""

    coupons: int = 0
    progressive: int = 0
    credit_notes: int = 0
    prepaid: int = 0


def invoice(
    fees: Sequence[Json] | None = None,
    *,
    currency: str = "EUR",
    discounts: Discounts = Discounts(),
    **changes: Any,
) -> Json:
    """
    A finalised invoice whose figures are those Lago would compute from the fees and discounts.

    Discounts before tax are shared out over the fees by amount; the tax of each fee and that of the invoice,
    one a rate, are rounded separately (lago-api ``Fees::ApplyTaxesService`` and its namesake for invoices).
    """
    with localcontext(prec=PRECISION_DIGITS):
        billed = _billed(
            fees if fees is not None else [fee()], currency, discounts.coupons + discounts.progressive
        )
    applied_taxes = _applied_taxes(billed, currency)
    fees_cents = sum(each["amount_cents"] for each in billed)
    taxes_cents = sum(tax["amount_cents"] for tax in applied_taxes)
    net_cents = fees_cents - discounts.coupons - discounts.progressive
    total_cents = net_cents + taxes_cents - discounts.credit_notes - discounts.prepaid
    built = _invoice_head(currency) | {
        "fees_amount_cents": fees_cents,
        "taxes_amount_cents": taxes_cents,
        "progressive_billing_credit_amount_cents": discounts.progressive,
        "coupons_amount_cents": discounts.coupons,
        "credit_notes_amount_cents": discounts.credit_notes,
        "prepaid_credit_amount_cents": discounts.prepaid,
        "sub_total_excluding_taxes_amount_cents": net_cents,
        "sub_total_including_taxes_amount_cents": net_cents + taxes_cents,
        "total_amount_cents": total_cents,
        "total_due_amount_cents": total_cents,
        "customer": customer(currency=currency),
        "subscriptions": [subscription()],
        "billing_periods": [billing_period()],
        "fees": billed,
        "credits": _credits(discounts, currency),
        "applied_taxes": applied_taxes,
        "applied_invoice_custom_sections": [],
    }
    return built | changes


def _invoice_head(currency: str) -> Json:
    return {
        "lago_id": INVOICE_ID,
        "billing_entity_code": BILLING_ENTITY,
        "sequential_id": 6,
        "number": "ACM-3F21-202608-057",
        "purchase_order_number": None,
        "issuing_date": "2026-08-01",
        "payment_due_date": "2026-08-31",
        "net_payment_term": 30,
        "invoice_type": "subscription",
        "status": "finalized",
        "payment_status": "pending",
        "payment_dispute_lost_at": None,
        "payment_overdue": False,
        "currency": currency,
        "total_paid_amount_cents": 0,
        "total_offsetted_credit_note_amount_cents": 0,
        "prepaid_granted_credit_amount_cents": None,
        "prepaid_purchased_credit_amount_cents": None,
        "file_url": None,
        "xml_url": None,
        "web_url": f"{CUSTOMER_FACING_URL}/customer/{CUSTOMER_ID}/invoice/{INVOICE_ID}/overview",
        "version_number": 4,
        "self_billed": False,
        "created_at": "2026-08-01T00:05:01Z",
        "updated_at": "2026-08-01T00:05:06Z",
        "voided_at": None,
    }


def _billed(fees: Sequence[Json], currency: str, discount_cents: int) -> list[Json]:
    subunits = SUBUNITS.get(currency, 100)
    amounts = [each["amount_cents"] if "amount_cents" in each else _priced(each, subunits) for each in fees]
    whole = sum(amounts)
    return [
        _with_amounts(each, cents, Decimal(discount_cents) * cents / whole if whole else Decimal(0), currency)
        for each, cents in zip(fees, amounts, strict=True)
    ]


def _priced(fee_before: Json, subunits: int) -> int:
    return rounded(Decimal(fee_before["units"]) * Decimal(fee_before["precise_unit_amount"]) * subunits)


def _with_amounts(fee_before: Json, cents: int, share: Decimal, currency: str) -> Json:
    subunits = SUBUNITS.get(currency, 100)
    exact_tax = (cents - share) * Decimal(str(fee_before["taxes_rate"])) / 100
    figures = {
        "amount_cents": cents,
        "amount_currency": currency,
        "precise_amount": text_of(Decimal(cents) / subunits),
        "precise_total_amount": text_of((cents - share + exact_tax) / subunits),
        "taxes_amount_cents": rounded(exact_tax),
        "taxes_precise_amount": text_of(round(exact_tax / subunits, 15)),
        "total_amount_cents": cents + rounded(exact_tax),
        "total_amount_currency": currency,
        "precise_coupons_amount_cents": text_of(round(share, 5)),
        "sub_total_excluding_taxes_amount_cents": rounded(cents - share),
        "sub_total_excluding_taxes_precise_amount_cents": text_of(cents - share),
    }
    return figures | deepcopy(fee_before)


def _applied_taxes(fees: Sequence[Json], currency: str) -> list[Json]:
    rates = sorted({each["taxes_rate"] for each in fees if each["taxes_rate"]})
    return [
        _applied_tax(rate, [each for each in fees if each["taxes_rate"] == rate], currency) for rate in rates
    ]


def _applied_tax(rate: float, fees: Sequence[Json], currency: str) -> Json:
    with localcontext(prec=PRECISION_DIGITS):
        base = sum(
            (Decimal(each["sub_total_excluding_taxes_precise_amount_cents"]) for each in fees), Decimal(0)
        )
        cents = rounded(base * Decimal(str(rate)) / 100)
    code = f"vat_{rate:g}".replace(".", "_")
    return {
        "lago_id": id_of("applied tax", rate),
        "lago_invoice_id": INVOICE_ID,
        "lago_tax_id": id_of("tax", rate),
        "tax_name": f"VAT {rate:g} %",
        "tax_code": code,
        "tax_rate": rate,
        "tax_description": None,
        "amount_cents": cents,
        "amount_currency": currency,
        "fees_amount_cents": rounded(base),
        "created_at": "2026-08-01T00:05:03Z",
    }


def _credits(discounts: Discounts, currency: str) -> list[Json]:
    kinds = (
        ("coupon", "summer", "Summer sale", discounts.coupons),
        ("invoice", "ACM-3F21-202607-031", "ACM-3F21-202607-031", discounts.progressive),
        ("credit_note", "ACM-3F21-202606-011-CN001", "ACM-3F21-202606-011", discounts.credit_notes),
    )
    return [credit(kind, code, name, cents, currency) for kind, code, name, cents in kinds if cents]


def credit(kind: str, code: str, name: str, cents: int, currency: str = "EUR") -> Json:
    """One entry of ``credits``."""
    return {
        "lago_id": id_of("credit", code),
        "amount_cents": cents,
        "amount_currency": currency,
        "before_taxes": kind != "credit_note",
        "item": {"lago_item_id": id_of("credit item", code), "type": kind, "code": code, "name": name},
        "invoice": {"lago_id": INVOICE_ID, "payment_status": "pending"},
    }


def subscription(**changes: Any) -> Json:
    """The subscription that fees belong to."""
    return {
        "lago_id": SUBSCRIPTION_ID,
        "external_id": "sub_nordlicht",
        "lago_customer_id": CUSTOMER_ID,
        "external_customer_id": "cus_7f21c0",
        "name": None,
        "plan_code": "enterprise",
        "plan_amount_cents": 49_900,
        "plan_amount_currency": "EUR",
        "status": "active",
        "billing_time": "calendar",
        "subscription_at": "2026-03-02T09:20:00Z",
        "started_at": "2026-03-02T09:20:00.000Z",
        "created_at": "2026-03-02T09:20:00Z",
    } | changes


def billing_period(**changes: Any) -> Json:
    """July 2026 in Berlin."""
    begins, ends = "2026-06-30T22:00:00Z", "2026-07-31T21:59:59Z"
    return {
        "lago_subscription_id": SUBSCRIPTION_ID,
        "external_subscription_id": "sub_nordlicht",
        "lago_plan_id": id_of("plan", "enterprise"),
        "subscription_from_datetime": begins,
        "subscription_to_datetime": ends,
        "charges_from_datetime": begins,
        "charges_to_datetime": ends,
        "fixed_charges_from_datetime": begins,
        "fixed_charges_to_datetime": ends,
        "invoicing_reason": "subscription_periodic",
    } | changes


# --- credit notes and payments ----------------------------------------------------------------------------


def credit_note(**changes: Any) -> Json:
    """A credit note of 10.00 on the invoice, untaxed, spent on later invoices."""
    return {
        "lago_id": id_of("credit note"),
        "billing_entity_code": BILLING_ENTITY,
        "sequential_id": 1,
        "number": "ACM-3F21-202608-057-CN001",
        "lago_invoice_id": INVOICE_ID,
        "invoice_number": "ACM-3F21-202608-057",
        "purchase_order_number": None,
        "issuing_date": "2026-08-05",
        "credit_status": "available",
        "refund_status": None,
        "reason": "other",
        "description": None,
        "currency": "EUR",
        "total_amount_cents": 1000,
        "precise_total_amount_cents": "1000.0",
        "taxes_amount_cents": 0,
        "precise_taxes_amount_cents": "0.0",
        "sub_total_excluding_taxes_amount_cents": 1000,
        "balance_amount_cents": 1000,
        "credit_amount_cents": 1000,
        "refund_amount_cents": 0,
        "offset_amount_cents": 0,
        "coupons_adjustment_amount_cents": 0,
        "taxes_rate": 0.0,
        "created_at": "2026-08-05T10:00:00Z",
        "updated_at": "2026-08-05T10:00:00Z",
        "file_url": None,
        "xml_url": None,
        "self_billed": False,
        "customer": customer(),
        "items": [credit_note_item()],
        "applied_taxes": [],
    } | changes


def credit_note_item(**changes: Any) -> Json:
    """One item of a credit note: 10.00 of the charge."""
    return {
        "lago_id": id_of("credit note item"),
        "amount_cents": 1000,
        "precise_amount_cents": "1000.0",
        "amount_currency": "EUR",
        "fee": _with_amounts(fee(), 1000, Decimal(0), "EUR"),
    } | changes


def payment(**changes: Any) -> Json:
    """A provider's payment of 10.00 for the invoice."""
    return {
        "lago_id": id_of("payment"),
        "lago_customer_id": CUSTOMER_ID,
        "external_customer_id": "cus_7f21c0",
        "invoice_ids": [INVOICE_ID],
        "invoice_numbers": ["ACM-3F21-202608-057"],
        "lago_payable_id": INVOICE_ID,
        "payable_type": "Invoice",
        "amount_cents": 1000,
        "amount_currency": "EUR",
        "status": "succeeded",
        "payment_status": "succeeded",
        "type": "provider",
        "reference": None,
        "payment_provider_code": "stripe_eu",
        "payment_provider_type": "PaymentProviders::StripeProvider",
        "external_payment_id": "pi_3Q0aXk",
        "provider_payment_id": "pi_3Q0aXk",
        "provider_customer_id": "cus_NrdL",
        "next_action": {},
        "created_at": "2026-08-03T11:12:13Z",
    } | changes


def payment_receipt(**changes: Any) -> Json:
    """The receipt of a manual payment."""
    manual = {
        "type": "manual",
        "reference": "SEPA 4711",
        "payment_provider_code": None,
        "payment_provider_type": None,
    }
    return {
        "lago_id": id_of("receipt"),
        "number": "ACM-3F21-018-RCPT-000007",
        "file_url": None,
        "xml_url": None,
        "payment": payment(**manual),
        "created_at": "2026-08-03T11:12:14Z",
    } | changes


# --- events -----------------------------------------------------------------------------------------------


def event(webhook_type: str, content: Json, *, object_type: str | None = None, **changes: Any) -> Json:
    """The four members of a webhook; the object's type is by default the event's first word."""
    object_type = object_type or webhook_type.partition(".")[0]
    return {
        "webhook_type": webhook_type,
        "object_type": object_type,
        "organization_id": ORGANIZATION_ID,
        object_type: content,
    } | changes


def body(content: object) -> bytes:
    """JSON as Lago's encoder writes it: compact UTF-8 with the five characters escaped that HTML minds."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def customer_event(webhook_type: str = "customer.updated", **changes: Any) -> bytes:
    """The bytes of a customer event."""
    return body(event(webhook_type, customer(**{"integration_customers": []} | changes)))


def invoice_event(
    webhook_type: str = "invoice.created", content: Json | None = None, **changes: Any
) -> bytes:
    """The bytes of an invoice event."""
    return body(event(webhook_type, (content or invoice()) | changes))

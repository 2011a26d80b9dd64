"""
Fees and their amounts (``V1::FeeSerializer``, ``Fees::ApplyTaxesService``).

A fee is priced in whole subunits; discounts before tax are distributed by amount, exact to five decimals of a
subunit; its tax is levied on the remainder.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from consumer.sandbox.lago import taxes
from consumer.sandbox.lago.notation import Json, id_of, rounded, subunits_of, text_of

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
SUBSCRIBED_TYPES = frozenset({"charge", "fixed_charge", "subscription", "commitment"})
_CODES = {"credit": "credit", "subscription": "enterprise", "commitment": "enterprise"}


def fee(kind: str = "charge", code: str | None = None, *, of: Json, **changes: Any) -> Json:
    """
    One fee without its amounts.

    Args:
        kind: Lago's fee type.
        code: of the metric, add-on, plan or product.
        of: the ids it belongs to: ``lago_invoice_id``, and of a subscription's fee ``lago_subscription_id``,
            ``external_subscription_id``, ``lago_customer_id``, ``external_customer_id``.
        changes: `units` and `unit_price` (major units) give its amount in the currency of the invoice,
            `tax_rate` is in percent, `taxes` are several instead (`consumer.sandbox.lago.taxes.of_sale`),
            `item` replaces members of the item; all others replace those of the fee.
    """
    several = taxes.of_sale(changes.pop("taxes", ()))
    rate = sum(tax.rate for tax in several) if several else float(changes.pop("tax_rate", 0))
    code = code or _CODES.get(kind, "api_calls")
    owner = of if kind in SUBSCRIBED_TYPES else dict.fromkeys(of) | {"lago_invoice_id": of["lago_invoice_id"]}
    built: Json = {
        "lago_id": id_of("fee", kind, code),
        "lago_charge_id": id_of("charge", code) if kind == "charge" else None,
        "lago_charge_filter_id": None,
        "lago_fixed_charge_id": id_of("fixed charge", code) if kind == "fixed_charge" else None,
        "lago_true_up_fee_id": None,
        "lago_true_up_parent_fee_id": None,
        "lago_original_fee_id": None,
        **owner,
        "item": item(kind, code) | changes.pop("item", {}),
        "pay_in_advance": False,
        "invoiceable": True,
        "units": text_of(Decimal(changes.pop("units", 1))),
        "precise_unit_amount": text_of(Decimal(changes.pop("unit_price", 10))),
        "taxes_rate": rate,
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
    return built | ({taxes.MEMBER: several} if several else {}) | changes


def item(kind: str, code: str) -> Json:
    """The item of a fee, such as a metric, an add-on or a plan."""
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


def billed(
    listed: Sequence[Json],
    currency: str,
    progressive_cents: int,
    coupons_cents: int,
    *,
    limited_to: Collection[str] = (),
    charged: Mapping[str, int] | None = None,
) -> list[Json]:
    """
    The fees with their amounts and their shares of the discounts before tax.

    Args:
        listed: without amounts, or with those that are to be kept.
        currency: of the invoice.
        progressive_cents: credit for progressive billing, on all fees by amount without `charged`.
        coupons_cents: coupon, on all fees by amount, or on those of the codes in `limited_to`.
        limited_to: codes of metrics or plans (lago-api ``Credits::AppliedCouponService``).
        charged: the amount that was billed progressively of each charge, by its id; credited on its fee
            alone, whatever the sum (``Credits::ProgressiveBillingService``).
    """
    amounts = amounts_of(listed, currency)
    progressive = _shares(progressive_cents, amounts)
    if charged is not None:
        known = (charged.get(each["lago_charge_id"], 0) for each in listed)
        progressive = [Decimal(min(cents, share)) for cents, share in zip(amounts, known, strict=True)]
    reduced = [
        cents - credited if not limited_to or each["item"]["code"] in limited_to else Decimal(0)
        for each, cents, credited in zip(listed, amounts, progressive, strict=True)
    ]
    coupons = _shares(coupons_cents, reduced)
    return [
        with_amounts(each, cents, credited + coupon, currency)
        for each, cents, credited, coupon in zip(listed, amounts, progressive, coupons, strict=True)
    ]


def amounts_of(listed: Sequence[Json], currency: str) -> list[int]:
    """The amounts of fees before discounts and tax, in subunits."""
    subunits = subunits_of(currency)
    return [each["amount_cents"] if "amount_cents" in each else priced(each, subunits) for each in listed]


def _shares(discount_cents: int, amounts: Sequence[int | Decimal]) -> list[Decimal]:
    whole = sum(amounts)
    return [Decimal(discount_cents) * cents / whole if whole else Decimal(0) for cents in amounts]


def sold_cents(sold: Json, currency: str) -> int:
    """The amount of what `consumer.sandbox.lago.billing.bill` takes for a fee, before discounts and tax."""
    return priced({"units": sold["units"], "precise_unit_amount": sold["unit_price"]}, subunits_of(currency))


def priced(fee_before: Json, subunits: int) -> int:
    """Units times price, in whole subunits."""
    return rounded(Decimal(fee_before["units"]) * Decimal(fee_before["precise_unit_amount"]) * subunits)


def with_amounts(fee_before: Json, cents: int, share: Decimal, currency: str) -> Json:
    """
    A fee with all its amounts; members that it already has are kept.

    Args:
        fee_before: without amounts.
        cents: before discounts and tax, in subunits.
        share: of the discounts before tax, in fractional subunits.
        currency: of the invoice.
    """
    subunits = subunits_of(currency)
    tax = (cents - share) * taxes.effective_percent(fee_before) / 100
    amounts = {
        "amount_cents": cents,
        "amount_currency": currency,
        "precise_amount": text_of(Decimal(cents) / subunits),
        "precise_total_amount": text_of((cents - share + tax) / subunits),
        "taxes_amount_cents": rounded(tax),
        "taxes_precise_amount": text_of(round(tax / subunits, 15)),
        "total_amount_cents": cents + rounded(tax),
        "total_amount_currency": currency,
        "precise_coupons_amount_cents": text_of(round(share, 5)),
        "sub_total_excluding_taxes_amount_cents": rounded(cents - share),
        "sub_total_excluding_taxes_precise_amount_cents": text_of(cents - share),
    }
    return amounts | deepcopy(fee_before)

"""
Invoices whose figures follow from their fees and discounts (``V1::InvoiceSerializer``).

The tax of each fee, that of each rate and that of the invoice are rounded separately
(``Fees::ApplyTaxesService``, ``Invoices::ApplyTaxesService``), so their sums may differ by some subunits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from consumer.sandbox.lago import fees, taxes
from consumer.sandbox.lago.notation import PRECISION_DIGITS, Json, id_of, rounded
from consumer.sandbox.lago.taxes import Tax

VERSION_NUMBER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounts:
    """
    The reductions of an invoice, in subunits; coupons and progressive billing apply before tax.

    Attributes:
        granted: the part of `prepaid` from granted credits; None where Lago does not state it.
        coupon_name: of the coupon.
        limited_to: codes of the metrics or plans whose fees alone the coupon reduces; of all when empty.
        progressive_of: number of the invoice of progressive billing that is credited.
        charged: what that invoice has of each charge, by its id; None reduces all fees by amount.
    """

    coupons: int = 0
    progressive: int = 0
    credit_notes: int = 0
    prepaid: int = 0
    granted: int | None = None
    coupon_name: str = "Summer sale"
    limited_to: Collection[str] = ()
    progressive_of: str = "ACM-3F21-202607-031"
    charged: Mapping[str, int] | None = None


def invoice(
    listed: Sequence[Json], *, currency: str, discounts: Discounts = Discounts(), **changes: Any
) -> Json:
    """
    A finalised invoice.

    Args:
        listed: its fees without amounts (`consumer.sandbox.lago.fees.fee`).
        currency: ISO code.
        discounts: its reductions.
        changes: replace members; ``lago_id``, ``number`` and ``customer`` are needed.
    """
    lago_id = changes["lago_id"]
    with localcontext(prec=PRECISION_DIGITS):
        billed = fees.billed(
            listed, currency, discounts.progressive, discounts.coupons, limited_to=discounts.limited_to,
            charged=discounts.charged,
        )  # fmt: skip
    applied = applied_taxes(billed, currency, lago_id)
    return (
        _head(currency)
        | _amounts(billed, discounts)
        | {
            "subscriptions": [],
            "billing_periods": [],
            "fees": billed,
            "credits": credits_before_tax(discounts, currency, lago_id),
            "applied_taxes": applied,
            "applied_invoice_custom_sections": [],
        }
        | changes
    )


def _amounts(billed: Sequence[Json], discounts: Discounts) -> Json:
    fees_cents = sum(each["amount_cents"] for each in billed)
    taxes_cents = _taxes_cents(billed)
    net_cents = fees_cents - discounts.coupons - discounts.progressive
    total_cents = net_cents + taxes_cents - discounts.credit_notes - discounts.prepaid
    granted = discounts.granted
    return {
        "fees_amount_cents": fees_cents,
        "taxes_amount_cents": taxes_cents,
        "progressive_billing_credit_amount_cents": discounts.progressive,
        "coupons_amount_cents": discounts.coupons,
        "credit_notes_amount_cents": discounts.credit_notes,
        "prepaid_credit_amount_cents": discounts.prepaid,
        "prepaid_granted_credit_amount_cents": granted,
        "prepaid_purchased_credit_amount_cents": None if granted is None else discounts.prepaid - granted,
        "sub_total_excluding_taxes_amount_cents": net_cents,
        "sub_total_including_taxes_amount_cents": net_cents + taxes_cents,
        "total_amount_cents": total_cents,
        "total_due_amount_cents": total_cents,
    }


def _taxes_cents(billed: Sequence[Json]) -> int:
    """The exact taxes of all rates together, rounded once."""
    with localcontext(prec=PRECISION_DIGITS):
        return rounded(
            sum((_exact_tax(tax, _taxed_by(tax, billed)) for tax in taxes.of_fees(billed)), Decimal(0))
        )


def _taxed_by(tax: Tax, billed: Sequence[Json]) -> list[Json]:
    return [each for each in billed if tax in taxes.of_fee(each)]


def _base(taxed: Sequence[Json]) -> Decimal:
    bases = (Decimal(each["sub_total_excluding_taxes_precise_amount_cents"]) for each in taxed)
    return sum(bases, Decimal(0))


def _exact_tax(tax: Tax, taxed: Sequence[Json]) -> Decimal:
    return _base(taxed) * tax.effective_percent / 100


def _head(currency: str) -> Json:
    return {
        "billing_entity_code": "acme-eu",
        "sequential_id": 1,
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
        "file_url": None,
        "xml_url": None,
        "web_url": None,
        "version_number": VERSION_NUMBER,
        "self_billed": False,
        "created_at": "2026-08-01T00:05:01Z",
        "updated_at": "2026-08-01T00:05:06Z",
        "voided_at": None,
    }


def applied_taxes(billed: Sequence[Json], currency: str, lago_id: str) -> list[Json]:
    """The taxes of the whole invoice, each once."""
    return [_applied_tax(tax, _taxed_by(tax, billed), currency, lago_id) for tax in taxes.of_fees(billed)]


def _applied_tax(tax: Tax, taxed: Sequence[Json], currency: str, lago_id: str) -> Json:
    with localcontext(prec=PRECISION_DIGITS):
        base, cents = _base(taxed), rounded(_exact_tax(tax, taxed))
    return {
        "lago_id": id_of("applied tax", lago_id, tax.code, tax.rate),
        "lago_invoice_id": lago_id,
        "lago_tax_id": id_of("tax", tax.code),
        "tax_name": tax.name,
        "tax_code": tax.code,
        "tax_rate": tax.rate,
        "tax_description": None,
        "amount_cents": cents,
        "amount_currency": currency,
        "fees_amount_cents": rounded(base),
        "created_at": "2026-08-01T00:05:03Z",
    }


def credits_before_tax(discounts: Discounts, currency: str, lago_id: str) -> list[Json]:
    """The entries of ``credits`` for coupons and progressive billing; prepaid credit has none."""
    kinds = (
        ("coupon", "summer", discounts.coupon_name, discounts.coupons),
        ("invoice", discounts.progressive_of, discounts.progressive_of, discounts.progressive),
    )
    return [credit(kind, code, name, cents, currency, lago_id) for kind, code, name, cents in kinds if cents]


def credit(  # noqa: PLR0913 - what an entry says
    kind: str, code: str, name: str, cents: int, currency: str, lago_id: str, *, item_id: str | None = None
) -> Json:
    """One entry of ``credits``; of a credit note, `name` is the number of the invoice it was issued on."""
    item = {"lago_item_id": item_id or id_of("credit item", code), "type": kind, "code": code, "name": name}
    return {
        "lago_id": id_of("credit", lago_id, code),
        "amount_cents": cents,
        "amount_currency": currency,
        "before_taxes": kind != "credit_note",
        "item": item,
        "invoice": {"lago_id": lago_id, "payment_status": "pending"},
    }

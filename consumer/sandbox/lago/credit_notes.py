"""
Credit notes as Lago serialises them (``V1::CreditNoteSerializer``, ``CreditNotes::ApplyTaxesService``).

Each tax is levied on what is left of the items after their shares of the discounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from consumer.sandbox.lago import note_amounts, taxes
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.note_amounts import Figures, Part, Split, cents_of, rounded_cents, text_of_cents
from consumer.sandbox.lago.taxes import Tax

REFUND_ERROR = "credit_note_payment_provider_refund_error"
"""Lago's object type of a refund that a payment provider has refused."""


def refund_error(note: Json, message: str) -> Json:
    """The object of ``credit_note.refund_failure`` (``PaymentProviderRefundErrorSerializer``)."""
    customer = note["customer"]
    return {
        "lago_credit_note_id": note["lago_id"],
        "lago_customer_id": customer["lago_id"],
        "external_customer_id": customer["external_id"],
        "provider_customer_id": "cus_NrdL",
        "payment_provider": "stripe",
        "provider_error": {"message": message, "error_code": "expired_or_canceled_card"},
    }


def credit_note(
    invoice: Json, parts: Sequence[Part], split: Split, figures: Figures | None = None, **changes: Any
) -> Json:
    """
    A finalised credit note (``V1::CreditNoteSerializer``).

    Args:
        invoice: the one it is issued on.
        parts: the fees that it credits.
        split: of its total.
        figures: its exact amounts; those of the parts alone when None.
        changes: replace members; ``lago_id`` and ``number`` are needed.
    """
    figures = figures or note_amounts.figures_of(parts)
    return {
        "billing_entity_code": invoice["billing_entity_code"],
        "sequential_id": 1,
        "lago_invoice_id": invoice["lago_id"],
        "invoice_number": invoice["number"],
        "purchase_order_number": invoice["purchase_order_number"],
        "issuing_date": "2026-08-05",
        "credit_status": "available",
        "refund_status": "pending" if split.refund else None,
        "reason": "other",
        "description": None,
        "currency": invoice["currency"],
        "total_amount_cents": split.total,
        "precise_total_amount_cents": text_of_cents(figures.total),
        "taxes_amount_cents": figures.taxes_cents,
        "precise_taxes_amount_cents": text_of_cents(figures.tax),
        "sub_total_excluding_taxes_amount_cents": figures.subtotal_cents,
        "balance_amount_cents": split.credit,
        "credit_amount_cents": split.credit,
        "refund_amount_cents": split.refund,
        "offset_amount_cents": split.offset,
        "coupons_adjustment_amount_cents": rounded_cents(figures.coupon),
        "taxes_rate": _weighted_rate(parts),
        "created_at": "2026-08-05T10:00:00Z",
        "updated_at": "2026-08-05T10:00:00Z",
        "file_url": None,
        "xml_url": None,
        "self_billed": invoice["self_billed"],
        "customer": invoice["customer"],
        "items": [item(part, changes["lago_id"], invoice["currency"]) for part in parts],
        "applied_taxes": _applied_taxes(parts, changes["lago_id"], invoice["currency"]),
    } | changes


def item(part: Part, note_id: str, currency: str) -> Json:
    """One item of a credit note, with its fee."""
    return {
        "lago_id": id_of("credit note item", note_id, part.fee["lago_id"]),
        "amount_cents": cents_of(part),
        "precise_amount_cents": text_of_cents(Fraction(part.cents)),
        "amount_currency": currency,
        "fee": part.fee,
    }


def _applied_taxes(parts: Sequence[Part], lago_id: str, currency: str) -> list[Json]:
    return [
        _applied_tax(tax, [part for part in parts if tax in taxes.of_fee(part.fee)], lago_id, currency)
        for tax in taxes.of_fees([part.fee for part in parts])
    ]


def _applied_tax(tax: Tax, parts: Sequence[Part], lago_id: str, currency: str) -> Json:
    base = sum((part.base for part in parts), Fraction(0))
    return {
        "lago_id": id_of("applied tax", lago_id, tax.code, tax.rate),
        "lago_credit_note_id": lago_id,
        "lago_tax_id": id_of("tax", tax.code),
        "tax_name": tax.name,
        "tax_code": tax.code,
        "tax_rate": tax.rate,
        "tax_description": None,
        "base_amount_cents": rounded_cents(base),
        "amount_cents": rounded_cents(base * Fraction(tax.effective_percent) / 100),
        "amount_currency": currency,
        "created_at": "2026-08-05T10:00:00Z",
    }


def _weighted_rate(parts: Sequence[Part]) -> float:
    base = sum((part.base for part in parts), Fraction(0))
    if not base:
        return 0.0
    weighted = sum((part.base * Fraction(str(part.fee["taxes_rate"])) for part in parts), Fraction(0)) / base
    return float(round(weighted, 5))

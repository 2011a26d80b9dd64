"""
Credit notes computed as lago-api does (``CreditNotes::ApplyTaxesService``, ``CreditNotes::EstimateService``).

An item includes its share of the fee's discounts; each tax is levied on the remainder; coupon and tax are
rounded once, for the whole note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from consumer.sandbox.lago import taxes
from consumer.sandbox.lago.notation import PRECISION_DIGITS, Json, id_of, rounded, text_of
from consumer.sandbox.lago.taxes import Tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The credited amount of one fee, before its discount and tax, in subunits."""

    fee: Json
    cents: int

    @property
    def coupon(self) -> Fraction:
        """The share of the fee's discounts."""
        whole = self.fee["amount_cents"]
        return (
            Fraction(self.fee["precise_coupons_amount_cents"]) * self.cents / whole if whole else Fraction(0)
        )

    @property
    def base(self) -> Fraction:
        """The amount on which tax is levied."""
        return self.cents - self.coupon

    @property
    def tax(self) -> Fraction:
        """The tax on what is left after the discount."""
        return self.base * Fraction(taxes.effective_percent(self.fee)) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How a note's total is split: credit for later invoices, refund, or offset against its own invoice."""

    credit: int = 0
    refund: int = 0
    offset: int = 0

    @property
    def total(self) -> int:
        """The sum of all three, in subunits."""
        return self.credit + self.refund + self.offset


def total_of(parts: Sequence[Part]) -> int:
    """The total of a note for these parts, in subunits."""
    coupon = _rounded(sum((part.coupon for part in parts), Fraction(0)))
    tax = sum((part.tax for part in parts), Fraction(0))
    return _rounded(sum(part.cents for part in parts) - coupon + tax)


def credit_note(invoice: Json, parts: Sequence[Part], split: Split, **changes: Any) -> Json:
    """
    A finalised credit note (``V1::CreditNoteSerializer``).

    Args:
        invoice: the one it is issued on.
        parts: the fees that it credits.
        split: of its total.
        changes: replace members; ``lago_id`` and ``number`` are needed.
    """
    coupon = sum((part.coupon for part in parts), Fraction(0))
    tax = sum((part.tax for part in parts), Fraction(0))
    net = sum(part.cents for part in parts)
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
        "precise_total_amount_cents": _text(net - coupon + tax),
        "taxes_amount_cents": _rounded(tax),
        "precise_taxes_amount_cents": _text(tax),
        "sub_total_excluding_taxes_amount_cents": net - _rounded(coupon),
        "balance_amount_cents": split.credit,
        "credit_amount_cents": split.credit,
        "refund_amount_cents": split.refund,
        "offset_amount_cents": split.offset,
        "coupons_adjustment_amount_cents": _rounded(coupon),
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
        "amount_cents": part.cents,
        "precise_amount_cents": text_of(Decimal(part.cents)),
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
        "base_amount_cents": _rounded(base),
        "amount_cents": _rounded(base * Fraction(tax.effective_percent) / 100),
        "amount_currency": currency,
        "created_at": "2026-08-05T10:00:00Z",
    }


def _weighted_rate(parts: Sequence[Part]) -> float:
    base = sum((part.base for part in parts), Fraction(0))
    if not base:
        return 0.0
    weighted = sum((part.base * Fraction(str(part.fee["taxes_rate"])) for part in parts), Fraction(0)) / base
    return float(round(weighted, 5))


def _rounded(amount: Fraction) -> int:
    with localcontext(prec=PRECISION_DIGITS):
        return rounded(Decimal(amount.numerator) / amount.denominator)


def _text(amount: Fraction) -> str:
    return text_of(round(Decimal(amount.numerator) / amount.denominator, 5))

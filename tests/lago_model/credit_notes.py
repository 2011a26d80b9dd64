"""
Credit notes computed as lago-api does (``CreditNotes::ApplyTaxesService``, ``CreditNotes::EstimateService``).

An item takes its share of the fee's coupon back; each tax is levied on what is left; coupon and tax are
rounded once, for the whole note. Notes that a person asks for have whole items. Those of a terminated
subscription have exact ones, so their rounded parts need not add up to their total, and Lago accepts a
difference of one subunit from everybody (``CreditNotes::ValidateService#valid_items_amount?``).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.lago_model.books import Account, Bill
from tests.support import lago

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is credited of one fee: exact subunits."""

    fee: Json
    amount: Fraction

    @property
    def coupon(self) -> Fraction:
        """The share of the fee's discounts."""
        whole = self.fee["amount_cents"]
        discount = Fraction(self.fee["precise_coupons_amount_cents"])
        return discount * self.amount / whole if whole else Fraction(0)

    @property
    def tax(self) -> Fraction:
        """The tax on what is left after the discount."""
        return (self.amount - self.coupon) * Fraction(str(self.fee["taxes_rate"])) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The figures of a note in whole subunits."""

    coupon: int
    tax: int
    total: int


def rounded(amount: Fraction) -> int:
    """Whole subunits, half away from zero."""
    with localcontext(prec=lago.PRECISION_DIGITS):
        return lago.rounded(Decimal(amount.numerator) / amount.denominator)


def parts(bill: Bill, share: Fraction, *, exact: bool) -> tuple[Part, ...]:
    """A share of what is left to credit of every fee; whole subunits unless they may be exact ones."""
    found = []
    for fee in bill.content["fees"]:
        left = fee["amount_cents"] - bill.credited.get(fee["lago_id"], 0)
        amount = Fraction(int(left * share * 2), 2) if exact else Fraction(int(left * share))
        if amount > 0:
            found.append(Part(fee=fee, amount=amount))
    return tuple(found)


def add_up(credited: tuple[Part, ...], *, exact: bool) -> Sum:
    """What the parts come to."""
    coupon = sum((part.coupon for part in credited), Fraction(0))
    tax = sum((part.tax for part in credited), Fraction(0))
    if exact:
        total = rounded(sum((part.amount for part in credited), Fraction(0)) - coupon + tax)
    else:
        total = rounded(sum(part.amount for part in credited) - rounded(coupon) + tax)
    return Sum(coupon=rounded(coupon), tax=rounded(tax), total=total)


def content(
    account: Account, bill: Bill, credited: tuple[Part, ...], figures: Sum, *, place: int, **split: Any
) -> Json:
    """The note as its events carry it; `split` gives its credit, refund and offset, and its description."""
    invoice = bill.content
    number = f"{invoice['number']}-CN{place:03d}"
    return lago.credit_note(
        lago_id=lago.id_of("credit note", number),
        sequential_id=place,
        number=number,
        lago_invoice_id=bill.lago_id,
        billing_entity_code=account.entity,
        invoice_number=invoice["number"],
        issuing_date="2026-08-28",
        currency=account.currency,
        refund_status="pending" if split["refund_amount_cents"] else None,
        total_amount_cents=figures.total,
        precise_total_amount_cents=text(_precise_total(credited)),
        taxes_amount_cents=figures.tax,
        precise_taxes_amount_cents=text(sum((part.tax for part in credited), Fraction(0))),
        sub_total_excluding_taxes_amount_cents=rounded(
            sum((part.amount - part.coupon for part in credited), Fraction(0))
        ),
        coupons_adjustment_amount_cents=figures.coupon,
        balance_amount_cents=split["credit_amount_cents"],
        customer=account.customer,
        items=[_item(part, number) for part in credited],
        applied_taxes=_taxes(credited, account.currency),
        taxes_rate=_rate(credited),
        created_at=f"2026-08-28T10:00:{place % 60:02d}Z",
        updated_at=f"2026-08-28T10:00:{place % 60:02d}Z",
        **split,
    )


def text(amount: Fraction) -> str:
    """An exact amount as Lago's decimals write it."""
    with localcontext(prec=lago.PRECISION_DIGITS):
        return lago.text_of(round(Decimal(amount.numerator) / amount.denominator, 5))


def _precise_total(credited: tuple[Part, ...]) -> Fraction:
    return sum((part.amount - part.coupon + part.tax for part in credited), Fraction(0))


def _item(part: Part, number: str) -> Json:
    return lago.credit_note_item(
        lago_id=lago.id_of("credit note item", number, part.fee["lago_id"]),
        amount_cents=rounded(part.amount),
        precise_amount_cents=text(part.amount),
        amount_currency=part.fee["amount_currency"],
        fee=part.fee,
    )


def _rate(credited: tuple[Part, ...]) -> float:
    net = sum((part.amount - part.coupon for part in credited), Fraction(0))
    tax = sum((part.tax for part in credited), Fraction(0))
    return round(float(tax * 100 / net), 5) if net else 0.0


def _taxes(credited: tuple[Part, ...], currency: str) -> list[Json]:
    rates = sorted({part.fee["taxes_rate"] for part in credited if part.fee["taxes_rate"]})
    by_rate = [(rate, [part for part in credited if part.fee["taxes_rate"] == rate]) for rate in rates]
    return [_tax(rate, taxed, currency) for rate, taxed in by_rate]


def _tax(rate: float, taxed: list[Part], currency: str) -> Json:
    return {
        "lago_id": lago.id_of("credit note tax", rate),
        "lago_tax_id": lago.id_of("tax", rate),
        "tax_name": f"VAT {rate:g} %",
        "tax_code": f"vat_{rate:g}".replace(".", "_"),
        "tax_rate": rate,
        "tax_description": None,
        "base_amount_cents": rounded(sum((part.amount - part.coupon for part in taxed), Fraction(0))),
        "amount_cents": rounded(sum((part.tax for part in taxed), Fraction(0))),
        "amount_currency": currency,
        "created_at": "2026-08-28T10:00:00Z",
    }

"""
Amounts of credit notes (lago-api ``CreditNotes::CreateService``, ``CreditNotes::EstimateService``).

An item includes its share of the fee's discounts. Coupon, tax and what is left of the items are rounded once,
for the whole note; exact amounts have five decimals of a subunit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from consumer.sandbox.lago import taxes
from consumer.sandbox.lago.notation import PRECISION_DIGITS, Json, rounded, text_of

EXACT_STEPS = 10**5
"""The parts of a subunit that Lago's database keeps of exact amounts (``CreditNote::DB_PRECISION_SCALE``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    The credited amount of one fee, before its discount and tax.

    Attributes:
        cents: in subunits; fractions where Lago divides an amount, such as that of a terminated subscription.
    """

    fee: Json
    cents: int | Fraction

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    The exact amounts of a note, in subunits.

    Attributes:
        items: what is credited of the fees.
        coupon: its share of their discounts.
        tax: on what is left.
    """

    items: Fraction
    coupon: Fraction
    tax: Fraction

    @property
    def subtotal_cents(self) -> int:
        """The items after the discounts, rounded."""
        return rounded_cents(self.items - self.coupon)

    @property
    def taxes_cents(self) -> int:
        """The tax, rounded."""
        return rounded_cents(self.tax)

    @property
    def total(self) -> Fraction:
        """The exact total."""
        return self.items - self.coupon + self.tax

    @property
    def rounding(self) -> Fraction:
        """The amount by which the rounded tax exceeds the exact one."""
        return self.taxes_cents - self.tax


def figures_of(parts: Sequence[Part], *, earlier_roundings: Fraction = Fraction(0)) -> Figures:
    """
    The exact amounts of a note for these parts.

    Args:
        parts: what it credits.
        earlier_roundings: of the taxes of all notes before it, if it credits the rest of its invoice: its tax
            makes up for them (``CreditNotes::CreateService#adjust_credit_note_tax_rounding``).
    """
    return Figures(
        items=Fraction(sum(part.cents for part in parts)),
        coupon=exact(sum((part.coupon for part in parts), Fraction(0))),
        tax=exact(sum((part.tax for part in parts), Fraction(0)) - earlier_roundings),
    )


def estimated_total(parts: Sequence[Part], figures: Figures) -> int:
    """The total that Lago proposes for a note, in subunits (``CreditNotes::EstimateService``)."""
    total = rounded_cents(sum(map(cents_of, parts)) - figures.coupon + figures.tax)
    return total - 1 if total - figures.taxes_cents > figures.subtotal_cents else total


def total_of(parts: Sequence[Part]) -> int:
    """The proposed total of a first note for these parts, in subunits."""
    return estimated_total(parts, figures_of(parts))


def adjusted(split: Split, figures: Figures) -> Json:
    """
    The amounts that Lago stores for a requested split, so that subtotal and tax make the total.

    A total that does not agree is changed by one subunit, and all of it but the refund becomes credit, or
    refund where nothing is credited: the offset is forgotten, so the three exceed the total
    (``CreditNotes::AdjustAmountsWithRoundingService``).
    """
    total, credit, refund = split.total, split.credit, split.refund
    excess = total - figures.taxes_cents - figures.subtotal_cents
    if excess:
        total += -1 if excess > 0 else 1
        credit, refund = (total - refund, refund) if credit else (0, total)
    return {
        "total_amount_cents": total,
        "credit_amount_cents": credit,
        "balance_amount_cents": credit,
        "refund_amount_cents": refund,
        "offset_amount_cents": split.offset,
    }


def cents_of(part: Part) -> int:
    """The whole subunits of a part, as its item states them."""
    return rounded_cents(Fraction(part.cents))


def rounded_cents(amount: Fraction) -> int:
    """Whole subunits, half away from zero."""
    with localcontext(prec=PRECISION_DIGITS):
        return rounded(Decimal(amount.numerator) / amount.denominator)


def exact(amount: Fraction) -> Fraction:
    """The amount as Lago's database keeps it, with five decimals."""
    return Fraction(rounded_cents(amount * EXACT_STEPS), EXACT_STEPS)


def text_of_cents(amount: Fraction) -> str:
    """An exact amount as Lago writes it."""
    with localcontext(prec=PRECISION_DIGITS):
        return text_of(Decimal(rounded_cents(amount * EXACT_STEPS)) / EXACT_STEPS)

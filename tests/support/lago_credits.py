"""What is credited of an invoice, by a dice: parts of its fees, and how the note's total is split."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from consumer.sandbox.lago import creditable, crediting, note_amounts
from consumer.sandbox.lago.note_amounts import Figures, Part, Split
from consumer.sandbox.lago.organization import Organization
from tests.support.lago_books import Bill

SHARES = (Fraction(1), Fraction(1, 2), Fraction(1, 7))


def credit(dice: Random, organization: Organization, bill: Bill) -> tuple[list[Part], Split]:
    """A share of all fees, in whole subunits, or in halves as of a terminated subscription."""
    is_exact, share = dice.random() < 0.3, dice.choice(SHARES)
    parts = (
        _halves(organization, bill, share)
        if is_exact
        else creditable.parts(organization, bill.content, share)
    )
    figures = creditable.figures(organization, bill.content, parts)
    rounded = note_amounts.rounded_cents(figures.total)
    total = rounded if is_exact else note_amounts.estimated_total(parts, figures)
    return parts, _split(dice, organization, bill, figures, total)


def _halves(organization: Organization, bill: Bill, share: Fraction) -> list[Part]:
    left = creditable.parts(organization, bill.content)
    halves = [replace(part, cents=Fraction(int(part.cents * share * 2), 2)) for part in left]
    return [part for part in halves if part.cents]


def _split(dice: Random, organization: Organization, bill: Bill, figures: Figures, total: int) -> Split:
    """Offset no more than what is due, refund no more than what was paid; the rest is credit."""
    offset = min(dice.choice((0, total, total, total // 2)), bill.due)
    if offset:
        # Lago corrects any other total, and forgets the offset when it does: credit would be spent twice.
        total = figures.subtotal_cents + figures.taxes_cents
    rest = max(0, total - offset)
    refund = min(dice.choice((0, rest, rest // 2)), creditable.refundable_cents(organization, bill.content))
    return Split(credit=rest - refund, refund=refund, offset=total - rest)


def of_void(dice: Random, organization: Organization, bill: Bill) -> Split:
    """What the customer gets back of a voided invoice by a note; the rest is forfeited. Mostly nothing."""
    paid = Fraction(bill.paid, bill.total or 1)
    share = dice.choice((Fraction(0), Fraction(0), Fraction(1, 3), Fraction(1), paid, paid))
    if bill.spent or not bill.is_creditable:
        return Split()
    left = creditable.parts(organization, bill.content)
    total = int(share * crediting.proposed_total(organization, bill.content, left))
    refund = min(dice.choice((0, total)), creditable.refundable_cents(organization, bill.content))
    return Split(credit=total - refund, refund=refund)

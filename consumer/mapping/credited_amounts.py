"""The figures behind a credit memo's lines: what of each fee is credited, and the tax on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from consumer.mapping import money
from schemas.credit_note import CreditNote, CreditNoteItem

_PRECISION_DIGITS = 60
# Coupon, tax and total are rounded by themselves, and Lago lets a total be one subunit off besides
# (lago-api ``CreditNotes::ValidateService#valid_items_amount?``).
_ROUNDINGS = 3
# Beyond this many notes of one invoice a difference is no rounding any more.
MOST_EARLIER_NOTES = 1_000


def cents_of_lines(note: CreditNote, parts: Sequence[CreditNoteItem]) -> tuple[int, ...]:
    """
    The amount of each part's line, in subunits, so that lines, coupon and tax make Lago's total.

    Items hold exact amounts when a subscription ends early; rounded one by one they miss the total. A
    difference that rounding cannot explain is left as it is, for the check of the total to refuse.
    """
    rounded = tuple(part.amount_cents for part in parts)
    exact = [_exact(part) for part in parts]
    wanted = note.total_amount_cents - note.taxes_amount_cents + note.coupons_adjustment_amount_cents
    is_explained = abs(sum(exact, Decimal(0)) - wanted) <= _ROUNDINGS + len(note.applied_taxes)
    if not any(exact) or not is_explained:
        return rounded
    return money.share_out(wanted, exact, [part.lago_id for part in parts])


def refund_cents(note: CreditNote) -> int:
    """What is to be paid back: Lago's figure, and never more than offset and credit leave of the total."""
    return min(
        note.refund_amount_cents,
        note.total_amount_cents - note.offset_amount_cents - note.credit_amount_cents,
    )


def rounded_parts(note: CreditNote, parts: Sequence[CreditNoteItem]) -> int:
    """
    How many figures Lago rounded for this note, each of which may be off by a subunit.

    The last note of an invoice takes the roundings of all notes before it into its tax (lago-api
    ``CreditNotes::CreateService#adjust_credit_note_tax_rounding``), and any note may be the last.
    """
    earlier = max((note.sequential_id or 1) - 1, 0)
    return len(parts) + len(note.applied_taxes) + min(earlier, MOST_EARLIER_NOTES)


def is_credited(part: CreditNoteItem) -> bool:
    """Whether anything of the fee is; less than half a subunit rounds to nothing, yet such parts add up."""
    return bool(_exact(part))


def exact_taxes(note: CreditNote, parts: Sequence[CreditNoteItem]) -> tuple[Decimal, ...]:
    """
    The tax of each part before rounding, in subunits: on its amount less its share of the coupon.

    Lago's own payload multiplies units by a rate and divides by a hundred, whatever the currency; this is the
    rule of its ``CreditNotes::ApplyTaxesService`` instead. A tax may lie on a share of the fee only
    (``taxes_base_rate``), which events do not carry: the fee's own tax tells it.
    """
    with localcontext(prec=_PRECISION_DIGITS):
        bases = [_exact(part) - coupon for part, coupon in zip(parts, _coupons(note, parts), strict=True)]
        by_rate = tuple(base * part.fee.taxes_rate / 100 for part, base in zip(parts, bases, strict=True))
        if abs(sum(by_rate, Decimal(0)) - note.taxes_amount_cents) <= rounded_parts(note, parts):
            return by_rate
        return tuple(
            base * _effective_rate(part, note.currency) / 100 for part, base in zip(parts, bases, strict=True)
        )


def _effective_rate(part: CreditNoteItem, currency: str) -> Decimal:
    """The tax on the part's fee in percent of what the fee comes to after its coupons."""
    fee = part.fee
    base = fee.amount_cents - (fee.precise_coupons_amount_cents or Decimal(0))
    if not base:
        return fee.taxes_rate
    exact = (
        None if fee.taxes_precise_amount is None else money.to_subunits(fee.taxes_precise_amount, currency)
    )
    return (fee.taxes_amount_cents if exact is None else exact) * 100 / base


def _coupons(note: CreditNote, parts: Sequence[CreditNoteItem]) -> list[Decimal]:
    # A coupon may be limited to some fees, each of which knows its share.
    of_fees = [_of_fee(part) for part in parts]
    if abs(sum(of_fees, Decimal(0)) - note.coupons_adjustment_amount_cents) <= 1:
        return of_fees
    whole = sum((_exact(part) for part in parts), Decimal(0))
    return [note.coupons_adjustment_amount_cents * _exact(part) / whole for part in parts]


def _of_fee(part: CreditNoteItem) -> Decimal:
    whole = part.fee.amount_cents
    discount = part.fee.precise_coupons_amount_cents or Decimal(0)
    return discount * _exact(part) / whole if whole else Decimal(0)


def _exact(part: CreditNoteItem) -> Decimal:
    exact = part.precise_amount_cents
    if exact is None or abs(exact - part.amount_cents) >= 1:
        return Decimal(part.amount_cents)
    return exact

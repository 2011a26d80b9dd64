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


def is_credited(part: CreditNoteItem) -> bool:
    """Whether anything of the fee is; less than half a subunit rounds to nothing, yet such parts add up."""
    return bool(_exact(part))


def exact_taxes(note: CreditNote, parts: Sequence[CreditNoteItem]) -> tuple[Decimal, ...]:
    """
    The tax of each part before rounding, in subunits: on its amount less its share of the coupon.

    Lago's own payload multiplies units by a rate and divides by a hundred, whatever the currency; this is the
    rule of its ``CreditNotes::ApplyTaxesService`` instead.
    """
    with localcontext(prec=_PRECISION_DIGITS):
        coupons = _coupons(note, parts)
        return tuple(
            (_exact(part) - coupon) * part.fee.taxes_rate / 100
            for part, coupon in zip(parts, coupons, strict=True)
        )


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

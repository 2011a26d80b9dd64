"""The amounts of a credit memo's lines: the credited part of each fee, and its tax."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from consumer.mapping import money
from schemas.credit_note import CreditNote, CreditNoteItem

_PRECISION_DIGITS = 60
# Coupon, tax and total are rounded separately, and Lago accepts a total that differs by one more subunit
# (lago-api ``CreditNotes::ValidateService#valid_items_amount?``).
_ROUNDINGS = 3
# With more credit notes of one invoice than this, a difference is not explained by rounding.
MOST_EARLIER_NOTES = 1_000


def cents_of_lines(note: CreditNote, parts: Sequence[CreditNoteItem]) -> tuple[int, ...]:
    """
    The amount of each part's line, in subunits, so that lines, coupon and tax add up to Lago's total.

    Items have exact amounts when a subscription ends early; rounded one by one they do not add up to the
    total. A difference that rounding does not explain stays, and the check of the total refuses the document.
    """
    rounded = tuple(part.amount_cents for part in parts)
    exact = [_exact(part) for part in parts]
    wanted = note.total_amount_cents - note.taxes_amount_cents + note.coupons_adjustment_amount_cents
    is_explained = abs(sum(exact, Decimal(0)) - wanted) <= _ROUNDINGS + len(note.applied_taxes)
    if not any(exact) or not is_explained:
        return rounded
    return money.share_out(wanted, exact, [part.lago_id for part in parts])


def refund_cents(note: CreditNote) -> int:
    """The refund in subunits: Lago's amount, but at most the total minus offset and credit."""
    return min(
        note.refund_amount_cents,
        note.total_amount_cents - note.offset_amount_cents - note.credit_amount_cents,
    )


def rounded_parts(note: CreditNote, parts: Sequence[CreditNoteItem]) -> int:
    """
    The number of amounts that Lago has rounded for this credit note; each may differ by a subunit.

    The tax of the last credit note of an invoice includes the roundings of all before it (lago-api
    ``CreditNotes::CreateService#adjust_credit_note_tax_rounding``), and any credit note may be the last.
    """
    return len(parts) + len(note.applied_taxes) + _earlier_notes(note)


def _earlier_notes(note: CreditNote) -> int:
    """The number of notes of the invoice before this one, `MOST_EARLIER_NOTES` at most."""
    return min(max((note.sequential_id or 1) - 1, 0), MOST_EARLIER_NOTES)


def is_credited(part: CreditNoteItem) -> bool:
    """Whether its exact amount is not zero; parts of less than half a subunit count, since they add up."""
    return bool(_exact(part))


def exact_taxes(note: CreditNote, parts: Sequence[CreditNoteItem]) -> tuple[Decimal, ...]:
    """
    The tax of each part before rounding, in subunits: on its amount minus its share of the coupon.

    Lago's own payload multiplies units by a rate and divides by a hundred for every currency; this is the
    rule of its ``CreditNotes::ApplyTaxesService`` instead. A tax may apply to a part of the fee only
    (``taxes_base_rate``), which events do not contain; then the rate is computed from the fee's own tax. A
    note without a taxed part may have the tax that roundings of earlier notes have left: on its largest part.
    """
    with localcontext(prec=_PRECISION_DIGITS):
        bases = [_exact(part) - coupon for part, coupon in zip(parts, _coupons(note, parts), strict=True)]
        exact = tuple(base * part.fee.taxes_rate / 100 for part, base in zip(parts, bases, strict=True))
        is_by_rate = abs(sum(exact, Decimal(0)) - note.taxes_amount_cents) <= rounded_parts(note, parts)
        if not any(exact) or not is_by_rate:
            exact = tuple(
                base * _effective_rate(part, note.currency) / 100
                for part, base in zip(parts, bases, strict=True)
            )
    if not any(exact) and 0 < abs(note.taxes_amount_cents) <= _earlier_notes(note):
        return _on_largest(note.taxes_amount_cents, parts)
    return exact


def _on_largest(cents: int, parts: Sequence[CreditNoteItem]) -> tuple[Decimal, ...]:
    largest = max(parts, key=lambda part: (part.amount_cents, part.lago_id), default=None)
    return tuple(Decimal(cents if part is largest else 0) for part in parts)


def _effective_rate(part: CreditNoteItem, currency: str) -> Decimal:
    """The tax of the part's fee in percent of the fee's amount after coupons."""
    fee = part.fee
    base = fee.amount_cents - (fee.precise_coupons_amount_cents or Decimal(0))
    if not base:
        return fee.taxes_rate
    exact = (
        None if fee.taxes_precise_amount is None else money.to_subunits(fee.taxes_precise_amount, currency)
    )
    return (fee.taxes_amount_cents if exact is None else exact) * 100 / base


def _coupons(note: CreditNote, parts: Sequence[CreditNoteItem]) -> list[Decimal]:
    # A coupon may be limited to some fees; each fee has its share.
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

"""
The part of an invoice that is left to credit, and the notes that Lago refuses.

Source: lago-api ``Fee#creditable_amount_cents``, ``CreditNotes::ValidateItemService``,
``CreditNotes::ValidateService``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from consumer.sandbox.lago import note_amounts, taxes
from consumer.sandbox.lago.notation import Json, rounded
from consumer.sandbox.lago.note_amounts import Figures, Part, Split, cents_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization

_SPLIT = ("credit_amount_cents", "refund_amount_cents", "offset_amount_cents")


def notes_on(organization: Organization, invoice: Json) -> list[Json]:
    """The credit notes of an invoice, oldest first; voided ones too."""
    notes = organization.credit_notes.values()
    return [note for note in notes if note["lago_invoice_id"] == invoice["lago_id"]]


def left_cents(organization: Organization, invoice: Json) -> dict[str, int]:
    """The amount of each fee that no note has credited yet, in subunits, by the fee's id."""
    left = {fee["lago_id"]: fee["amount_cents"] for fee in invoice["fees"]}
    for note in notes_on(organization, invoice):
        for item in note["items"]:
            left[item["fee"]["lago_id"]] -= item["amount_cents"]
    return left


def parts(
    organization: Organization,
    invoice: Json,
    share: Fraction = Fraction(1),
    fee_ids: Collection[str] | None = None,
) -> list[Part]:
    """
    A share of what is left to credit of these fees, of all when None, in whole subunits.

    Fees of which nothing is credited are left out.
    """
    left = left_cents(organization, invoice)
    chosen = [fee for fee in invoice["fees"] if fee_ids is None or fee["lago_id"] in fee_ids]
    shares = [Part(fee=fee, cents=int(left[fee["lago_id"]] * share)) for fee in chosen]
    return [part for part in shares if part.cents > 0]


def figures(organization: Organization, invoice: Json, credited: Sequence[Part]) -> Figures:
    """The exact amounts of a note; one that credits all that is left makes up for the roundings before it."""
    earlier = Fraction(0)
    if credited and sum(left_cents(organization, invoice).values()) == sum(map(cents_of, credited)):
        earlier = sum(map(_rounding_of, notes_on(organization, invoice)), Fraction(0))
    return note_amounts.figures_of(credited, earlier_roundings=earlier)


def _rounding_of(note: Json) -> Fraction:
    return int(note["taxes_amount_cents"]) - Fraction(note["precise_taxes_amount_cents"])


def refundable_cents(organization: Organization, invoice: Json) -> int:
    """The amount that was paid and not refunded, in subunits."""
    refunded: int = sum(note["refund_amount_cents"] for note in notes_on(organization, invoice))
    return max(0, int(invoice["total_paid_amount_cents"]) - refunded)


def refuse_excess(
    organization: Organization, invoice: Json, credited: Sequence[Part], split: Split, exact: Figures
) -> None:
    """
    Refuse a note whose amounts do not agree, or exceed what is left to credit, was paid or is due.

    Raises:
        ImpossibleError: with Lago's code.
    """
    for code in _faults(organization, invoice, credited, split, exact):
        raise ImpossibleError(code)


def _faults(
    organization: Organization, invoice: Json, credited: Sequence[Part], split: Split, exact: Figures
) -> Iterator[str]:
    left = left_cents(organization, invoice)
    if any(cents_of(part) > left[part.fee["lago_id"]] for part in credited):
        yield "higher_than_remaining_fee_amount"
    if split.total <= 0:
        yield "total_amount_must_be_positive"
    # Lago accepts a difference of one subunit for rounding.
    if abs(split.total - note_amounts.rounded_cents(exact.total)) > 1:
        yield "does_not_match_item_amounts"
    if (
        split.refund > refundable_cents(organization, invoice)
        or split.offset > max(0, invoice["total_due_amount_cents"])
        or split.total > _creditable_cents(organization, invoice) + 1
    ):
        yield "higher_than_remaining_invoice_amount"


def _creditable_cents(organization: Organization, invoice: Json) -> int:
    """All fees with taxes, before discounts, less the notes so far (``Invoice#fee_total_amount_cents``)."""
    tax = sum(fee["amount_cents"] * taxes.effective_percent(fee) for fee in invoice["fees"]) / 100
    fees: int = sum(fee["amount_cents"] for fee in invoice["fees"])
    notes: int = sum(note[name] for note in notes_on(organization, invoice) for name in _SPLIT)
    return fees + rounded(Decimal(tax)) - notes

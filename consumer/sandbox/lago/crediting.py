"""Issues and voids credit notes, and records that their refunds are paid."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from consumer.sandbox.lago import credit_notes, creditable, note_amounts, wallet_invoices
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.note_amounts import Part, Split
from consumer.sandbox.lago.organization import ImpossibleError, Organization

CREDITABLE = frozenset(("finalized", "voided"))


def credit(
    organization: Organization,
    lago_id: str,
    *,
    share: Decimal = Decimal(1),
    to: str = "credit",
    fee_ids: Collection[str] | None = None,
    **changes: Any,
) -> Json:
    """
    Issue a credit note for a share of what is left to credit of the fees of an invoice.

    Args:
        organization: whose note it is.
        lago_id: of the invoice.
        share: of each fee, from 0 to 1; whole subunits of it.
        to: ``credit``, ``refund`` or ``offset``; an offset beyond what is due becomes credit, and so does a
            refund beyond what was paid.
        fee_ids: the fees to credit; None for all.
        changes: members of the note.

    Raises:
        ImpossibleError: no such invoice, it is neither finalised nor voided, or nothing is left of the share.
    """
    invoice = organization.invoice_of(lago_id)
    parts = creditable.parts(organization, invoice, Fraction(share), fee_ids)
    total = proposed_total(organization, invoice, parts)
    return issue(organization, lago_id, parts, _split(organization, invoice, total, to), **changes)


def proposed_total(organization: Organization, invoice: Json, parts: Sequence[Part]) -> int:
    """The total that Lago proposes for a note of these parts, in subunits."""
    return note_amounts.estimated_total(parts, creditable.figures(organization, invoice, parts))


def issue(
    organization: Organization, lago_id: str, parts: Sequence[Part], split: Split, **changes: Any
) -> Json:
    """
    Issue a credit note for these parts of an invoice (lago-api ``CreditNotes::CreateService``).

    Args:
        organization: whose note it is.
        lago_id: of the invoice.
        parts: what it credits of the fees.
        split: of its total, which may differ by a subunit from that of the parts; Lago corrects it
            (`consumer.sandbox.lago.note_amounts.adjusted`).
        changes: members of the note.

    Raises:
        ImpossibleError: no such invoice, it is neither finalised nor voided, or the amounts exceed what is
            left to credit, was paid or is due.
    """
    invoice = organization.invoice_of(lago_id)
    if invoice["status"] not in CREDITABLE:
        raise ImpossibleError(f"invoice {invoice['number']} is {invoice['status']}")
    figures = creditable.figures(organization, invoice, parts)
    creditable.refuse_excess(organization, invoice, parts, split, figures)
    made = _head(organization, invoice) | note_amounts.adjusted(split, figures)
    note = credit_notes.credit_note(invoice, parts, split, figures, **made | changes)
    if invoice["invoice_type"] == "credit" and split.refund:
        wallet_invoices.purchase_refunded(organization, invoice, split.refund, note["lago_id"])
    organization.credit_notes[note["lago_id"]] = note
    _offset(organization, invoice, split.offset)
    organization.announce("credit_note.created", note)
    return note


def refund_succeeded(organization: Organization, lago_id: str) -> Json:
    """Record that a payment provider or a person has paid a refund; Lago sends no webhook for it."""
    note = organization.credit_notes.get(lago_id)
    if note is None or not note["refund_amount_cents"]:
        raise ImpossibleError("no such credit note with a refund")
    note["refund_status"] = "succeeded"
    organization.touch(note)
    return note


def refund_failed(
    organization: Organization, lago_id: str, *, message: str = "The card has expired."
) -> Json:
    """
    Record that a payment provider has refused a refund, in its own words.

    Raises:
        ImpossibleError: no such note with a refund.
    """
    note = refund_succeeded(organization, lago_id)
    note["refund_status"] = "failed"
    organization.provider_errors[lago_id] = credit_notes.refund_error(note, message)
    organization.announce("credit_note.refund_failure", note, object_type=credit_notes.REFUND_ERROR)
    return note


def void(organization: Organization, lago_id: str) -> Json:
    """
    Void what is left of a credit note; Lago sends no webhook for it (``CreditNotes::VoidService``).

    Raises:
        ImpossibleError: no such credit note, or nothing is left of it.
    """
    note = organization.credit_notes.get(lago_id)
    if note is None or not note["balance_amount_cents"]:
        raise ImpossibleError("no_voidable_amount")
    note |= {"credit_status": "voided", "balance_amount_cents": 0}
    organization.touch(note)
    return note


def _head(organization: Organization, invoice: Json) -> Json:
    place, at = 1 + len(creditable.notes_on(organization, invoice)), organization.at()
    return {
        "lago_id": id_of(organization.lago_id, "credit note", invoice["lago_id"], place),
        "number": f"{invoice['number']}-CN{place:03d}",
        "sequential_id": place,
        "issuing_date": at[:10],
        "created_at": at,
        "updated_at": at,
    }


def _offset(organization: Organization, invoice: Json, cents: int) -> None:
    if not cents:
        return
    invoice["total_offsetted_credit_note_amount_cents"] += cents
    invoice["total_due_amount_cents"] -= cents
    organization.touch(invoice)
    if not invoice["total_due_amount_cents"]:
        invoice["payment_status"] = "succeeded"
        organization.announce("invoice.payment_status_updated", invoice)
        wallet_invoices.purchase_failed(organization, invoice)


def _split(organization: Organization, invoice: Json, total: int, to: str) -> Split:
    match to:
        case "offset":
            offset = min(total, invoice["total_due_amount_cents"])
            return Split(offset=offset, credit=total - offset)
        case "refund":
            refund = min(total, creditable.refundable_cents(organization, invoice))
            return Split(refund=refund, credit=total - refund)
        case _:
            return Split(credit=total)

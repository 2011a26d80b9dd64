"""Issues credit notes, and records that their refunds are paid."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from consumer.sandbox.lago import credit_notes
from consumer.sandbox.lago.credit_notes import Part, Split
from consumer.sandbox.lago.notation import Json, id_of
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
    Issue a credit note for a share of the fees of an invoice.

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
    if invoice["status"] not in CREDITABLE:
        raise ImpossibleError(f"invoice {invoice['number']} is {invoice['status']}")
    chosen = [fee for fee in invoice["fees"] if fee_ids is None or fee["lago_id"] in fee_ids]
    parts = [Part(fee=fee, cents=int(fee["amount_cents"] * share)) for fee in chosen]
    parts = [part for part in parts if part.cents > 0]
    total = credit_notes.total_of(parts)
    if total <= 0:
        raise ImpossibleError("there is nothing to credit")
    split = _split(invoice, total, to)
    place = 1 + sum(note["lago_invoice_id"] == lago_id for note in organization.credit_notes.values())
    made = {
        "lago_id": id_of(organization.lago_id, "credit note", lago_id, place),
        "number": f"{invoice['number']}-CN{place:03d}",
        "sequential_id": place,
        "issuing_date": organization.at()[:10],
        "created_at": organization.at(),
        "updated_at": organization.at(),
    }
    note = credit_notes.credit_note(invoice, parts, split, **made | changes)
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


def _offset(organization: Organization, invoice: Json, cents: int) -> None:
    if not cents:
        return
    invoice["total_offsetted_credit_note_amount_cents"] += cents
    invoice["total_due_amount_cents"] -= cents
    organization.touch(invoice)
    if not invoice["total_due_amount_cents"]:
        invoice["payment_status"] = "succeeded"
        organization.announce("invoice.payment_status_updated", invoice)


def _split(invoice: Json, total: int, to: str) -> Split:
    match to:
        case "offset":
            offset = min(total, invoice["total_due_amount_cents"])
            return Split(offset=offset, credit=total - offset)
        case "refund":
            refund = min(total, invoice["total_paid_amount_cents"])
            return Split(refund=refund, credit=total - refund)
        case _:
            return Split(credit=total)

"""
Progressive billing: usage is billed when it reaches a threshold, and credited on the next invoice.

Source: lago-api ``Credits::ProgressiveBillingService``, ``Subscriptions::ProgressiveBilledAmount``,
``CreditNotes::CreateFromProgressiveBillingInvoice``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from consumer.sandbox.lago import creditable, crediting, fees, note_amounts
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.note_amounts import Part, Split
from consumer.sandbox.lago.organization import ImpossibleError, Organization

TYPE = "progressive_billing"
_BILLED = frozenset(("finalized", "failed"))
_RELEASED = frozenset(("voided", "closed", "deleted"))
_SPENDABLE = frozenset(("available", "consumed"))


def reached(invoice: Json) -> list[Json]:
    """The threshold that a progressive invoice has reached (``V1::AppliedUsageThresholdSerializer``)."""
    threshold = {
        "lago_id": id_of("usage threshold", invoice["fees_amount_cents"]),
        "threshold_display_name": None,
        "amount_cents": invoice["fees_amount_cents"],
        "recurring": False,
        "created_at": "2026-03-02T09:20:00Z",
        "updated_at": "2026-03-02T09:20:00Z",
    }
    return [
        {
            "lifetime_usage_amount_cents": invoice["fees_amount_cents"],
            "created_at": invoice["created_at"],
            "usage_threshold": threshold,
        }
    ]


def credited(
    organization: Organization, customer_id: str, listed: Sequence[Json], currency: str, discounts: Discounts
) -> Discounts:
    """
    The discounts with the credit for what the customer's latest progressive invoice has billed already.

    What exceeds the charges of `listed` becomes a credit note on that invoice.

    Args:
        organization: whose invoices they are.
        customer_id: Lago's id.
        listed: the fees of the new invoice.
        currency: of the new invoice.
        discounts: its other reductions.

    Raises:
        ImpossibleError: less is left to credit of that invoice than its excess.
    """
    billed = _latest(organization, customer_id, currency)
    if billed is None:
        return discounts
    charged = {fee["lago_charge_id"]: fee["amount_cents"] for fee in billed["fees"] if fee["lago_charge_id"]}
    amounts = zip(listed, fees.amounts_of(listed, currency), strict=True)
    most = sum(cents for fee, cents in amounts if fee["lago_charge_id"] in charged)
    uncredited = _uncredited_cents(organization, billed)
    if uncredited > most:
        _credit_excess(organization, billed, uncredited - most)
    credit = min(uncredited, most)
    if not credit:
        return discounts
    return replace(discounts, progressive=credit, progressive_of=billed["number"], charged=charged)


def _latest(organization: Organization, customer_id: str, currency: str) -> Json | None:
    theirs = [
        invoice
        for invoice in organization.invoices.values()
        if invoice["invoice_type"] == TYPE
        and invoice["status"] in _BILLED
        and (invoice["customer"]["lago_id"], invoice["currency"]) == (customer_id, currency)
    ]
    in_order = sorted(theirs, key=lambda one: (one["issuing_date"], one["created_at"]))
    return in_order[-1] if in_order else None


def _uncredited_cents(organization: Organization, billed: Json) -> int:
    """What was billed progressively and is neither credited on an invoice nor by a note."""
    on_invoices = sum(
        entry["amount_cents"]
        for invoice in organization.invoices.values()
        if invoice["status"] not in _RELEASED
        for entry in invoice["credits"]
        if (entry["item"]["type"], entry["item"]["code"]) == ("invoice", billed["number"])
    )
    by_notes = sum(
        note["credit_amount_cents"]
        for note in creditable.notes_on(organization, billed)
        if note["credit_status"] in _SPENDABLE
    )
    left: int = billed["fees_amount_cents"] - billed["coupons_amount_cents"] - on_invoices - by_notes
    return max(0, left)


def _credit_excess(organization: Organization, billed: Json, cents: int) -> None:
    parts = list(_parts(organization, billed, cents))
    if sum(part.cents for part in parts) < cents:
        raise ImpossibleError("creditable_amount_is_less_than_requested")
    figures = note_amounts.figures_of(parts)
    total = note_amounts.rounded_cents(figures.total)
    if total:
        crediting.issue(organization, billed["lago_id"], parts, Split(credit=total))


def _parts(organization: Organization, billed: Json, cents: int) -> Iterator[Part]:
    """So much of its fees, the largest first."""
    left = creditable.left_cents(organization, billed)
    for fee in sorted(billed["fees"], key=lambda one: -int(one["amount_cents"])):
        taken = min(cents, left[fee["lago_id"]])
        if taken > 0:
            cents -= taken
            yield Part(fee=fee, cents=taken)

"""Voids that issue credit notes, and invoices that are made again from voided ones."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from consumer.sandbox.lago import billing, creditable, crediting, note_amounts
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.note_amounts import Part, Split
from consumer.sandbox.lago.organization import ImpossibleError, Organization

NOT_REGENERATED = frozenset(("one_off", "credit"))
"""Types of which Lago makes a plain new invoice instead."""


def void_with_note(
    organization: Organization, lago_id: str, *, share: Decimal = Decimal(1), to: str = "credit"
) -> Json:
    """
    Void an invoice with notes for a share of what is left to credit; `void_with_notes` takes amounts.

    Args:
        organization: whose invoice it is.
        lago_id: of the invoice.
        share: of the whole amount, from 0 to 1.
        to: ``credit`` or ``refund``; a refund beyond what was paid becomes credit.

    Raises:
        ImpossibleError: the invoice is not finalised.
    """
    invoice = organization.final_invoice_of(lago_id)
    whole = crediting.proposed_total(organization, invoice, creditable.parts(organization, invoice))
    asked = int(whole * share)
    refund = min(asked, creditable.refundable_cents(organization, invoice)) if to == "refund" else 0
    return void_with_notes(organization, lago_id, Split(credit=asked - refund, refund=refund))


def void_with_notes(organization: Organization, lago_id: str, split: Split) -> Json:
    """
    Void an invoice and issue a credit note of these amounts; the rest is a note that is voided at once.

    No money moves by the second: it records what the customer forfeits. Both name the invoice in their
    description. Every fee is credited in proportion (lago-api ``Invoices::VoidService``).

    Raises:
        ImpossibleError: the invoice is not finalised, or the amounts exceed what is left or was paid.
    """
    invoice = organization.final_invoice_of(lago_id)
    description = f"Issued when invoice {lago_id} was voided"
    if split.total > 0:
        parts = _in_proportion(organization, invoice, split.total)
        crediting.issue(organization, lago_id, parts, split, description=description)
    _forfeit(organization, invoice, description)
    return billing.void(organization, lago_id, gives_prepaid_back=False)


def _in_proportion(organization: Organization, invoice: Json, total: int) -> list[Part]:
    left = creditable.parts(organization, invoice)
    whole = crediting.proposed_total(organization, invoice, left)
    if total > whole or invoice["invoice_type"] == "credit":
        raise ImpossibleError("total_amount_exceeds_invoice_amount")
    return [replace(part, cents=note_amounts.exact(part.cents * Fraction(total, whole))) for part in left]


def _forfeit(organization: Organization, invoice: Json, description: str) -> None:
    rest = creditable.parts(organization, invoice)
    total = crediting.proposed_total(organization, invoice, rest)
    if total > 0 and invoice["invoice_type"] != "credit":
        voided = {"credit_status": "voided", "balance_amount_cents": 0, "description": description}
        crediting.issue(organization, invoice["lago_id"], rest, Split(credit=total), **voided)


def regenerate(organization: Organization, lago_id: str) -> Json:
    """
    Make a voided invoice again, with its own id and number and the **creation date of the voided one**.

    Its issuing date follows from that date (``Invoices::RegenerateFromVoidedService``), so it may be long
    past.

    Raises:
        ImpossibleError: the invoice is not voided, or of a type that is not regenerated.
    """
    voided = organization.invoice_of(lago_id)
    if voided["status"] != "voided" or voided["invoice_type"] in NOT_REGENERATED:
        raise ImpossibleError(f"invoice {voided['number']} can not be regenerated")
    created_at = voided["created_at"]
    return billing.bill(
        organization,
        voided["customer"]["external_id"],
        [_sold_again(fee) for fee in voided["fees"]],
        currency=voided["currency"],
        invoice_type=voided["invoice_type"],
        billing_entity_code=voided["billing_entity_code"],
        issuing_date=created_at[:10],
        created_at=created_at,
    )


def _sold_again(fee: Json) -> Json:
    return {
        "kind": fee["item"]["type"],
        "code": fee["item"]["code"],
        "units": fee["units"],
        "unit_price": fee["precise_unit_amount"],
        "tax_rate": fee["taxes_rate"],
    }

"""Voids that issue credit notes, and invoices that are made again from voided ones."""

from __future__ import annotations

from decimal import Decimal

from consumer.sandbox.lago import billing, crediting
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization

NOT_REGENERATED = frozenset(("one_off", "credit"))
"""Types of which Lago makes a plain new invoice instead."""


def void_with_note(
    organization: Organization, lago_id: str, *, share: Decimal = Decimal(1), to: str = "credit"
) -> Json:
    """
    Void an invoice and issue a credit note for a share of it; the rest is a note that is voided at once.

    No money moves by the second: it records what the customer forfeits. Both name the invoice in their
    description.

    Args:
        organization: whose invoice it is.
        lago_id: of the invoice.
        share: of each fee, from 0 to 1.
        to: ``credit`` or ``refund``, as `consumer.sandbox.lago.crediting.credit` takes it.

    Raises:
        ImpossibleError: the invoice is not finalised.
    """
    organization.final_invoice_of(lago_id)
    description = f"Issued when invoice {lago_id} was voided"
    if share > 0:
        crediting.credit(organization, lago_id, share=share, to=to, description=description)
    if share < 1:
        forfeited: Json = {"credit_status": "voided", "balance_amount_cents": 0}
        crediting.credit(organization, lago_id, share=1 - share, description=description, **forfeited)
    return billing.void(organization, lago_id)


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

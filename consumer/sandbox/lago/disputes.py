"""Payment disputes that are lost: the money goes back, and Lago changes no amount."""

from __future__ import annotations

from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization

DISPUTABLE = frozenset(("finalized", "voided"))


def lose(organization: Organization, lago_id: str) -> Json:
    """
    Record that the dispute about an invoice's payment is lost (``Invoices::LoseDisputeService``).

    The first moment is kept; the invoice is no longer overdue.

    Raises:
        ImpossibleError: no such invoice, or it is neither finalised nor voided.
    """
    invoice = organization.invoice_of(lago_id)
    if invoice["status"] not in DISPUTABLE:
        raise ImpossibleError("not_disputable")
    at = organization.at().replace("Z", ".000Z")
    invoice |= {
        "payment_dispute_lost_at": invoice["payment_dispute_lost_at"] or at,
        "payment_overdue": False,
    }
    organization.touch(invoice)
    organization.announce("invoice.payment_dispute_lost", invoice, object_type="payment_dispute_lost")
    return invoice

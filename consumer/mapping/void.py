"""Map Lago's voided invoice to a void in NetSuite, which is idempotent."""

from __future__ import annotations

from typing import Any

from consumer.config.connection import Connection
from consumer.mapping import identity, money, requests, service_period
from consumer.mapping import invoice as invoices
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.result import Mapping, Refused
from schemas.invoice import Invoice
from schemas.scalar import utc_text
from schemas.wire import WriteItem


def to_netsuite(invoice: Invoice, decision_log: DecisionLog) -> Mapping:
    """
    The request that voids the invoice; the script chooses between a native void and a reversing memo.

    Which of the two NetSuite allows depends on a preference of the account, on the applications to the
    invoice and on the period. The settled amounts come from Lago: a payment or credit note may reach NetSuite
    later than the void.
    """
    if (negative := invoices.below_zero(invoice)) is not None:
        return Refused(rejection=negative)
    voided_at = invoice.voided_at or invoice.updated_at
    zone = service_period.zone_of(invoice.customer, decision_log.connection)
    columns = {"trandate": voided_at.astimezone(zone).date().isoformat()} if voided_at else {}
    item = WriteItem(
        ref="invoice",
        mode="void",
        external_id=identity.INVOICE + invoice.lago_id,
        lago_id=invoice.lago_id,
        version=utc_text(voided_at),
        fingerprint=identity.invoice_fingerprint(invoice),
        record={"type": "invoice", "columns": columns},
        release_credits=_released(invoice, decision_log.connection),
        settled=_settled(invoice, decision_log.connection),
        policy=policy(decision_log.connection),
    )
    return requests.of((item,), decision_log, details=invoices.details_of(invoice))


def policy(connection: Connection) -> dict[str, str | bool]:
    """The item's ``policy`` for payments of a voided invoice; empty with ``voids.paid: reject``."""
    return {} if connection.voids.paid == "reject" else {"paid": connection.voids.paid}


def _released(invoice: Invoice, connection: Connection) -> tuple[dict[str, Any], ...]:
    """
    The spent credit notes whose credit memos the void releases.

    Lago did so until August 2025 (``CreditNotes::RecreditService``, removed by getlago/lago-api pull 4084).
    """
    if not connection.voids.recredit_spent_notes:
        return ()
    return tuple({"doc": credit["doc"]} for credit in invoices.spent_credits(invoice, connection))


def _settled(invoice: Invoice, connection: Connection) -> dict[str, str]:
    """The invoice's settled amounts in Lago, of the objects that the connection writes to NetSuite."""
    cents = {
        "payments": _paid_cents(invoice) if connection.sync.payments else 0,
        "notes": invoice.total_offsetted_credit_note_amount_cents if connection.sync.credit_notes else 0,
        "credits": _spent_cents(invoice, connection),
        "prepaid": invoice.prepaid_credit_amount_cents if connection.sync.credit_notes else 0,
    }
    return {name: money.major(count, invoice.currency) for name, count in cents.items() if count > 0}


def _spent_cents(invoice: Invoice, connection: Connection) -> int:
    """The amount settled by earlier credit notes whose credit memos stay applied, in subunits."""
    is_kept = connection.credits == "apply" and not connection.voids.recredit_spent_notes
    return invoices.named_credit_cents(invoice) if is_kept and connection.sync.credit_notes else 0


def _paid_cents(invoice: Invoice) -> int:
    """The paid amount; events of Lago before partial payments have only a payment status."""
    if invoice.total_paid_amount_cents or invoice.payment_status != "succeeded":
        return invoice.total_paid_amount_cents
    return invoice.total_amount_cents - invoice.total_offsetted_credit_note_amount_cents

"""External ids, fingerprints and request ids; the same event always gives the same ones."""

from __future__ import annotations

import hashlib
from typing import Any

from schemas import wire
from schemas.credit_note import CreditNote
from schemas.invoice import Invoice
from schemas.name_id import NameIds
from schemas.payment import Payment

# External ids share one namespace per record group (all transactions; all entities), hence the prefixes:
# https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_N3436356.html
CUSTOMER = "lago-cus-"
INVOICE = "lago-inv-"
SALES_ORDER = "lago-so-"
CREDIT_NOTE = "lago-cn-"
PAYMENT = "lago-pay-"
REFUND = "lago-ref-"

_REQUESTS = NameIds("requests.lago-netsuite")


def fingerprint(facts: Any) -> str:
    """
    The SHA-256 hash of values, as ``sha256:`` and hexadecimal digits.

    Of text, flags and whole numbers only, as `wire.encode`: what was written earlier keeps its fingerprint.
    """
    return f"sha256:{hashlib.sha256(wire.encode(facts)).hexdigest()}"


def invoice_fingerprint(invoice: Invoice) -> str:
    """
    The hash of Lago's amounts of an invoice, independent of the order of its fees.

    It excludes values that may change after finalisation (payment status, links, ``updated_at``) and
    everything that the mapping adds: a changed mapping must not turn a replay of old invoices into conflicts.
    """
    fees = sorted((fee.lago_id, fee.amount_cents, fee.taxes_amount_cents) for fee in invoice.fees or ())
    return fingerprint(
        [
            invoice.lago_id,
            invoice.number,
            invoice.currency,
            str(invoice.issuing_date),
            invoice.customer.lago_id if invoice.customer else None,
            invoice.fees_amount_cents,
            invoice.coupons_amount_cents,
            invoice.progressive_billing_credit_amount_cents,
            invoice.prepaid_credit_amount_cents,
            invoice.credit_notes_amount_cents,
            invoice.taxes_amount_cents,
            invoice.total_amount_cents,
            fees,
        ]
    )


def credit_note_fingerprint(note: CreditNote) -> str:
    """The hash of Lago's amounts of a credit note, without the balance of its credit, which changes later."""
    parts = sorted((part.lago_id, part.amount_cents) for part in note.items or ())
    return fingerprint(
        [
            note.lago_id,
            note.number,
            note.lago_invoice_id,
            note.currency,
            str(note.issuing_date),
            note.taxes_amount_cents,
            note.total_amount_cents,
            note.offset_amount_cents,
            parts,
        ]
    )


def refund_fingerprint(note: CreditNote, cents: int) -> str:
    """The hash of the refunded amount of a credit note; `cents` are subunits."""
    return fingerprint([note.lago_id, note.number, note.currency, cents])


def payment_fingerprint(payment: Payment) -> str:
    """The hash of a payment's amounts, the same for a payment event and a receipt."""
    return fingerprint(
        [payment.lago_id, payment.amount_currency, payment.amount_cents, sorted(payment.invoice_ids)]
    )


def request_id(items: tuple[wire.WriteItem, ...]) -> str:
    """The id of a request: a UUID that is the same for the same records in the same versions."""
    name = "\n".join(
        f"{item.external_id} {item.mode} {item.version} {item.fingerprint} {item.internal_id or ''}".rstrip()
        for item in items
    )
    return _REQUESTS.of(name)

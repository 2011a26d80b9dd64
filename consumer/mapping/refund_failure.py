"""A refund that the payment provider has refused, and what a person has to do about it."""

from __future__ import annotations

from consumer.config.connection import Connection
from consumer.mapping import identity
from consumer.outcome import Rejected
from schemas.refund_failure import RefundFailure

CODE = "refund_failed"
MAX_REASON_CHARS = 300

_HINTS = {
    "customer_refund": "in NetSuite void the credit note's customer refund if it is booked, which opens the "
    "memo again; pay the customer back another way, record that, and close this error",
    "manual": "pay the customer back another way before the refund is closed as made; then close this error",
}


def of(failure: RefundFailure, connection: Connection) -> Rejected:
    """
    The error for a person; the fix depends on who books the connection's refunds (``refunds``).

    Lago sends it after the credit note was issued, often after it was booked (lago-api
    ``CreditNotes::Refunds::*Service``), and does not say so in a later credit note event.
    """
    provider = failure.payment_provider or "the payment provider"
    whose = f" of customer {failure.external_customer_id}" if failure.external_customer_id else ""
    known = {
        "lago_credit_note_id": failure.lago_credit_note_id,
        "netsuite_memo": identity.CREDIT_NOTE + failure.lago_credit_note_id,
        "netsuite_refund": identity.REFUND + failure.lago_credit_note_id,
        "payment_provider": failure.payment_provider_code or failure.payment_provider or "",
        "provider_code": failure.provider_error.error_code or "",
    }
    return Rejected(
        code=CODE,
        message=f"{provider} has not paid back a credit note{whose}: {_reason(failure)}",
        hint=_HINTS[connection.refunds],
        details={name: value for name, value in known.items() if value},
    )


def _reason(failure: RefundFailure) -> str:
    error = failure.provider_error
    return (error.message or error.error_code or "it gives no reason")[:MAX_REASON_CHARS]

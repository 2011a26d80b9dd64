"""
A payment provider's refusal to pay a credit note back.

Source: lago-api ``V1::CreditNotes::PaymentProviderRefundErrorSerializer``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from schemas.scalar import LagoObject, Text

EVENTS = ("credit_note.refund_failure", "credit_note.provider_refund_failure")
"""The type in today's webhooks, and the name under which Lago registers the event for subscriptions."""


class ProviderRefusal(LagoObject):
    """The provider's own words, which are in its language."""

    message: Text = None
    error_code: Text = None


def _as_object(value: Any) -> Any:
    """An object; some providers give a mere text."""
    return value if isinstance(value, dict) else {"message": str(value) if value else None}


class RefundFailure(LagoObject):
    """The object of the event; Lago names the credit note by its id only, and no amount."""

    lago_credit_note_id: str = Field(min_length=1)
    lago_customer_id: Text = None
    external_customer_id: Text = None
    payment_provider: Text = Field(default=None, examples=["stripe", "adyen", "gocardless"])
    payment_provider_code: Text = None
    provider_error: Annotated[
        ProviderRefusal, BeforeValidator(_as_object, json_schema_input_type=ProviderRefusal | str | None)
    ] = ProviderRefusal()

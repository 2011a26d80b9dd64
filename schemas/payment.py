"""Lago's payment, and its receipt, the only event of manual and multi-invoice payments."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.customer import Customer
from schemas.scalar import Cents, LagoObject, Text, Timestamp, empty_when_null


class Payment(LagoObject):
    """
    The payment object (``V1::PaymentSerializer``).

    `created_at` of a manual payment is the date that was entered. `customer` and `applicable_timezone` are
    not in Lago's events: enrichment adds them after a lookup, or from another event of the customer.
    """

    lago_id: str = Field(min_length=1)
    lago_customer_id: Text = None
    external_customer_id: Text = None
    invoice_ids: Annotated[tuple[str, ...], BeforeValidator(empty_when_null)] = ()
    invoice_numbers: Annotated[tuple[str, ...], BeforeValidator(empty_when_null)] = ()
    amount_cents: Cents
    amount_currency: str = Field(min_length=3, max_length=3)
    status: Text = None
    payment_status: Text = Field(default=None, examples=["pending", "processing", "succeeded", "failed"])
    type: Text = Field(default=None, examples=["provider", "manual"])
    reference: Text = None
    payment_provider_code: Text = None
    payment_provider_type: Text = None
    provider_payment_id: Text = None
    created_at: Timestamp = None
    customer: Customer | None = None
    applicable_timezone: Text = None


def is_succeeded(payment_status: object, status: object) -> bool:
    """
    Whether the money has arrived; ``status`` is the provider's own word and counts when it is alone.

    Manual payments have no provider status.
    """
    return (payment_status or status) == "succeeded"


class PaymentReceipt(LagoObject):
    """A receipt, which contains its payment (``V1::PaymentReceiptSerializer``)."""

    lago_id: str = Field(min_length=1)
    number: Text = None
    payment: Payment
    customer: Customer | None = None

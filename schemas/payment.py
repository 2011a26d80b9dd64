"""Lago's payment, and the receipt that is the only carrier of manual and multi-invoice payments."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.customer import Customer
from schemas.scalar import Cents, LagoObject, Text, Timestamp, empty_when_null


class Payment(LagoObject):
    """
    The payment object (``V1::PaymentSerializer``).

    `created_at` is the day of a manual payment as it was entered. `customer` and `applicable_timezone` are
    not Lago's: they are filled in when the customer was looked up, or is known from another event.
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


class PaymentReceipt(LagoObject):
    """A receipt; what it says about the payment is the payment (``V1::PaymentReceiptSerializer``)."""

    lago_id: str = Field(min_length=1)
    number: Text = None
    payment: Payment
    customer: Customer | None = None

"""Lago's credit note with its items (``V1::CreditNoteSerializer``)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.customer import Customer
from schemas.fee import Fee
from schemas.invoice import AppliedTax
from schemas.scalar import Cents, Day, LagoObject, Number, Rate, Text, Timestamp, empty_when_null


class CreditNoteItem(LagoObject):
    """A credited part of a fee; the amount is before coupons and before tax."""

    lago_id: str = Field(min_length=1)
    amount_cents: Cents = 0
    precise_amount_cents: Number | None = None
    fee: Fee


class CreditNote(LagoObject):
    """
    The credit note object.

    total = credit (kept for later invoices) + refund (paid back) + offset (applied to its own invoice), up to
    a subunit that Lago's rounding adds to the credit or the refund although the offset includes it (lago-api
    ``credit_notes/adjust_amounts_with_rounding_service.rb``): total and offset are correct.
    """

    lago_id: str = Field(min_length=1)
    number: str = Field(min_length=1)
    lago_invoice_id: str = Field(min_length=1)
    invoice_number: Text = None
    sequential_id: int | None = Field(
        default=None, description="its place among the notes of its invoice, from 1"
    )
    currency: str = Field(min_length=3, max_length=3)
    issuing_date: Day = None
    billing_entity_code: Text = None
    purchase_order_number: Text = None
    credit_status: Text = Field(default=None, examples=["available", "consumed", "voided"])
    refund_status: Text = Field(default=None, examples=["pending", "succeeded", "failed"])
    reason: Text = None
    description: Text = None
    self_billed: bool = False
    created_at: Timestamp = None
    updated_at: Timestamp = None

    total_amount_cents: Cents
    taxes_amount_cents: Cents = 0
    sub_total_excluding_taxes_amount_cents: Cents = 0
    coupons_adjustment_amount_cents: Cents = 0
    credit_amount_cents: Cents = 0
    refund_amount_cents: Cents = 0
    offset_amount_cents: Cents = 0
    balance_amount_cents: Cents = 0
    taxes_rate: Rate = Decimal(0)

    customer: Customer | None = None
    items: tuple[CreditNoteItem, ...] | None = None
    applied_taxes: Annotated[tuple[AppliedTax, ...], BeforeValidator(empty_when_null)] = ()

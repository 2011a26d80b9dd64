"""Lago's invoice with its fees, credits, taxes and periods (``V1::InvoiceSerializer``)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.customer import Customer
from schemas.fee import Fee
from schemas.scalar import Cents, Day, LagoObject, Rate, Text, Timestamp, empty_when_null


class CreditItem(LagoObject):
    """The source of a credit; for a credit note, ``name`` is the number of the invoice it was issued for."""

    type: str = Field(examples=["coupon", "credit_note", "invoice"])
    code: Text = None
    name: Text = None
    lago_item_id: Text = None


class Credit(LagoObject):
    """A coupon, credit note or progressive billing invoice that reduces this invoice."""

    lago_id: Text = None
    amount_cents: Cents = 0
    before_taxes: bool | None = None
    item: CreditItem


class AppliedTax(LagoObject):
    """One tax of the whole invoice; ``fees_amount_cents`` is its base after discounts."""

    tax_code: Text = None
    tax_name: Text = None
    tax_rate: Rate = Decimal(0)
    amount_cents: Cents = 0
    fees_amount_cents: Cents = 0


class Subscription(LagoObject):
    """The subscription of a fee."""

    lago_id: str
    plan_code: Text = None


class BillingPeriod(LagoObject):
    """The billed period of a subscription."""

    lago_subscription_id: str
    subscription_from_datetime: Timestamp = None
    subscription_to_datetime: Timestamp = None
    charges_from_datetime: Timestamp = None
    charges_to_datetime: Timestamp = None


class Invoice(LagoObject):
    """
    The invoice object.

    For a finalised invoice: fees - progressive billing - coupons = subtotal; + taxes - credit notes - prepaid
    credit = total.
    """

    lago_id: str = Field(min_length=1)
    number: str = Field(min_length=1)
    currency: str = Field(min_length=3, max_length=3)
    issuing_date: Day = None
    payment_due_date: Day = None
    invoice_type: str = Field(default="subscription", examples=["subscription", "one_off", "credit"])
    status: str = Field(default="finalized", examples=["draft", "finalized", "voided", "failed", "pending"])
    payment_status: Text = Field(default=None, examples=["pending", "succeeded", "failed"])
    billing_entity_code: Text = None
    purchase_order_number: Text = None
    web_url: Text = None
    self_billed: bool = False
    created_at: Timestamp = None
    updated_at: Timestamp = None
    voided_at: Timestamp = None

    fees_amount_cents: Cents = 0
    taxes_amount_cents: Cents = 0
    progressive_billing_credit_amount_cents: Cents = 0
    coupons_amount_cents: Cents = 0
    credit_notes_amount_cents: Cents = 0
    prepaid_credit_amount_cents: Cents = 0
    prepaid_granted_credit_amount_cents: Cents = 0
    sub_total_excluding_taxes_amount_cents: Cents = 0
    total_amount_cents: Cents
    total_paid_amount_cents: Cents = 0
    total_offsetted_credit_note_amount_cents: Cents = 0

    customer: Customer | None = None
    fees: tuple[Fee, ...] | None = None
    credits: Annotated[tuple[Credit, ...], BeforeValidator(empty_when_null)] = ()
    applied_taxes: Annotated[tuple[AppliedTax, ...], BeforeValidator(empty_when_null)] = ()
    subscriptions: Annotated[tuple[Subscription, ...], BeforeValidator(empty_when_null)] = ()
    billing_periods: Annotated[tuple[BillingPeriod, ...], BeforeValidator(empty_when_null)] = ()

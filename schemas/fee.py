"""Lago's fee: one line of an invoice (``V1::FeeSerializer``)."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from schemas.scalar import Cents, LagoObject, Number, Rate, Text, Timestamp


class FeeItem(LagoObject):
    """The sold item: billable metric, add-on, plan or wallet credit."""

    type: str = Field(
        examples=["charge", "add_on", "subscription", "credit", "commitment", "fixed_charge", "product"]
    )
    code: Text = None
    name: Text = None
    lago_item_id: Text = None


class Fee(LagoObject):
    """One fee; its amounts are before discounts, its tax is computed after them."""

    lago_id: str = Field(min_length=1)
    item: FeeItem
    lago_charge_filter_id: Text = None
    lago_subscription_id: Text = None
    amount_cents: Cents = 0
    taxes_amount_cents: Cents = 0
    taxes_precise_amount: Number | None = None
    precise_coupons_amount_cents: Number | None = None
    taxes_rate: Rate = Decimal(0)
    units: Number | None = None
    precise_unit_amount: Number | None = None
    created_at: Timestamp = None
    from_date: Timestamp = None
    to_date: Timestamp = None

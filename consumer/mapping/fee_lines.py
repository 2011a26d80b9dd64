"""Fees as item lines: item, quantity and rate within NetSuite's limits, amount, service period."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from consumer.config.mapping_rules import Item
from consumer.mapping import fields, header, items, money, service_period
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.line import Line, priced
from schemas.customer import Customer
from schemas.fee import Fee
from schemas.invoice import Invoice

# NetSuite refuses larger quantities; then the line has the quantity 1 (lago-api NS_QUANTITY_LIMIT).
QUANTITY_LIMIT = Decimal(10_000_000_000)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def lines(invoice: Invoice, customer: Customer, decision_log: DecisionLog) -> tuple[Line, ...]:
    """A line for every fee with an amount, in the order of the fees' creation."""
    zone = service_period.zone_of(customer, decision_log.connection)
    plans = {entry.lago_id: entry.plan_code for entry in invoice.subscriptions}
    fees = sorted(invoice.fees or (), key=lambda fee: fee.created_at or _LONG_AGO)
    found: list[Line] = []
    for fee in (fee for fee in fees if fee.amount_cents):
        plan = plans.get(fee.lago_subscription_id or "")
        dates = service_period.of_fee(fee, invoice, zone)
        found.append(_fee_line(fee, plan, dates, invoice, decision_log))
    return tuple(found)


def _fee_line(
    fee: Fee, plan: str | None, dates: dict[str, str], invoice: Invoice, decision_log: DecisionLog
) -> Line:
    item = items.item_of_fee(fee, plan, invoice.billing_entity_code, decision_log, cents=fee.amount_cents)

    def known() -> dict[str, Any]:
        return {**decision_log.origin.fee(fee.lago_id), **service_period.for_expressions(dates)}

    columns: dict[str, Any] = {
        **_priced(item, fee, invoice.currency),
        "description": fee.item.name,
        **dates,
        "item_source": _source(fee, plan),
        **fields.configured("invoice_line", invoice.billing_entity_code, decision_log, known),
    }
    return Line(
        ref=fee.lago_id,
        cents=fee.amount_cents,
        exact_tax=_exact_tax(fee, invoice.currency),
        tax_rate=fee.taxes_rate,
        fields=header.filled(columns),
    )


def _priced(item: Item | None, fee: Fee, currency: str) -> dict[str, Any]:
    """Item, quantity and rate within NetSuite's limits, and the amount, which takes precedence."""
    amount = money.major(fee.amount_cents, currency)
    quantity = money.limited(fee.units or Decimal(0))
    rate = money.limited(fee.precise_unit_amount or Decimal(0))
    # With a quantity or rate of zero, also after rounding, NetSuite would compute an amount of zero.
    is_vain = not Decimal(quantity) or not Decimal(rate)
    if is_vain or abs(Decimal(quantity)) >= QUANTITY_LIMIT or len(rate) > money.MAX_NUMBER_CHARS:
        return priced(item, amount)
    return priced(item, amount, quantity=quantity, rate=rate)


def _exact_tax(fee: Fee, currency: str) -> Decimal:
    rounded = Decimal(fee.taxes_amount_cents)
    if fee.taxes_precise_amount is None:
        return rounded
    exact = money.to_subunits(fee.taxes_precise_amount, currency)
    return exact if abs(exact - rounded) <= 1 else rounded


def _source(fee: Fee, plan: str | None) -> str | None:
    match fee.item.type:
        case "add_on" | "fixed_charge":
            return fee.item.code
        case "credit":
            return "consumed_credits"
        case _:
            return plan or fee.item.code

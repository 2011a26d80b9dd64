"""Discount lines of an invoice: coupons, prepaid credits, progressive billing, credit notes; one each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any, assert_never

from consumer.mapping import fields, header, items, money, taxes
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.items import Discount
from consumer.mapping.line import Line, priced
from schemas.invoice import Invoice

# Lago's own references between discount lines and their tax details.
_REFERENCES: dict[Discount, str] = {
    "coupon": "coupon_item",
    "prepaid_credit": "credit_item",
    "prepaid_credit_granted": "credit_item_granted",
    "progressive_billing": "credit_item_progressive_billing",
    "credit_note": "credit_note_item",
}
SOURCES: dict[Discount, str] = {
    "coupon": "coupons",
    "prepaid_credit": "prepaid_credits",
    "prepaid_credit_granted": "prepaid_granted_credits",
    "progressive_billing": "progressive_billing_credits",
    "credit_note": "credit_note_credits",
}


def lines(invoice: Invoice, decision_log: DecisionLog) -> Iterator[Line]:
    """The negative lines, in Lago's order; a spent credit note has none when its memo is applied instead."""
    found = [each for each in _amounts(invoice, decision_log) if each[1] > 0]
    rate = taxes.invoice_rate(invoice) if found else Decimal(0)
    for kind, cents in found:
        if kind == "credit_note" and decision_log.connection.credits == "apply":
            continue
        description = _description(kind, invoice)
        item = items.item_of_discount(kind, invoice.billing_entity_code, decision_log, cents=-cents)
        amount = money.major(-cents, invoice.currency)
        item_of = {"type": kind, "code": None, "name": description}
        fee = partial(decision_log.origin.like_a_fee, item=item_of, amount_cents=-cents)
        columns: dict[str, Any] = {
            **priced(item, amount),
            "description": description,
            "item_source": SOURCES[kind],
            **fields.configured("invoice_line", invoice.billing_entity_code, decision_log, fee),
        }
        yield Line(
            ref=_REFERENCES[kind],
            cents=-cents,
            exact_tax=Decimal(0),
            tax_rate=rate,
            fields=header.filled(columns),
        )


def _amounts(invoice: Invoice, decision_log: DecisionLog) -> Iterator[tuple[Discount, int]]:
    yield "coupon", invoice.coupons_amount_cents
    granted = _granted_cents(invoice, decision_log)
    yield "prepaid_credit", invoice.prepaid_credit_amount_cents - granted
    yield "prepaid_credit_granted", granted
    yield "progressive_billing", invoice.progressive_billing_credit_amount_cents
    yield "credit_note", invoice.credit_notes_amount_cents


def _description(kind: Discount, invoice: Invoice) -> str:
    match kind:
        case "prepaid_credit":
            return "Prepaid credits"
        case "prepaid_credit_granted":
            return "Granted prepaid credits"
        case "progressive_billing":
            return _names_of("invoice", invoice)
        case "coupon" | "credit_note":
            return _names_of(kind, invoice)
        case _:
            assert_never(kind)


def _names_of(kind: str, invoice: Invoice) -> str:
    return ",".join(each.item.name for each in invoice.credits if each.item.type == kind and each.item.name)


def _granted_cents(invoice: Invoice, decision_log: DecisionLog) -> int:
    """The granted part of the spent prepaid credits, in subunits; 0 when it has no item of its own."""
    granted = invoice.prepaid_granted_credit_amount_cents
    if not granted:
        return 0
    is_apart = items.has_own_item(
        "prepaid_credit_granted", invoice.billing_entity_code, decision_log.connection
    )
    return granted if is_apart and 0 < granted <= invoice.prepaid_credit_amount_cents else 0

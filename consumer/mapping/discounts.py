"""What lessens an invoice: coupons, prepaid credits, progressive billing, credit notes; a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from consumer.mapping import fields, header, items, money, taxes
from consumer.mapping.items import Discount
from consumer.mapping.journal import Journal
from consumer.mapping.line import Line, priced
from schemas.invoice import Invoice

# The words Lago joins discount lines and their tax details by; receivers of its payloads know them.
_REFERENCES: dict[Discount, str] = {
    "coupon": "coupon_item",
    "prepaid_credit": "credit_item",
    "progressive_billing": "credit_item_progressive_billing",
    "credit_note": "credit_note_item",
}
_SOURCES: dict[Discount, str] = {
    "coupon": "coupons",
    "prepaid_credit": "prepaid_credits",
    "progressive_billing": "progressive_billing_credits",
    "credit_note": "credit_note_credits",
}


def lines(invoice: Invoice, journal: Journal) -> Iterator[Line]:
    """The negative lines, in Lago's order; a spent credit note is none when its memo is applied instead."""
    rate = taxes.invoice_rate(invoice)
    for kind, cents, description in _amounts(invoice):
        if cents <= 0 or (kind == "credit_note" and journal.connection.credits == "apply"):
            continue
        item = items.item_of_discount(kind, invoice.billing_entity_code, journal)
        amount = money.major(-cents, invoice.currency)
        item_of = {"type": kind, "code": None, "name": description}
        fee = journal.origin.like_a_fee(item=item_of, amount_cents=-cents)
        columns: dict[str, Any] = {
            **priced(item, amount),
            "description": description,
            "item_source": _SOURCES[kind],
            **fields.configured("invoice_line", invoice.billing_entity_code, journal, fee),
        }
        yield Line(
            ref=_REFERENCES[kind],
            cents=-cents,
            exact_tax=Decimal(0),
            tax_rate=rate,
            fields=header.filled(columns),
        )


def _amounts(invoice: Invoice) -> Iterator[tuple[Discount, int, str]]:
    def names(kind: str) -> str:
        return _joined(credit.item.name for credit in invoice.credits if credit.item.type == kind)

    yield "coupon", invoice.coupons_amount_cents, names("coupon")
    yield "prepaid_credit", invoice.prepaid_credit_amount_cents, "Prepaid credits"
    yield "progressive_billing", invoice.progressive_billing_credit_amount_cents, names("invoice")
    yield "credit_note", invoice.credit_notes_amount_cents, names("credit_note")


def _joined(names: Iterable[str | None]) -> str:
    return ",".join(name for name in names if name)

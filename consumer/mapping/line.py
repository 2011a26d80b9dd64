"""A line of a document while it is being built: amounts still in Lago's subunits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.config.mapping_rules import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One item line and the tax that belongs to it.

    Attributes:
        ref: joins the line with its tax detail; a fee's id, or a fixed word for discounts.
        exact_tax: Lago's unrounded tax of the line in subunits, as the weight for sharing out the tax.
        tax_rate: percent.
        fields: what is sent besides the reference.
    """

    ref: str
    cents: int
    exact_tax: Decimal
    tax_rate: Decimal
    fields: dict[str, Any]


def priced(item: Item | None, amount: str, *, quantity: str = "1", rate: str | None = None) -> dict[str, Any]:
    """
    What a line says about its item and price; the amount stands last, since NetSuite recomputes it before.

    The rate is the amount unless given. Without an item (a problem has been noted) the line is never sent.
    """
    columns = {"item": item and item.id, "account": item and item.account, "quantity": quantity}
    return columns | {"rate": rate or amount, "amount": amount}

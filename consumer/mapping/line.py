"""A line of a document, with amounts in Lago's subunits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from consumer.config.mapping_rules import Item


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """
    One item line with its tax.

    Attributes:
        ref: the reference of the line's tax details: a fee's id, or a fixed word for discounts.
        cents: the amount, in subunits.
        exact_tax: Lago's unrounded tax of the line in subunits, the weight for the allocation of the tax.
        tax_rate: in percent.
        fields: the line's NetSuite fields without the reference.
    """

    ref: str
    cents: int
    exact_tax: Decimal
    tax_rate: Decimal
    fields: dict[str, Any]


def priced(item: Item | None, amount: str, *, quantity: str = "1", rate: str | None = None) -> dict[str, Any]:
    """
    The item and price fields of a line; the amount is last, since NetSuite recomputes it after the others.

    The rate is the amount unless given. Without an item there is a problem, and the line is not sent.
    """
    columns = {"item": item and item.id, "account": item and item.account, "quantity": quantity}
    return columns | {"rate": rate or amount, "amount": amount}

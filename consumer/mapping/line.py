"""A line of a document while it is being built: amounts still in Lago's subunits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


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

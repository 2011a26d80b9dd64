"""
Taxes of a fee: one of its rate, or several with codes of their own, as tax providers return them.

A provider's rate is a double times 100 (7.000000000000001), and it may tax only a share of the amount
(``taxes_base_rate``); neither the taxes of a fee nor that share are in webhooks or in REST.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.sandbox.lago.notation import Json

MEMBER = "taxes"
"""Where a fee keeps its taxes; no representation has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """
    One tax.

    Attributes:
        rate: percent, as Lago writes it.
        base_rate: the taxed share of the amount, from 0 to 1.
    """

    code: str
    name: str
    rate: float
    base_rate: Decimal = Decimal(1)

    @property
    def effective_percent(self) -> Decimal:
        """The percent of the whole amount."""
        return Decimal(str(self.rate)) * self.base_rate


def of_sale(sent: Sequence[Json]) -> list[Tax]:
    """Taxes as a sale states them: ``code``, ``rate``, and optionally ``name`` and ``base_rate``."""
    return [
        Tax(
            code=one["code"],
            name=one.get("name") or one["code"],
            rate=float(one["rate"]),
            base_rate=Decimal(str(one.get("base_rate", 1))),
        )
        for one in sent
    ]


def of_fee(fee: Json) -> list[Tax]:
    """The taxes of a fee; none of a rate of 0."""
    if MEMBER in fee:
        known: list[Tax] = fee[MEMBER]
        return known
    rate = fee["taxes_rate"]
    return [Tax(code=f"vat_{rate:g}".replace(".", "_"), name=f"VAT {rate:g} %", rate=rate)] if rate else []


def effective_percent(fee: Json) -> Decimal:
    """All taxes of a fee together, in percent of its whole amount."""
    return sum((tax.effective_percent for tax in of_fee(fee)), Decimal(0))


def of_fees(listed: Sequence[Json]) -> list[Tax]:
    """Each tax of the fees once, by rate and code."""
    return sorted(
        {tax for fee in listed for tax in of_fee(fee)}, key=lambda tax: (tax.rate, tax.code, tax.base_rate)
    )


def shown(fee: Any) -> Json:
    """A fee as webhooks and REST show it."""
    return {name: value for name, value in fee.items() if name != MEMBER}

"""The rows of an account's lists: currencies, subsidiaries, items, taxes, periods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a profile: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Entry(Part):
    """One row of a list of the account; `id` is its internal id."""

    id: str
    name: str
    externalid: str | None = None
    inactive: bool = False


class Currency(Entry):
    """A currency: ISO `symbol`, decimals of its amounts, exchange `rate` to the base currency."""

    symbol: str
    precision: Literal[0, 2] = 2
    rate: Decimal = Decimal(1)


class Subsidiary(Entry):
    """A legal entity; its transactions accept only the nexuses in which it has a tax registration."""

    country: str
    currency: str
    nexuses: tuple[str, ...] = ()


class Item(Entry):
    """
    An item for item lines.

    Attributes:
        account: number of the income account.
        rate: default price; None without one.
        subsidiaries: ids of the subsidiaries that may sell it; empty for all.
    """

    type: Literal["Service", "NonInvtPart", "OthCharge", "Discount", "InvtPart"] = "Service"
    account: str
    taxable: bool = True
    saleable: bool = True
    description: str = ""
    rate: Decimal | None = None
    subsidiaries: tuple[str, ...] = ()


class GlAccount(Entry):
    """An account of the chart of accounts."""

    number: str
    type: str


class Nexus(Entry):
    """A tax jurisdiction."""

    country: str


class TaxType(Entry):
    """A SuiteTax tax type of one nexus."""

    nexus: str


class TaxCode(Entry):
    """A tax code of a tax type, with its rate in percent."""

    type: str
    rate: Decimal


class Term(Entry):
    """Payment terms: due after so many days."""

    days: int


class Period(Entry):
    """
    An accounting period, from `start` to `end` inclusive.

    Attributes:
        kind: transactions are posted to months and adjustment periods only, not to quarters and years.
    """

    start: date
    end: date
    kind: Literal["month", "quarter", "year", "adjustment"] = "month"
    closed: bool = False
    ar_locked: bool = False
    all_locked: bool = False

    @property
    def posting(self) -> bool:
        """Whether it is a kind to which transactions are posted."""
        return self.kind in ("month", "adjustment")

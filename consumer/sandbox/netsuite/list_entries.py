"""The rows of an account's lists: currencies, subsidiaries, items, taxes, periods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A part of a profile; what it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Entry(Part):
    """One row of a list of the account; `id` is the internal id that requests refer to."""

    id: str
    name: str
    externalid: str | None = None
    inactive: bool = False


class Currency(Entry):
    """A currency: ISO `symbol`, decimals kept in amounts, units of the base currency it is worth."""

    symbol: str
    precision: Annotated[int, Field(ge=0, le=4)] = 2
    rate: Decimal = Decimal(1)


class Subsidiary(Entry):
    """A legal entity; nexuses it has no registration for cannot be chosen on its transactions."""

    country: str
    currency: str
    nexuses: tuple[str, ...] = ()


class Item(Entry):
    """
    What can stand on an item line.

    Attributes:
        account: number of the income account.
        subsidiaries: ids it may be sold in; empty means all.
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
    """A kind of tax, levied in one nexus."""

    nexus: str


class TaxCode(Entry):
    """A rate of a tax type, in percent."""

    type: str
    rate: Decimal


class Term(Entry):
    """Terms of payment."""

    days: int


class Period(Entry):
    """
    An accounting period; both dates belong to it.

    Attributes:
        kind: quarters and years only sum up months; nothing is posted to them.
    """

    start: date
    end: date
    kind: Literal["month", "quarter", "year", "adjustment"] = "month"
    closed: bool = False
    ar_locked: bool = False
    all_locked: bool = False

    @property
    def posting(self) -> bool:
        """Whether transactions can be posted to it."""
        return self.kind in ("month", "adjustment")

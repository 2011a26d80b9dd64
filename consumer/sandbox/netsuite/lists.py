"""The lists of an account, by the record type that select fields and searches use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from consumer.sandbox.netsuite.list_entries import (
    Currency,
    Entry,
    Item,
    Nexus,
    Period,
    Subsidiary,
    TaxCode,
    TaxType,
    Term,
)
from consumer.sandbox.netsuite.profile import Profile

Row = TypeVar("Row", bound=Entry)
_USUAL_PRECISION = 2


class Lists:
    """Rows of the account's lists, found by internal id."""

    def __init__(self, profile: Profile) -> None:
        rows: dict[str, Sequence[Entry]] = {
            "subsidiary": profile.subsidiaries,
            "currency": profile.currencies,
            "item": profile.items,
            "account": profile.accounts,
            "nexus": profile.nexuses,
            "taxtype": profile.tax_types,
            "salestaxitem": profile.tax_codes,
            "term": profile.terms,
            "location": profile.locations,
            "department": profile.departments,
            "classification": profile.classes,
            "accountingperiod": profile.periods,
            "paymentmethod": profile.payment_methods,
        }
        self._rows = {name: {row.id: row for row in entries} for name, entries in rows.items()}

        self._precisions = {row.id: row.precision for row in profile.currencies if not row.inactive}
        self._own_precision = _USUAL_PRECISION if profile.has_currencies else profile.currencies[0].precision

    def precision(self, currency: str | None) -> int:
        """Decimals of a currency; without one those of the account's own, or two."""
        return self._precisions.get(currency or "", self._own_precision)

    def knows(self, name: str) -> bool:
        """Whether `name` is one of the lists."""
        return name in self._rows

    def all(self, name: str) -> list[Entry]:
        """All rows of a list, including inactive ones."""
        return list(self._rows.get(name, {}).values())

    def has(self, name: str, key: str) -> bool:
        """Whether an active row has that internal id."""
        row = self._rows.get(name, {}).get(key)
        return row is not None and not row.inactive

    def currency(self, key: str) -> Currency:
        """The currency with that id; raises KeyError."""
        return _as(Currency, self._rows["currency"][key])

    def subsidiary(self, key: str) -> Subsidiary:
        """The subsidiary with that id; raises KeyError."""
        return _as(Subsidiary, self._rows["subsidiary"][key])

    def item(self, key: str) -> Item:
        """The item with that id; raises KeyError."""
        return _as(Item, self._rows["item"][key])

    def nexus(self, key: str) -> Nexus:
        """The nexus with that id; raises KeyError."""
        return _as(Nexus, self._rows["nexus"][key])

    def tax_type(self, key: str) -> TaxType:
        """The tax type with that id; raises KeyError."""
        return _as(TaxType, self._rows["taxtype"][key])

    def tax_code(self, key: str) -> TaxCode:
        """The tax code with that id; raises KeyError."""
        return _as(TaxCode, self._rows["salestaxitem"][key])

    def term(self, key: str) -> Term:
        """The terms with that id; raises KeyError."""
        return _as(Term, self._rows["term"][key])

    def period_of(self, day: date) -> Period | None:
        """The month that contains a day; None when there is none."""
        periods = (_as(Period, row) for row in self._rows["accountingperiod"].values())
        months = (period for period in periods if period.kind == "month")
        return next((period for period in months if period.start <= day <= period.end), None)

    def period(self, key: str) -> Period:
        """The period with that id; raises KeyError."""
        return _as(Period, self._rows["accountingperiod"][key])


def _as(kind: type[Row], row: Entry) -> Row:
    if not isinstance(row, kind):
        raise TypeError(f"{row.id} is no {kind.__name__}")
    return row

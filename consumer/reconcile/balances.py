"""What is open on each side by customer, currency and billing entity, and the totals by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from consumer.reconcile.expected import Expected, Kind

Side = Literal["lago", "netsuite"]
_SIGNS: dict[Kind, int] = {"invoice": 1, "credit_note": -1}
_MONTH_CHARS = len("2026-08")


class Account(NamedTuple):
    """Whose balance, in which currency; a customer that Lago does not know has NetSuite's name."""

    customer: str
    currency: str
    billing_entity: str


class Period(NamedTuple):
    """Documents of one kind and currency in one month, ``2026-08``."""

    month: str
    kind: Kind
    currency: str


@dataclass(slots=True)
class Sums:
    """Amounts of both sides in units of the currency, and how many documents they are of."""

    lago: Decimal = Decimal(0)
    netsuite: Decimal = Decimal(0)
    lago_count: int = 0
    netsuite_count: int = 0

    def add(self, side: Side, amount: Decimal) -> None:
        """Add a document."""
        if side == "lago":
            self.lago += amount
            self.lago_count += 1
        else:
            self.netsuite += amount
            self.netsuite_count += 1

    @property
    def is_equal(self) -> bool:
        """Whether both sides have the same sum."""
        return self.lago == self.netsuite


@dataclass(slots=True)
class Balances:
    """
    Sums of both sides, as large as there are customers and months.

    Attributes:
        open: invoices less credit notes, where Lago says what is open.
        totals: the whole amounts, each side by its own date.
    """

    open: dict[Account, Sums] = field(default_factory=lambda: defaultdict(Sums))
    totals: dict[Period, Sums] = field(default_factory=lambda: defaultdict(Sums))

    def add_document(self, document: Expected) -> None:
        """Add Lago's side."""
        if document.kind != "customer" and not document.is_voided and not document.is_void_optional:
            self.totals[_period(document.kind, document.currency, document.day)].add("lago", document.total)
        if document.open is not None and document.kind in _SIGNS:
            self.open[_account(document)].add("lago", _SIGNS[document.kind] * document.open)

    def add_record(self, document: Expected, *, remaining: Decimal, total: Decimal, date: str) -> None:
        """Add NetSuite's side of a document; `date` is NetSuite's."""
        if not document.is_voided and not document.is_void_optional:
            self.totals[_period(document.kind, document.currency, date)].add("netsuite", total)
        if document.open is not None and document.kind in _SIGNS:
            self.open[_account(document)].add("netsuite", _SIGNS[document.kind] * remaining)

    def add_unknown(
        self, kind: Kind, customer: str, currency: str, *, remaining: Decimal, total: Decimal, date: str
    ) -> None:
        """Add a record that Lago lacks."""
        self.totals[_period(kind, currency, date)].add("netsuite", total)
        if kind in _SIGNS:
            account = Account(customer=customer, currency=currency, billing_entity="")
            self.open[account].add("netsuite", _SIGNS[kind] * remaining)

    def by_currency(self) -> dict[str, Sums]:
        """What is open by currency, in their order."""
        found: dict[str, Sums] = defaultdict(Sums)
        for account, sums in self.open.items():
            found[account.currency].lago += sums.lago
            found[account.currency].netsuite += sums.netsuite
        return dict(sorted(found.items()))

    def unequal(self) -> Iterator[tuple[Account, Sums]]:
        """The accounts of which both sides do not have the same balance, in order."""
        return ((account, sums) for account, sums in sorted(self.open.items()) if not sums.is_equal)


def _account(document: Expected) -> Account:
    return Account(document.customer, document.currency, document.billing_entity)


def _period(kind: Kind, currency: str, day: str) -> Period:
    return Period(month=day[:_MONTH_CHARS], kind=kind, currency=currency)

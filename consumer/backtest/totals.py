"""
Many compared documents added up: amounts by account, item, tax, subsidiary and customer, before and after.

Amounts are of lines for account, item and subsidiary, of tax details for tax, and of documents for customers
and totals; customers are added up only where something about them differs, so that a file of any length fits
into memory. A document counts once, by the first event that is booked.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from consumer.backtest.booking import Booking
from consumer.backtest.comparison import Compared
from consumer.backtest.difference import Aspect, DocumentName

_DIGEST_BYTES = 12

_ORDER: tuple[Aspect, ...] = ("account", "item", "tax", "subsidiary", "customer", "total")
_OF_CUSTOMERS = frozenset(("customer", "outcome", "total"))

Part = tuple[Aspect, str]
"""An aspect, and its value such as the number of an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumKey:
    """
    What is added up.

    Attributes:
        type: NetSuite's record type.
        value: an account, an item, a tax code, a subsidiary, a customer; empty for totals.
        currency: ISO code.
    """

    aspect: Aspect
    connection: str
    type: str
    value: str
    currency: str


@dataclass(slots=True)
class BeforeAfter:
    """An amount by both configurations, in units of the currency."""

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)

    @property
    def change(self) -> Decimal:
        """What the changed configuration books more; less where it is negative."""
        return self.after - self.before


@dataclass(slots=True, kw_only=True)
class BacktestTotals:
    """
    Takes documents in one after the other.

    Attributes:
        events: how many were read.
        documents: how many documents they are.
        differing: how many of them differ.
        differences: how many values differ, by aspect.
        outcomes: how many documents one side does not write, by what becomes of them before and after.
        rejected: how many documents both refuse.
        sums: also those that do not change.
    """

    events: int = 0
    documents: int = 0
    differing: int = 0
    differences: Counter[Aspect] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejected: int = 0
    sums: dict[SumKey, BeforeAfter] = field(default_factory=dict)
    looked_up: int = 0
    _seen: set[bytes] = field(default_factory=set)

    def add(self, name: DocumentName, document: Compared) -> bool:
        """Take in one document; False for one that was taken in before, and for what both ignore."""
        if document.either is None and not document.differences and not document.is_refused_by_both:
            return False
        if self._is_known(f"{name.connection} {document.key}"):
            return False
        self.documents += document.either is not None
        self.rejected += document.is_refused_by_both
        self.differing += bool(document.differences)
        for each in document.differences:
            self.differences[each.aspect] += 1
            if each.aspect == "outcome":
                self.outcomes[each.before, each.after] += 1
        self._add_amounts(name, document)
        return True

    def _is_known(self, key: str) -> bool:
        digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES).digest()
        is_known = digest in self._seen
        self._seen.add(digest)
        return is_known

    def changed(self) -> Iterator[tuple[SumKey, BeforeAfter]]:
        """The sums that are not the same before and after, without the totals."""
        for key, amounts in sorted(self.sums.items(), key=lambda each: _order(each[0])):
            if key.aspect != "total" and amounts.change:
                yield key, amounts

    def totals(self) -> Iterator[tuple[SumKey, BeforeAfter]]:
        """The sums of documents by type and currency, also those that are the same."""
        for key, amounts in sorted(self.sums.items(), key=lambda each: _order(each[0])):
            if key.aspect == "total":
                yield key, amounts

    def _add_amounts(self, name: DocumentName, document: Compared) -> None:
        has_customer = any(each.aspect in _OF_CUSTOMERS for each in document.differences)
        for part, amount in _parts(document.before, has_customer=has_customer):
            self._sum(name, part).before += amount
        for part, amount in _parts(document.after, has_customer=has_customer):
            self._sum(name, part).after += amount

    def _sum(self, name: DocumentName, part: Part) -> BeforeAfter:
        aspect, value = part
        key = SumKey(
            aspect=aspect,
            connection=name.connection,
            type=name.type,
            value=value,
            currency=name.currency,
        )
        return self.sums.setdefault(key, BeforeAfter())


def _parts(booked: Booking | None, *, has_customer: bool) -> Iterator[tuple[Part, Decimal]]:
    if booked is None or booked.total is None:
        return
    yield ("total", ""), booked.total
    yield ("subsidiary", booked.subsidiary or "the customer's"), booked.total
    if has_customer:
        yield ("customer", booked.customer), booked.total
    for tax in booked.taxes:
        yield ("tax", tax.code), tax.amount
    for line in booked.lines:
        yield ("account", line.account), line.amount
        yield ("item", line.item), line.amount
        yield from ((("tax", tax.code), tax.amount) for tax in line.taxes)


def _order(key: SumKey) -> tuple[int, str, str, str, str]:
    return _ORDER.index(key.aspect), key.connection, key.type, key.currency, key.value

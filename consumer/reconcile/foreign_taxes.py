"""
The tax of documents in another currency than the base currency of their subsidiary.

NetSuite's searches have it in the base currency alone, rounded there. Lago's tax times the document's rate
must come to the same, to half a cent; where it does not, the record itself says what the tax is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from consumer.mapping import money
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Kind
from schemas.ledger import LedgerRow

HALF_A_CENT = Decimal("0.005")


def differs(tax: Decimal, row: LedgerRow) -> bool:
    """Whether a record cannot have this tax, as far as a search can say."""
    if Decimal(row.tax) == tax:
        return False
    if row.exchangeRate is None or row.baseTax is None:
        return True
    return abs(tax * Decimal(row.exchangeRate) - Decimal(row.baseTax)) > HALF_A_CENT


@dataclass(slots=True, kw_only=True)
class ForeignTaxes:
    """Differences of tax until the records themselves have been read; one that is not read stays as it is."""

    _doubtful: dict[str, tuple[Kind, str]] = field(default_factory=dict)
    _exact: dict[tuple[Kind, str], Decimal] = field(default_factory=dict)

    def note(self, found: Iterable[Difference], row: LedgerRow) -> None:
        """Take in the differences of a document and its record."""
        doubtful = (each for each in found if each.what == "tax" and row.exchangeRate is not None)
        for each in doubtful:
            self._doubtful[row.internalId] = (each.kind, each.lago_id)

    @property
    def internal_ids(self) -> list[str]:
        """NetSuite's ids of the records to be read."""
        return list(self._doubtful)

    def confirm(self, row: LedgerRow) -> None:
        """Take in a record with the tax in its own currency."""
        key = self._doubtful.get(row.internalId)
        if key is not None and row.exchangeRate is None:
            self._exact[key] = Decimal(row.tax)

    def confirmed(self, found: Iterable[Difference]) -> Iterator[Difference]:
        """The differences; those of tax as the records have it."""
        for each in found:
            exact = self._exact.get((each.kind, each.lago_id)) if each.what == "tax" else None
            if exact is None:
                yield each
            elif exact != Decimal(each.lago):
                yield replace(each, netsuite=money.in_units(exact, each.currency))

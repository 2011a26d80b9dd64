"""
Which of NetSuite's records stands for which of Lago's documents, whoever wrote it.

Lago's own connector writes Lago's id on invoices and credit memos and no mark at all on payments (lago-api
``Integrations::Aggregator``), a person writes the number at best. A document is found, first to last: by our
external id; by Lago's id; by its number, type and currency; a payment by the invoice that it is applied to,
its amount and its currency. A number that several records have finds none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consumer.reconcile.expected import Expected, Kind, external_id
from schemas.ledger import LedgerRow

How = Literal["external_id", "lago_id", "number", "applied_to"]
TYPES: Mapping[Kind, str] = {
    "invoice": "invoice",
    "credit_note": "creditmemo",
    "payment": "customerpayment",
}
_KINDS: Mapping[str, Kind] = {record_type: kind for kind, record_type in TYPES.items()}
_NUMBERED = ("invoice", "credit_note")
_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """
    A document and its record.

    Attributes:
        internal_id: of the record.
        how: by what it was found.
        is_adopted: whether a replay finds the record: by our external id, or by Lago's beside a foreign one.
        row: the record, of one without a mark; others are too many to be kept.
    """

    document: Expected
    internal_id: str
    how: How
    is_adopted: bool
    row: LedgerRow | None = None


@dataclass(slots=True, kw_only=True)
class Identification:
    """
    Takes NetSuite's records in, one after the other.

    Attributes:
        documents: Lago's, by our external id.
        found: by our external id.
        ambiguous: external ids of documents that fit several records.
    """

    documents: dict[str, Expected] = field(default_factory=dict)
    found: dict[str, Identified] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    def meet(self, row: LedgerRow) -> None:
        """Take in a record that carries a mark."""
        kind = _KINDS.get(row.type)
        if kind is None:
            return
        by_key = self.documents.get((row.externalId or "").lower())
        by_lago_id = self.documents.get(external_id(kind, row.lagoId)) if row.lagoId else None
        document = by_key or by_lago_id
        if document is not None and document.kind == kind:
            self._keep(document, row, "external_id" if by_key else "lago_id")

    def unmarked(self) -> Iterator[LedgerRow]:
        """The records that were found without a mark, each with the Lago id that it should have."""
        for each in self.found.values():
            if each.row is not None:
                yield each.row.model_copy(update={"lagoId": each.document.lago_id})

    def is_copied(self, row: LedgerRow) -> bool:
        """Whether a payment carries its invoice's Lago id, which NetSuite copies to what is made from it."""
        return row.type == TYPES["payment"] and external_id("invoice", row.lagoId) in self.documents

    def numbers(self) -> Iterator[tuple[str, str]]:
        """Record type and number of each invoice and credit note that no record was found for."""
        for document in self.missing():
            if document.kind in _NUMBERED:
                yield TYPES[document.kind], document.number

    def meet_unmarked(self, rows: Sequence[LedgerRow]) -> None:
        """Take in invoices and credit memos without marks, all that have the numbers of some documents."""
        wanted = [each for each in self.missing() if each.kind in _NUMBERED]
        by_number = _grouped((_number_key(row.type, row.number), row) for row in rows)
        for document in wanted:
            alike = by_number.get(_number_key(TYPES[document.kind], document.number), ())
            self._keep_only(document, [row for row in alike if _is_in_currency(document, row)], "number")

    def paid(self) -> Iterator[str]:
        """NetSuite's ids of the invoices of those payments that no record was found for."""
        known = (row_id for document in self.missing() for row_id in self._invoices_in_netsuite(document))
        yield from dict.fromkeys(known)

    def meet_payments(self, rows: Sequence[LedgerRow]) -> None:
        """
        Take in payments without marks, all that are applied to the invoices of some documents.

        Several alike payments of one invoice are taken in the order of both sides: they are the same.
        """
        distinct = {row.internalId: row for row in rows}.values()
        by_invoice = _grouped((invoice, row) for row in distinct for invoice in row.appliedTo)
        taken: set[str] = set()
        for document in self.missing():
            applied = (row for invoice in self._invoices_in_netsuite(document) for row in by_invoice[invoice])
            free = (row for row in applied if row.internalId not in taken)
            fitting = next((row for row in free if _is_payment(document, row)), None)
            if fitting is not None:
                taken.add(fitting.internalId)
                self._keep(document, fitting, "applied_to")

    def missing(self) -> list[Expected]:
        """The documents that no record was found for."""
        return [each for key, each in self.documents.items() if key not in self.found]

    def _invoices_in_netsuite(self, document: Expected) -> Iterator[str]:
        for key in document.settles if document.kind == "payment" else ():
            invoice = self.found.get(key)
            if invoice is not None:
                yield invoice.internal_id

    def _keep_only(self, document: Expected, rows: Sequence[LedgerRow], how: How) -> None:
        if len(rows) == 1:
            self._keep(document, rows[0], how)
        elif rows:
            self.ambiguous.add(document.external_id)

    def _keep(self, document: Expected, row: LedgerRow, how: How) -> None:
        before = self.found.get(document.external_id)
        if before is None or (how == "external_id" and before.how != how):
            self.found[document.external_id] = Identified(
                document=document,
                internal_id=row.internalId,
                how=how,
                is_adopted=how == "external_id" or (how == "lago_id" and bool(row.externalId)),
                row=row if how in {"number", "applied_to"} else None,
            )


def _grouped(pairs: Iterable[tuple[str, LedgerRow]]) -> dict[str, list[LedgerRow]]:
    found: dict[str, list[LedgerRow]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return found


def _number_key(record_type: str, number: str | None) -> str:
    return f"{record_type} {(number or '').strip().casefold()}"


def _is_in_currency(document: Expected, row: LedgerRow) -> bool:
    # An account with one currency names none.
    return row.currency in {document.currency, None, ""}


def _is_payment(document: Expected, row: LedgerRow) -> bool:
    return _is_in_currency(document, row) and abs(Decimal(row.total) - document.total) < _CENT

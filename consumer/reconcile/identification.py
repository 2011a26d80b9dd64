"""
Which of NetSuite's records stands for which of Lago's documents, whoever wrote it.

Lago's own connector writes Lago's id on invoices and credit memos and no mark at all on payments (lago-api
``Integrations::Aggregator``), a person writes the number at best. A document is found, first to last: by our
external id; by Lago's id; by its number, type and currency; a payment by the invoice that it is applied to,
its amount and its currency. A number that several records have finds none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeVar

from consumer.reconcile.expected import Expected, Kind, external_id
from schemas.ledger import LedgerRow

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
NumberKey = tuple[str, str]
"""NetSuite's record type, and a document number."""
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
    """

    document: Expected
    internal_id: str
    how: How
    is_adopted: bool


@dataclass(slots=True, kw_only=True)
class Identification:
    """
    Takes NetSuite's records in, one after the other, and keeps their ids alone: they may be many.

    Attributes:
        documents: Lago's, by our external id.
        found: by our external id.
        ambiguous: external ids of documents that fit several records.
        owners: the internal ids of the customers that have the records, by Lago's id of the customer.
    """

    documents: dict[str, Expected] = field(default_factory=dict)
    found: dict[str, Identified] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    owners: dict[str, set[str]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

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

    def is_copied(self, row: LedgerRow) -> bool:
        """Whether a payment carries its invoice's Lago id, which NetSuite copies to what is made from it."""
        return row.type == TYPES["payment"] and external_id("invoice", row.lagoId) in self.documents

    def by_number(self, most: int) -> Iterator[dict[NumberKey, list[Expected]]]:
        """The invoices and credit notes without a record, by record type and number; `most` at a time."""
        wanted = (each for each in self._missing() if each.kind in _NUMBERED)
        return _in_parts((((TYPES[each.kind], each.number), each) for each in wanted), most)

    def meet_unmarked(
        self, wanted: Mapping[NumberKey, Sequence[Expected]], rows: Iterable[LedgerRow]
    ) -> Iterator[LedgerRow]:
        """
        Take in invoices and credit memos without marks.

        Args:
            wanted: the documents of `by_number` that have been asked for.
            rows: all that have the numbers of these.

        Yields:
            Each record that stands for a document, with the Lago id that it should have.
        """
        alike = _grouped((_number_key(row.type, row.number), row) for row in rows)
        for (record_type, number), documents in wanted.items():
            found = alike.get(_number_key(record_type, number), [])
            for document in documents:
                fitting = [row for row in found if self._is_free(row) and _is_in_currency(document, row)]
                if len(fitting) == 1:
                    self._taken.add(fitting[0].internalId)
                    yield self._marked(document, fitting[0], "number")
                elif fitting:
                    self.ambiguous.add(document.external_id)

    def by_invoice(self, most: int) -> Iterator[dict[str, list[Expected]]]:
        """The payments without a record, by the internal id of the invoice; `most` invoices at a time."""
        payments = (each for each in self._missing() if each.kind == "payment")
        paid = ((invoice, each) for each in payments for invoice in self._invoices_in_netsuite(each))
        return _in_parts(paid, most)

    def meet_payments(
        self, wanted: Mapping[str, Sequence[Expected]], rows: Sequence[LedgerRow]
    ) -> Iterator[LedgerRow]:
        """
        Take in payments without marks.

        Several alike payments of one invoice are taken in the order of both sides: they are the same.

        Args:
            wanted: the payments of `by_invoice` that have been asked for.
            rows: all that are applied to the invoices of these.

        Yields:
            Each record that stands for a payment, with the Lago id that it should have.
        """
        applied = _grouped((invoice, row) for row in rows for invoice in row.appliedTo)
        for invoice, documents in wanted.items():
            for document in documents:
                free = filter(self._is_free, applied.get(invoice, ()))
                fitting = next((row for row in free if _is_payment(document, row)), None)
                if fitting is not None and document.external_id not in self.found:
                    self._taken.add(fitting.internalId)
                    yield self._marked(document, fitting, "applied_to")

    def missing(self) -> list[Expected]:
        """The documents that no record was found for."""
        return list(self._missing())

    def _missing(self) -> Iterator[Expected]:
        return (each for key, each in self.documents.items() if key not in self.found)

    def _invoices_in_netsuite(self, document: Expected) -> Iterator[str]:
        for key in document.settles:
            invoice = self.found.get(key)
            if invoice is not None:
                yield invoice.internal_id

    def _is_free(self, row: LedgerRow) -> bool:
        return row.internalId not in self._taken

    def _marked(self, document: Expected, row: LedgerRow, how: How) -> LedgerRow:
        self._keep(document, row, how)
        return row.model_copy(update={"lagoId": document.lago_id})

    def _keep(self, document: Expected, row: LedgerRow, how: How) -> None:
        if row.entity and document.customer_id:
            self.owners.setdefault(document.customer_id, set()).add(row.entity)
        before = self.found.get(document.external_id)
        if before is None or (how == "external_id" and before.how != how):
            self.found[document.external_id] = Identified(
                document=document,
                internal_id=row.internalId,
                how=how,
                is_adopted=how == "external_id" or (how == "lago_id" and bool(row.externalId)),
            )


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    found: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _in_parts(pairs: Iterable[tuple[Key, Value]], most: int) -> Iterator[dict[Key, list[Value]]]:
    """The pairs by key, `most` keys at a time: a key may be in several parts, and one part is kept."""
    part: dict[Key, list[Value]] = {}
    for key, value in pairs:
        if len(part) == most and key not in part:
            yield part
            part = {}
        part.setdefault(key, []).append(value)
    if part:
        yield part


def _number_key(record_type: str, number: str | None) -> str:
    return f"{record_type} {(number or '').strip().casefold()}"


def _is_in_currency(document: Expected, row: LedgerRow) -> bool:
    # An account with one currency names none.
    return row.currency in {document.currency, None, ""}


def _is_payment(document: Expected, row: LedgerRow) -> bool:
    return _is_in_currency(document, row) and abs(Decimal(row.total) - document.total) < _CENT

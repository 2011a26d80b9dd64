"""Compare the sandbox's records with Lago: each document once, with Lago's total, and no other records."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.demo.scenario_event import ScenarioEvent

Book = Mapping[str, Any]
DOCUMENTS = ("invoice", "salesorder", "creditmemo", "customerpayment")
RECORD_TYPES = ("customer", *DOCUMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """
    The result of the comparison.

    Attributes:
        duplicates: records beyond the first that share an external id or a Lago id.
        differences: one sentence each; empty when NetSuite agrees with Lago.
    """

    duplicates: int
    differences: tuple[str, ...]


def audit(steps: Sequence[ScenarioEvent], books: Mapping[str, Sequence[Book]]) -> Audit:
    """Compare all events of the scenario with `books`: all records of the sandbox by record type."""
    booked = [step for step in steps if step.ending == "booked"]
    voided = {step.lago_id for step in booked if step.is_void}
    people = {step.lago_id for step in booked if step.netsuite_type == "customer"}
    customers = books.get("customer", ())
    found = [_missing("customer", customers, "custentity_lago_id", people)]
    duplicates = _duplicates(customers, "custentity_lago_id")
    for record_type in DOCUMENTS:
        records = [book for book in books.get(record_type, ()) if not _reverses(book, voided)]
        documents = {one.lago_id: one for one in booked if one.total and _becomes(one, record_type)}
        duplicates += _duplicates(records, "custbody_lago_id")
        found.append(_wrong_documents(record_type, documents, records, voided))
        found.append(_unexpected_records(record_type, records, "custbody_lago_id", documents.keys()))
    return Audit(duplicates=duplicates, differences=tuple(itertools.chain.from_iterable(found)))


def _becomes(step: ScenarioEvent, record_type: str) -> bool:
    return record_type == step.netsuite_type or (record_type == "salesorder" and step.is_ordered)


def _reverses(book: Book, voided: Collection[str]) -> bool:
    return book.get("custbody_lago_id") in voided and str(book.get("externalid", "")).endswith("-void")


def _duplicates(books: Sequence[Book], id_field: str) -> int:
    by_id = Counter(book.get(id_field) for book in books if book.get(id_field))
    by_external_id = Counter(str(book["externalid"]).lower() for book in books if book.get("externalid"))
    return max(sum(counts.values()) - len(counts) for counts in (by_id, by_external_id))


def _wrong_documents(
    kind: str, documents: Mapping[str, ScenarioEvent], records: Sequence[Book], voided: Collection[str]
) -> Iterable[str]:
    booked = {book.get("custbody_lago_id"): book for book in records}
    for lago_id, step in documents.items():
        book, name = booked.get(lago_id), f"{kind} {step.number or lago_id}"
        if book is None:
            yield f"{name} is not in NetSuite"
            continue
        # NetSuite's own void sets the total of a transaction to zero.
        totals = {Decimal(step.total or 0), Decimal(0)} if lago_id in voided else {Decimal(step.total or 0)}
        if Decimal(book["total"]) not in totals or book.get("currency_iso") != step.currency:
            theirs = f"{book['total']} {book.get('currency_iso')}"
            yield f"{name} is {step.total} {step.currency} in Lago and {theirs} in NetSuite"
        elif step.number and book.get("tranid") != step.number:
            yield f"{name} is called {book.get('tranid')} in NetSuite"


def _unexpected_records(
    kind: str, books: Sequence[Book], id_field: str, known: Iterable[str]
) -> Iterable[str]:
    expected = set(known)
    return (
        f"{kind} {book.get('tranid') or book.get('externalid')} is in NetSuite and should not be"
        for book in books
        if book.get(id_field) not in expected
    )


def _missing(kind: str, books: Sequence[Book], id_field: str, expected: Iterable[str]) -> Iterable[str]:
    found = {book.get(id_field) for book in books}
    return (f"{kind} {lago_id} is not in NetSuite" for lago_id in expected if lago_id not in found)

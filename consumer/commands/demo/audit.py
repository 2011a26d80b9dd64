"""The sandbox's books compared with Lago: each document once, with Lago's total, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.commands.demo.story import Scene

Book = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """
    What the books say.

    Attributes:
        duplicates: records beyond the first that share an external id or a Lago id.
        differences: sentences; empty when the books agree with Lago.
    """

    duplicates: int
    differences: tuple[str, ...]


def audit(scenes: Sequence[Scene], customers: Sequence[Book], invoices: Sequence[Book]) -> Audit:
    """Compare all books with all scenes."""
    documents = {scene.lago_id: scene for scene in scenes if scene.ending == "booked" and scene.number}
    people = {scene.lago_id for scene in scenes if scene.ending == "booked" and not scene.number}
    return Audit(
        duplicates=_duplicates(customers, "custentity_lago_id") + _duplicates(invoices, "custbody_lago_id"),
        differences=(
            *_wrong_documents(documents, invoices),
            *_strangers("invoice", invoices, "custbody_lago_id", documents.keys()),
            *_missing("customer", customers, "custentity_lago_id", people),
        ),
    )


def _duplicates(books: Sequence[Book], id_field: str) -> int:
    by_id = Counter(book.get(id_field) for book in books if book.get(id_field))
    by_external_id = Counter(str(book["externalid"]).lower() for book in books if book.get("externalid"))
    return max(sum(counts.values()) - len(counts) for counts in (by_id, by_external_id))


def _wrong_documents(documents: Mapping[str, Scene], invoices: Sequence[Book]) -> Iterable[str]:
    booked = {book.get("custbody_lago_id"): book for book in invoices}
    for lago_id, scene in documents.items():
        book = booked.get(lago_id)
        if book is None:
            yield f"invoice {scene.number} is not in NetSuite"
        elif (
            Decimal(book["total"]) != Decimal(scene.total or 0) or book.get("currency_iso") != scene.currency
        ):
            theirs = f"{book['total']} {book.get('currency_iso')}"
            yield f"invoice {scene.number} is {scene.total} {scene.currency} in Lago and {theirs} in NetSuite"
        elif book.get("tranid") != scene.number:
            yield f"invoice {scene.number} is called {book.get('tranid')} in NetSuite"


def _strangers(kind: str, books: Sequence[Book], id_field: str, known: Iterable[str]) -> Iterable[str]:
    expected = set(known)
    return (
        f"{kind} {book.get('tranid')} is in NetSuite and should not be"
        for book in books
        if book.get(id_field) not in expected
    )


def _missing(kind: str, books: Sequence[Book], id_field: str, expected: Iterable[str]) -> Iterable[str]:
    found = {book.get(id_field) for book in books}
    return (f"{kind} {lago_id} is not in NetSuite" for lago_id in expected if lago_id not in found)

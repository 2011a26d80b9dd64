"""
Which documents that were deleted in NetSuite may be sent again: those in whose place nothing stands.

Who deletes a document may have entered it anew by hand, without our marks; sent again, it would be booked
twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from consumer.reconcile.acceptance import Division
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Expected, external_id
from consumer.reconcile.identification import Identification

_NUMBERED = frozenset({"invoice", "credit_note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBack:
    """A deleted document that is not sent again, and why."""

    difference: Difference
    reason: str


def numbered(deleted: Iterable[Difference], expected: Mapping[str, Expected]) -> Identification:
    """The deleted invoices and notes, for which records with their numbers are to be found."""
    keys = (external_id(each.kind, each.lago_id) for each in deleted if each.kind in _NUMBERED)
    return Identification(documents={key: expected[key] for key in keys if key in expected})


def kept_back(
    deleted: Iterable[Difference],
    expected: Mapping[str, Expected],
    identification: Identification,
    division: Division,
) -> list[KeptBack]:
    """
    The deleted documents that must not be sent again.

    Args:
        deleted: all that would be.
        expected: Lago's documents, by external id.
        identification: the records that stand with the numbers of the deleted invoices and notes.
        division: all differences, by which invoices lack what a deleted payment has paid.
    """
    lacking = _lacking(division)
    known = ((each, expected.get(external_id(each.kind, each.lago_id))) for each in deleted)
    reasons = ((each, _reason(document, identification, lacking)) for each, document in known)
    return [KeptBack(difference=each, reason=reason) for each, reason in reasons if reason]


def _reason(document: Expected | None, identification: Identification, lacking: Mapping[str, Decimal]) -> str:
    if document is None:
        return "it is not among Lago's documents"
    if document.is_voided or document.is_void_optional:
        return "Lago has voided it"
    if document.external_id in identification.ambiguous:
        return "several records stand in NetSuite with its number"
    found = identification.found.get(document.external_id)
    if found is not None:
        return f"the record {found.internal_id} stands in NetSuite with its number"
    left = sum((lacking.get(key, Decimal(0)) for key in document.settles), Decimal(0))
    if document.kind == "payment" and left < document.total:
        return "something else has settled what it had paid"
    return ""


def _lacking(division: Division) -> dict[str, Decimal]:
    """By external id of an invoice: how much less of it is settled in NetSuite than in Lago."""
    found: dict[str, Decimal] = {}
    for each in (*division.open, *(same.difference for same in division.accepted)):
        if each.kind == "invoice":
            found[external_id("invoice", each.lago_id)] = _amount_lacking(each)
    return {key: amount for key, amount in found.items() if amount}


def _amount_lacking(difference: Difference) -> Decimal:
    if difference.what in {"missing", "deleted"}:
        return Decimal("Infinity")  # it comes back with all that is to be paid of it
    if difference.what != "open_balance":
        return Decimal(0)
    try:
        return Decimal(difference.netsuite) - Decimal(difference.lago)
    except InvalidOperation:
        return Decimal(0)

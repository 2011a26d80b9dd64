"""
What others have done in NetSuite to documents that we wrote: edited, deleted, paid.

A difference is drift where what we wrote agreed with Lago and the record does not any more, by the results
topic and NetSuite's own account of its last change. Anything else stays the difference that it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from consumer.reconcile.difference import Difference, What
from consumer.reconcile.expected import Kind, external_id
from schemas.ledger import Editor, LedgerDeletion, LedgerRow, Settlement
from schemas.result import Result
from schemas.scalar import utc_text

Key = tuple[Kind, str]
"""The kind and Lago's id of a document."""

_EDITABLE: frozenset[What] = frozenset({"total", "tax", "date", "number", "customer", "subsidiary"})
SUSPECTS: frozenset[What] = _EDITABLE | {"missing", "voided", "open_balance"}
"""Differences that drift may be behind."""
# NetSuite knows a last change to the minute.
_PRECISION = timedelta(minutes=1)
_OWN_IDS = "lago-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What is known of the documents that differ.

    Attributes:
        written: the latest result of each, of the results topic.
        records: how each stands in NetSuite, with who has changed it and what is applied to it.
        deletions: what was deleted in NetSuite, by external id.
    """

    written: Mapping[Key, Result] = field(default_factory=dict)
    records: Mapping[Key, LedgerRow] = field(default_factory=dict)
    deletions: Mapping[str, LedgerDeletion] = field(default_factory=dict)


def recognised(found: Iterable[Difference], evidence: Evidence) -> list[Difference]:
    """The differences, those that are drift as such, with who has done it; in the order of a report."""
    known = [_of(each, evidence) for each in found]
    paid = {(each.kind, each.lago_id) for each in known if each.what == "paid_in_netsuite"}
    paying = {
        link.number or link.internalId
        for key, record in evidence.records.items()
        if key in paid
        for link in others_on(record)
    }
    left = [each for each in known if not _is_payment_of_others(each, paying)]
    return sorted(left, key=lambda each: (each.what, each.kind, each.number, each.lago_id))


def _is_payment_of_others(difference: Difference, paying: Collection[str]) -> bool:
    """Whether its invoice says it already."""
    is_extra = difference.what == "extra" and difference.kind == "payment"
    return is_extra and difference.netsuite_number in paying


def others_on(record: LedgerRow) -> Iterator[Settlement]:
    """What pays an invoice and is none of ours; NetSuite copies an invoice's Lago id to its payments."""
    for link in record.settledBy or ():
        is_ours = (link.externalId or "").startswith(_OWN_IDS)
        if not is_ours and (link.lagoId is None or link.lagoId == record.lagoId):
            yield link


def _of(difference: Difference, evidence: Evidence) -> Difference:
    key = (difference.kind, difference.lago_id)
    record, written = evidence.records.get(key), evidence.written.get(key)
    if difference.what == "missing":
        return _deleted(difference, evidence.deletions.get(external_id(*key)))
    if record is None:
        return difference
    if difference.what == "voided":
        return replace(difference, cause=_by("voided", record.changedBy))
    if difference.what == "open_balance":
        return _paid(difference, list(others_on(record)))
    if difference.what in _EDITABLE and written is not None and _is_edited(difference, record, written):
        return replace(
            difference, what="edited", compared=difference.what, cause=_by("last changed", record.changedBy),
            lago=f"{difference.what} {difference.lago}", netsuite=f"{difference.what} {difference.netsuite}",
        )  # fmt: skip
    return difference


def _deleted(difference: Difference, deletion: LedgerDeletion | None) -> Difference:
    if deletion is None:
        return difference
    by = Editor(id="", name=deletion.deletedBy.name if deletion.deletedBy else "", at=deletion.deletedAt)
    return replace(difference, what="deleted", netsuite_number=deletion.name, cause=_by("deleted", by))


def _paid(difference: Difference, links: Sequence[Settlement]) -> Difference:
    owed, stands = _amount(difference.lago), _amount(difference.netsuite)
    if not links or owed is None or stands is None or stands >= owed:
        return difference
    listed = "; ".join(f"{_name(link)} {_by('entered', link.changedBy)}" for link in links)
    return replace(difference, what="paid_in_netsuite", compared=difference.what, cause=listed)


def _name(link: Settlement) -> str:
    amount = f" over {link.amount}" if link.amount else ""
    return f"{link.number or link.internalId}{amount}"


def _is_edited(difference: Difference, record: LedgerRow, written: Result) -> bool:
    """Whether what we wrote was right, and the record was changed afterwards."""
    was = {"number": written.netsuite_number, **written.totals}.get(difference.what)
    is_right = was is None or was == difference.lago or _amount(was) == _amount(difference.lago) is not None
    is_later = record.changedAt is not None and record.changedAt - _PRECISION >= _moment(written.written_at)
    return is_right and is_later


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(second=0, microsecond=0)


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _by(done: str, editor: Editor | None) -> str:
    if editor is None:
        return f"{done} in NetSuite; the role may not see by whom"
    at = f" at {utc_text(editor.at)}" if editor.at else ""
    return f"{done} in NetSuite by {editor.name or editor.id or 'somebody'}{at}"

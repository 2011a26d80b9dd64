"""
Lago's side and NetSuite's, record by record.

What Lago expects is kept as a few facts a document; NetSuite's rows pass by once. Balances are sums of what
both sides have open, by currency, so that they agree also where single documents are settled in another way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consumer.reconcile.difference import Difference, What
from consumer.reconcile.expected import Expected, Kind, external_id
from schemas.ledger import LedgerRow

CENT = Decimal("0.005")
_KINDS: Mapping[str, Kind] = {"invoice": "invoice", "creditmemo": "credit_note", "customerpayment": "payment"}
_SIGNS: Mapping[str, int] = {"invoice": 1, "creditmemo": -1, "customerpayment": -1}
# Records of ours that stand for no document of Lago's: reversing memos, refunds.
_OURS = ("-void",)

Side = Literal["lago", "netsuite"]
Causes = Mapping[tuple[Kind, str], str]
"""Why a document is not in NetSuite, by kind and Lago's id: from the open failures."""


@dataclass(slots=True, kw_only=True)
class Comparison:
    """
    One run.

    Attributes:
        counts: documents by kind that Lago expects.
        ignored: documents by the rule that leaves them out.
        balances: what is open on each side, by currency.
    """

    expected: dict[str, Expected] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    balances: dict[str, dict[Side, Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: {"lago": Decimal(0), "netsuite": Decimal(0)})
    )
    found: list[Difference] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _outside: set[str] = field(default_factory=set)
    _left_out: dict[str, str] = field(default_factory=dict)

    def leave_out(self, key: str, rule: str) -> None:
        """Take in the external id of a document that a rule leaves out; NetSuite may hold it all the same."""
        if key not in self._left_out:
            self._left_out[key] = rule
            self.ignored[rule] += 1

    def expect(self, document: Expected, *, is_in_window: bool = True) -> None:
        """Take in one document of Lago's; one outside of the window is known, and not compared."""
        if not is_in_window:
            self._outside.add(document.external_id)
            return
        if document.external_id in self.expected:
            return  # a page was shifted while it was read
        self.expected[document.external_id] = document
        self.counts[document.kind] += 1
        if document.is_paid_by_hand:
            said = f"due {document.open} {document.currency}"
            self.found.append(_of(document, "paid_without_payment", lago=said))
        if document.open is not None and document.kind != "payment":
            sign = 1 if document.kind == "invoice" else -1
            self.balances[document.currency]["lago"] += sign * document.open

    def meet(self, row: LedgerRow, *, reports_extra: bool = True) -> None:
        """Take in one record of NetSuite's; what Lago's side lacks is reported where all of it was read."""
        kind = _KINDS.get(row.type)
        own = row.externalId or ""
        if kind is None or own.endswith(_OURS) or own in self._outside:
            return
        keys = (own, external_id(kind, row.lagoId)) if row.lagoId else (own,)
        document = next((self.expected[key] for key in keys if key in self.expected), None)
        if document is None:
            is_extra = reports_extra and not self._is_left_out(keys, row)
            self.found += [_extra(kind, row)] if is_extra else []
            return
        if document.external_id in self._seen:
            self.found.append(_against(document, row, "duplicated", netsuite=row.number or row.internalId))
            return
        self._seen.add(document.external_id)
        if document.open is not None:
            self.balances[document.currency]["netsuite"] += _SIGNS[row.type] * Decimal(row.remaining)
        self.found += _compared(document, row)

    def end(self, causes: Causes) -> list[Difference]:
        """All differences, once both sides have been read; what is missing with the cause that is known."""
        for key, document in self.expected.items():
            if key not in self._seen:
                cause = causes.get((document.kind, document.lago_id), "")
                said = f"{document.total} {document.currency}"
                self.found.append(_of(document, "missing", lago=said, cause=cause))
        return sorted(self.found, key=lambda each: (each.what, each.kind, each.number))

    def _is_left_out(self, keys: Sequence[str], row: LedgerRow) -> bool:
        """Whether Lago has the document, and a rule says that nothing is compared with it."""
        rules = [self._left_out[key] for key in keys if key in self._left_out]
        # A note that was voided after it had been booked still has its credit in NetSuite.
        is_voided = "voided_credit_note" in rules and abs(Decimal(row.remaining)) >= CENT
        return bool(rules) and not is_voided


def _compared(document: Expected, row: LedgerRow) -> Iterator[Difference]:
    if document.currency != row.currency and row.currency:
        yield _against(document, row, "currency", lago=document.currency, netsuite=row.currency)
        return
    total, remaining = Decimal(row.total), Decimal(row.remaining)
    if document.is_voided:
        if abs(remaining) >= CENT:
            yield _against(document, row, "not_voided", lago="voided", netsuite=f"open {remaining}")
        return
    if row.voided:
        yield _against(document, row, "voided", lago=str(document.total), netsuite="voided")
        return
    if abs(total - document.total) >= CENT:
        yield _against(document, row, "total", lago=str(document.total), netsuite=str(total))
    if document.date and document.date != row.date:
        yield _against(document, row, "date", lago=document.date, netsuite=row.date)
    if document.open is not None and abs(remaining - document.open) >= CENT:
        yield _against(document, row, "open_balance", lago=str(document.open), netsuite=str(remaining))


def _against(
    document: Expected, row: LedgerRow, what: What, *, lago: str = "", netsuite: str = ""
) -> Difference:
    return Difference(
        what=what, kind=document.kind, number=document.number, lago_id=document.lago_id,
        currency=document.currency, lago=lago, netsuite=netsuite,
        netsuite_number=row.number or row.internalId, url=row.url,
    )  # fmt: skip


def _of(document: Expected, what: What, *, lago: str, cause: str = "") -> Difference:
    return Difference(
        what=what, kind=document.kind, number=document.number, lago_id=document.lago_id,
        currency=document.currency, lago=lago, cause=cause,
    )  # fmt: skip


def _extra(kind: Kind, row: LedgerRow) -> Difference:
    return Difference(
        what="extra", kind=kind, number=row.number or row.internalId, lago_id=row.lagoId or "",
        currency=row.currency or "", netsuite=row.total, netsuite_number=row.number or row.internalId,
        url=row.url,
    )  # fmt: skip

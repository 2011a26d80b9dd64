"""
Lago's side and NetSuite's, record by record.

What Lago expects is kept as a few facts a document; NetSuite's rows pass by once. Balances are sums of what
both sides have open, so that they agree also where single documents are settled in another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consumer.mapping import money
from consumer.reconcile import explanation
from consumer.reconcile.balances import Balances
from consumer.reconcile.difference import Difference, What
from consumer.reconcile.document_checks import against, differences, of_lago, shown
from consumer.reconcile.expected import Expected, Kind, external_id
from consumer.reconcile.explanation import Causes
from consumer.reconcile.foreign_taxes import ForeignTaxes
from schemas.ledger import LedgerCustomer, LedgerRow

RECORD_KINDS: Mapping[str, Kind] = {
    "invoice": "invoice",
    "creditmemo": "credit_note",
    "customerpayment": "payment",
}
"""The kind of Lago's document by type of NetSuite's record."""
_REFUND = "customerrefund"
# Records of ours that stand for no document of Lago's: reversing memos, refunds.
_OURS = ("-void",)

Unknown = Literal["extra", "unsure", "passed_over"]
"""
What a record is that Lago's side lacks: an error, where all of Lago was read; for Lago to say, where only a
window was; nothing, where it may be another's.
"""


@dataclass(slots=True, kw_only=True)
class Comparison:
    """
    One run.

    Attributes:
        counts: documents by kind that Lago expects.
        customers: those that must be in NetSuite, by NetSuite's key; empty where they are not compared.
        ignored: documents by the rule that leaves them out.
        taxes: of documents in a foreign currency, which the records themselves must confirm.
        customer_hints: why a customer may be missing, by its external id.
        ambiguous: external ids of documents that several records may stand for, so that none does.
        unsure: records of NetSuite that Lago may have outside of the documents that were read.
        balances: what is open on each side, and the totals by month.
    """

    expected: dict[str, Expected] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    balances: Balances = field(default_factory=Balances)
    customers: dict[str, Expected] = field(default_factory=dict)
    found: list[Difference] = field(default_factory=list)
    unsure: list[LedgerRow] = field(default_factory=list)
    taxes: ForeignTaxes = field(default_factory=ForeignTaxes)
    customer_hints: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _outside: set[str] = field(default_factory=set)
    _left_out: dict[str, str] = field(default_factory=dict)
    _refunds: set[str] = field(default_factory=set)
    _older_customers: set[str] = field(default_factory=set)
    _has_lagos_number: bool = False

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
        self.balances.add_document(document)
        if document.is_paid_by_hand:
            said = f"due {shown(document.open or 0, document)} {document.currency}"
            self.found.append(of_lago(document, "paid_without_payment", {"lago": said}))

    def expect_customer(self, customer: Expected, *, is_older: bool = False) -> None:
        """
        Take in one customer of Lago's.

        Args:
            customer: what must be there; one that Lago links to a NetSuite customer is there by that.
            is_older: it is from before the start date or the window, and only needed by its documents.
        """
        self._older_customers |= {customer.customer_id} if is_older else set()
        if not customer.linked_customer:
            self.customers[customer.external_id] = customer

    def meet_customer(self, record: LedgerCustomer) -> None:
        """Take in one customer of NetSuite's."""
        self.customers.pop(record.externalId or "", None)
        self.customers.pop(external_id("customer", record.lagoId), None)

    def meet(self, row: LedgerRow, *, unknown: Unknown = "extra") -> None:
        """Take in one record of NetSuite's; `unknown` is what becomes of one that Lago's side lacks."""
        own = row.externalId or ""
        if row.type == _REFUND:
            self._refunds.add(own)
        kind = RECORD_KINDS.get(row.type)
        if kind is None or own.endswith(_OURS) or own in self._outside:
            return
        keys = (own, external_id(kind, row.lagoId)) if row.lagoId else (own,)
        document = next((self.expected[key] for key in keys if key in self.expected), None)
        if document is not None:
            self._meet_known(document, row)
        elif unknown != "passed_over" and not self._is_left_out(keys, row):
            self.meet_unknown(row) if unknown == "extra" else self.unsure.append(row)

    def meet_elsewhere(self, row: LedgerRow) -> None:
        """Take in a record that NetSuite dates outside of the window, if its document was not met in it."""
        own = (
            external_id(RECORD_KINDS[row.type], row.lagoId) if row.lagoId and row.type in RECORD_KINDS else ""
        )
        if not {row.externalId, own} & self._seen:
            self.meet(row, unknown="passed_over")

    @property
    def absent(self) -> list[str]:
        """The external ids of the documents that have not been met yet."""
        return [key for key in self.expected if key not in self._seen]

    def _meet_known(self, document: Expected, row: LedgerRow) -> None:
        if document.external_id in self._seen:
            said = row.number or row.internalId
            self.found.append(against(document, row, "duplicated", {"netsuite": said}))
            return
        self._seen.add(document.external_id)
        self._has_lagos_number |= bool(row.number) and row.number == document.netsuite_number
        remaining, total = Decimal(row.remaining), Decimal(0 if row.voided else row.total)
        self.balances.add_record(document, remaining=remaining, total=total, date=row.date)
        found = list(differences(document, row))
        self.taxes.note(found, row)
        self.found += found
        if document.kind == "payment" and remaining and self._settles_whole_invoices(document):
            said = f"{shown(remaining, document)} on account"
            self.found.append(
                against(document, row, "not_applied", {"lago": "on its invoice", "netsuite": said})
            )
        if document.refund is not None and not document.refund_id and remaining >= document.refund:
            self.found.append(
                against(
                    document,
                    row,
                    "refund_missing",
                    {"lago": "paid back", "netsuite": f"open {shown(remaining, document)}"},
                )
            )

    def meet_unknown(self, row: LedgerRow) -> None:
        """Take in a record that Lago does not have."""
        kind = RECORD_KINDS[row.type]
        customer, currency = row.customerName or row.customerExternalId or row.entity, row.currency or ""
        remaining, total = Decimal(row.remaining), Decimal(0 if row.voided else row.total)
        self.balances.add_unknown(kind, customer, currency, remaining=remaining, total=total, date=row.date)
        self.found.append(_extra(kind, row, customer))

    def end(self, causes: Causes) -> list[Difference]:
        """All differences, once both sides have been read, each with the cause that is known."""
        for key, document in self.expected.items():
            if key not in self._seen:
                said = f"{shown(document.total, document)} {document.currency}"
                what: What = "ambiguous" if key in self.ambiguous else "missing"
                self.found.append(of_lago(document, what, {"lago": said}))
            elif document.refund_id and document.refund_id not in self._refunds:
                said = f"of {shown(document.refund or 0, document)}"
                self.found.append(of_lago(document, "refund_missing", {"lago": said}))
        self.found += self._missing_customers()
        explained = explanation.explained(self._comparable(), self.expected, causes)
        return sorted(explained, key=lambda each: (each.what, each.kind, each.number, each.lago_id))

    def _missing_customers(self) -> list[Difference]:
        return [
            of_lago(
                each,
                "customer_missing",
                {"lago": each.customer, "cause": self.customer_hints.get(each.external_id, "")},
            )
            for each in self.needed(self.customers.values())
        ]

    def needed(self, customers: Iterable[Expected]) -> Iterator[Expected]:
        """Those that are not older than what is compared, or have documents in it."""
        owners = {document.customer_id for document in self.expected.values()}
        for each in customers:
            if each.customer_id not in self._older_customers or each.customer_id in owners:
                yield each

    def _comparable(self) -> Iterable[Difference]:
        """Without numbers where no document has Lago's: NetSuite numbers them by itself, as it is set up."""
        found = self.taxes.confirmed(self.found)
        return found if self._has_lagos_number else (each for each in found if each.what != "number")

    def _settles_whole_invoices(self, payment: Expected) -> bool:
        """Whether all its invoices are compared and stand: money for a voided one stays with the customer."""
        invoices = [self.expected.get(key) for key in payment.settles]
        return bool(invoices) and all(
            each is not None and not each.is_voided and not each.is_void_optional for each in invoices
        )

    def _is_left_out(self, keys: Sequence[str], row: LedgerRow) -> bool:
        """Whether Lago has the document, and a rule says that nothing is compared with it."""
        rules = [self._left_out[key] for key in keys if key in self._left_out]
        # A note that was voided after it had been booked still has its credit in NetSuite.
        is_voided = "voided_credit_note" in rules and bool(Decimal(row.remaining))
        return bool(rules) and not is_voided


def _extra(kind: Kind, row: LedgerRow, customer: str) -> Difference:
    currency = row.currency or ""
    return Difference(
        what="extra", kind=kind, number=row.number or row.internalId, lago_id=row.lagoId or "",
        customer=customer, currency=currency, netsuite=money.in_units(Decimal(row.total), currency),
        netsuite_number=row.number or row.internalId, url=row.url,
    )  # fmt: skip

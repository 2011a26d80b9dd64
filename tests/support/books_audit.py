"""
NetSuite's books compared with the emulated Lago's, to the minor unit; every difference is a sentence.

What had been paid for a voided invoice may stand in either of two places in NetSuite: on the payment, or on
the memo that reverses the invoice. Of these only the sum, the balance, is compared.

Where spent notes are negative lines no memos are booked at all: an invoice is due for what was billed less
what was paid, and a payment of several invoices may settle one of them further than Lago says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from consumer.mapping import money
from consumer.sandbox.netsuite.account import Account as NetSuite
from tests.support.faulty_delivery import CURRENCIES, SUBSIDIARIES
from tests.support.lago_books import Account, Bill, refund_of

Fields = dict[str, Any]


class Audit:
    """One account's records, by external id: those of its customer, currency and subsidiary."""

    def __init__(self, netsuite: NetSuite, account: Account, *, applies_notes: bool = True) -> None:
        """Read what stands in NetSuite for the customer; with negative lines no notes are there to apply."""
        self._account = account
        self._applies = applies_notes
        people = netsuite.books.find(group="entity", equal={"custentity_lago_id": [account.customer_id]})
        every = netsuite.books.find(group="transaction", equal={"entity": [str(one.id) for one in people]})
        place = (CURRENCIES[account.currency], SUBSIDIARIES[account.entity])
        found = [one for one in every if (one.fields["currency"], one.fields["subsidiary"]) == place]
        self._people = [one.fields for one in people]
        self._found = [one.fields | {"type": one.type} for one in found]
        self._by_external_id = {record.get("externalid"): record for record in self._found}

    def differences(self) -> list[str]:
        """Everything that does not agree; empty when all does."""
        documents = (*self._bills(), *self._notes(), *self._refunds(), *self._payments())
        return [*self._identities(), *documents, *self._balance()]

    def _identities(self) -> Iterator[str]:
        if len(self._people) != 1:
            yield f"the customer is there {len(self._people)} times"
        for external_id, count in Counter(record.get("externalid") for record in self._found).items():
            if count > 1 or not external_id:
                yield f"{external_id} is there {count} times"
        for external_id in self._by_external_id.keys() - self._expected():
            yield f"{external_id} is there and should not be"

    def _expected(self) -> set[str | None]:
        bills = [f"lago-inv-{bill.lago_id}" for bill in self._account.bills if bill.is_bookable]
        voids = [f"lago-inv-{bill.lago_id}-void" for bill in self._account.bills if bill.is_voided]
        notes = [f"lago-cn-{note['lago_id']}" for note in self._account.notes if self._applies]
        refunds = [f"lago-ref-{note['lago_id']}" for note in self._refunded()]
        payments = [f"lago-pay-{payment['lago_id']}" for payment in self._account.payments]
        return {*bills, *voids, *notes, *refunds, *payments}

    def _refunded(self) -> Iterator[Fields]:
        for note in self._account.notes if self._applies and self._account.pays_back else ():
            if refund_of(note) > 0:
                yield note

    def _bills(self) -> Iterator[str]:
        for bill in self._account.bills:
            if not bill.is_bookable:
                continue
            record = self._by_external_id.get(f"lago-inv-{bill.lago_id}")
            if record is None:
                yield f"invoice {bill.content['number']} is missing"
                continue
            totals = {self._total_of(bill), 0} if bill.is_voided else {self._total_of(bill)}
            if self._cents(record, "total") not in totals:
                yield self._says(bill.content, "total", record, totals)
            due = self._due_of(bill)
            if due is not None and self._cents(record, "amountremaining") != due:
                yield self._says(bill.content, "amountremaining", record, {due})

    def _total_of(self, bill: Bill) -> int:
        return self._account.gross(bill) if self._applies else bill.total

    def _due_of(self, bill: Bill) -> int | None:
        """What must be due; None where payments of several invoices were shared out without the notes."""
        if self._applies or bill.is_voided:
            return bill.due
        is_shared = any(len(payment["invoice_ids"]) > 1 for payment in self._account.payments)
        is_offset = any(each.has_offset for each in self._account.bills)
        return None if is_shared and is_offset else bill.total - bill.paid

    def _notes(self) -> Iterator[str]:
        for note in self._account.notes if self._applies else ():
            total, external_id = note["total_amount_cents"], f"lago-cn-{note['lago_id']}"
            yield from self._compared(external_id, note, total, self._account.open(note))

    def _refunds(self) -> Iterator[str]:
        for note in self._refunded():
            yield from self._compared(f"lago-ref-{note['lago_id']}", note, refund_of(note), None)

    def _payments(self) -> Iterator[str]:
        voided = {bill.lago_id for bill in self._account.bills if bill.is_voided or not self._applies}
        for payment in self._account.payments:
            external_id, total = f"lago-pay-{payment['lago_id']}", payment["amount_cents"]
            is_sure = voided.isdisjoint(payment["invoice_ids"])
            yield from self._compared(external_id, payment, total, 0 if is_sure else None)

    def _compared(
        self, external_id: str, content: Fields, total: int, still_open: int | None
    ) -> Iterator[str]:
        record = self._by_external_id.get(external_id)
        if record is None:
            yield f"{external_id} is missing"
            return
        if self._cents(record, "total") != total:
            yield self._says(content, "total", record, {total})
        if still_open is not None and self._cents(record, "amountremaining") != still_open:
            yield self._says(content, "amountremaining", record, {still_open})

    def _balance(self) -> Iterator[str]:
        theirs = sum(SIGNS[record["type"]] * self._cents(record, "amountremaining") for record in self._found)
        ours = self._account.balance if self._applies else self._account.balance_without_notes
        if theirs != ours:
            yield f"the balance is {theirs} in NetSuite and {ours} in Lago"

    def _cents(self, record: Fields, name: str) -> Decimal:
        return money.to_subunits(Decimal(record.get(name) or 0), self._account.currency)

    def _says(self, content: Fields, name: str, record: Fields, ours: set[int]) -> str:
        label = content.get("number") or content["lago_id"]
        return (
            f"{record['type']} {label}: {name} is {self._cents(record, name)} in NetSuite and {ours} in Lago"
        )


SIGNS = {"invoice": 1, "creditmemo": -1, "customerpayment": -1, "customerrefund": 0}

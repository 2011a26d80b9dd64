"""
What Lago holds against a customer, and what of it must stand in NetSuite.

The balance rule, per customer and currency: *balance = what is due on invoices, less open credit, less
payments not applied*. In it

* a voided invoice is due 0, whatever was billed; the credit notes it had spent stay spent (before August 2025
  they were open again), and what had been paid for it is the customer's as far as no note gave it back,
  unless Lago issued a note because of the void: then the customer has what that note says, be it less (the
  rest is forfeited) or more;
* a credit note leaves its offset part on its own invoice, its credit part open until later invoices spend it,
  and its refund part open as well until it is paid back: by a person (action needed), or by the refund that
  the connector books;
* a note that Lago issued for what a void forfeits and voided at once counts for nothing;
* a payment counts for what its invoices owed when it came, the rest is not applied.

All amounts are whole subunits of the customer's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.lago import BILLING_ENTITY

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Bill:
    """
    One finalised invoice.

    Attributes:
        content: the invoice as its events carry it, before anything was paid.
        credited: what credit notes have taken of each fee, exact, by the fee's id.
        notes: ids of the notes that were issued on it and are not voided.
        spent: what it took of earlier credit notes, by their ids.
        is_compensated: whether it was voided with a note for what the customer gets back.
    """

    content: Json
    paid: int = 0
    offset: int = 0
    is_voided: bool = False
    is_compensated: bool = False
    spent: dict[str, int] = field(default_factory=dict)
    credited: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def lago_id(self) -> str:
        """Lago's id of the invoice."""
        return str(self.content["lago_id"])

    @property
    def total(self) -> int:
        """What was billed, after the credit notes it spent."""
        return int(self.content["total_amount_cents"])

    @property
    def gross(self) -> int:
        """What was billed, before the credit notes it spent: they pay for it where notes are applied."""
        return self.total + sum(self.spent.values())

    @property
    def due(self) -> int:
        """What is left to pay."""
        return 0 if self.is_voided else self.total - self.paid - self.offset

    @property
    def is_creditable(self) -> bool:
        """Whether a note can be issued on it; what was bought in advance is taken back by the wallet."""
        return not self.is_voided and self.content["invoice_type"] != "credit"

    @property
    def is_voidable(self) -> bool:
        """Whether Lago lets it be voided: any that is finalised (lago-api ``Invoices::VoidService``)."""
        return not self.is_voided

    @property
    def is_bookable(self) -> bool:
        """Whether there is anything to write: an invoice all of whose fees are zero is left out."""
        return self.total > 0 or any(fee["amount_cents"] for fee in self.content["fees"])


@dataclass(slots=True, kw_only=True)
class Note:
    """
    One credit note that counts.

    Attributes:
        balance: what is left of its credit part.
        is_paid_back: whether its refund is booked, so that nobody has to make it by hand.
    """

    content: Json
    balance: int
    is_paid_back: bool = False

    @property
    def lago_id(self) -> str:
        """Lago's id of the note."""
        return str(self.content["lago_id"])

    @property
    def given_back(self) -> int:
        """What of it is the customer's to spend or to have back: all but what settles its own invoice."""
        return int(self.content["credit_amount_cents"]) + int(self.content["refund_amount_cents"])

    @property
    def open(self) -> int:
        """Its open credit: what is left to spend and what has yet to be paid back."""
        return self.balance + (0 if self.is_paid_back else self.refund)

    @property
    def refund(self) -> int:
        """What goes back to the customer."""
        return int(self.content["refund_amount_cents"])


@dataclass(slots=True, kw_only=True)
class Payment:
    """
    One payment that succeeded.

    Attributes:
        applied: what it paid of each invoice, by the invoices' ids.
    """

    content: Json
    applied: dict[str, int]

    @property
    def lago_id(self) -> str:
        """Lago's id of the payment."""
        return str(self.content["lago_id"])

    @property
    def amount(self) -> int:
        """The whole of it."""
        return int(self.content["amount_cents"])


@dataclass(slots=True, kw_only=True)
class Account:
    """
    One customer's documents of one billing entity in one currency, oldest first.

    Attributes:
        own_currency: where it is not the customer's default, which is no constraint since July 2026.
        entity: code of the billing entity.
        mark: in the numbers of its documents, where a customer has several accounts.
    """

    customer: Json
    own_currency: str | None = None
    entity: str = BILLING_ENTITY
    mark: str = ""
    bills: list[Bill] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """The currency of all its documents."""
        return self.own_currency or str(self.customer["currency"])

    @property
    def receivable(self) -> int:
        """What is due on all invoices."""
        return sum(bill.due for bill in self.bills if bill.is_bookable)

    @property
    def open_credit(self) -> int:
        """What all notes still hold."""
        return sum(note.open for note in self.notes)

    def freed(self, bill: Bill) -> int:
        """What was paid for an invoice that is void and no note gave back: the customer's again."""
        if not bill.is_voided or bill.is_compensated:
            return 0
        given_back = sum(self.note(each).given_back for each in bill.notes)
        return max(0, bill.paid - given_back)

    @property
    def balance(self) -> int:
        """What the customer owes in all; negative when the customer is owed."""
        return self.receivable - self.open_credit - sum(map(self.freed, self.bills))

    @property
    def balance_without_notes(self) -> int:
        """What the customer owes where no notes are booked: all that was billed less all that was paid."""
        billed = sum(bill.total for bill in self.bills if bill.is_bookable and not bill.is_voided)
        return billed - sum(payment.amount for payment in self.payments)

    def bill(self, lago_id: str) -> Bill:
        """The invoice of that id."""
        return next(bill for bill in self.bills if bill.lago_id == lago_id)

    def note(self, lago_id: str) -> Note:
        """The credit note of that id."""
        return next(note for note in self.notes if note.lago_id == lago_id)

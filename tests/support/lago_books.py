"""
What the emulated Lago's documents hold against a customer, and what of it must stand in NetSuite.

The balance rule, per customer, currency and billing entity: *balance = what is due on invoices, less open
credit, less payments not applied*. In it

* a voided invoice is due 0, whatever was billed; the credit notes it had spent stay spent (before August 2025
  they were open again), and what had been paid for it is the customer's as far as no note gave it back,
  unless Lago issued a note because of the void: then the customer has what that note says, be it less (the
  rest is forfeited) or more;
* a credit note leaves its offset part on its own invoice, its credit part open until later invoices spend it,
  and its refund part open as well until it is paid back: by a person (action needed), or by the refund that
  the connector books;
* a note that was spent on an invoice of another billing entity stays open by that amount, and the invoice is
  less by it: NetSuite applies no memo across subsidiaries;
* a note that Lago issued for what a void forfeits and voided at once counts for nothing;
* a payment counts for what its invoices owed when it came, the rest is not applied.

All amounts are whole subunits of the customer's currency.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization
from tests.support.lago import BILLING_ENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One finalised invoice, as it stands in Lago."""

    lago_id: str
    content: Json = field(repr=False, compare=False)

    @property
    def total(self) -> int:
        """What was billed, after the credit notes it spent."""
        return int(self.content["total_amount_cents"])

    @property
    def paid(self) -> int:
        """What was paid, refunded or not."""
        return int(self.content["total_paid_amount_cents"])

    @property
    def due(self) -> int:
        """What is left to pay."""
        return int(self.content["total_due_amount_cents"])

    @property
    def is_voided(self) -> bool:
        """Whether it is void."""
        return bool(self.content["status"] == "voided")

    @property
    def has_offset(self) -> bool:
        """Whether notes have settled a part of it."""
        return bool(self.content["total_offsetted_credit_note_amount_cents"])

    @property
    def spent(self) -> dict[str, int]:
        """What it took of earlier credit notes, by their ids."""
        taken = [entry for entry in self.content["credits"] if entry["item"]["type"] == "credit_note"]
        return {entry["item"]["lago_item_id"]: entry["amount_cents"] for entry in taken}

    @property
    def is_creditable(self) -> bool:
        """Whether a note can be issued on it; what was bought in advance is taken back by the wallet."""
        return not self.is_voided and self.content["invoice_type"] != "credit"

    @property
    def is_bookable(self) -> bool:
        """Whether there is anything to write: an invoice all of whose fees are zero is left out."""
        return self.total > 0 or any(fee["amount_cents"] for fee in self.content["fees"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    One customer's documents of one billing entity in one currency, oldest first.

    Attributes:
        customer_id: Lago's.
        currency: of its documents, which need not be the customer's default.
        entity: code of the billing entity.
        pays_back: refunds are booked, so that nobody has to make them by hand.
    """

    organization: Organization = field(repr=False)
    customer_id: str
    currency: str
    entity: str = BILLING_ENTITY
    pays_back: bool = False

    @property
    def customer(self) -> Json:
        """The customer as it is now."""
        return self.organization.customers[self.customer_id]

    @property
    def bills(self) -> list[Bill]:
        """All invoices."""
        return [bill for bill in self._everywhere() if bill.content["billing_entity_code"] == self.entity]

    @property
    def notes(self) -> list[Json]:
        """The credit notes that count."""
        mine = {bill.lago_id for bill in self.bills}
        notes = self.organization.credit_notes.values()
        return [
            each for each in notes if each["lago_invoice_id"] in mine and each["credit_status"] != "voided"
        ]

    @property
    def payments(self) -> list[Json]:
        """All payments."""
        mine = {bill.lago_id for bill in self.bills}
        return [
            each for each in self.organization.payments.values() if not mine.isdisjoint(each["invoice_ids"])
        ]

    def _everywhere(self) -> Iterator[Bill]:
        """The customer's invoices in the currency, of all billing entities."""
        for lago_id, content in self.organization.invoices.items():
            place = content["customer"]["lago_id"], content["currency"]
            if place == (self.customer_id, self.currency):
                yield Bill(lago_id=lago_id, content=content)

    def gross(self, bill: Bill) -> int:
        """What was billed before the credit notes of this entity, whose memos pay for it."""
        own = {note["lago_id"] for note in self.notes}
        return bill.total + sum(cents for lago_id, cents in bill.spent.items() if lago_id in own)

    def open(self, note: Json) -> int:
        """A note's open credit: what is left to spend, to be paid back, and was spent on other entities."""
        abroad = sum(bill.spent.get(note["lago_id"], 0) for bill in self._abroad())
        return int(note["balance_amount_cents"]) + abroad + (0 if self.pays_back else refund_of(note))

    def _abroad(self) -> Iterator[Bill]:
        for bill in self._everywhere():
            is_given_back = bill.is_voided and self.organization.gives_notes_back
            if bill.content["billing_entity_code"] != self.entity and not is_given_back:
                yield bill

    @property
    def balance(self) -> int:
        """What the customer owes in all; negative when the customer is owed."""
        receivable = sum(bill.due for bill in self.bills if bill.is_bookable)
        return receivable - sum(map(self.open, self.notes)) - sum(map(self._freed, self.bills))

    def _freed(self, bill: Bill) -> int:
        """What was paid for an invoice that is void and no note gave back: the customer's again."""
        notes = [note for note in self.notes if note["lago_invoice_id"] == bill.lago_id]
        is_compensated = any(bill.lago_id in (note["description"] or "") for note in notes)
        if not bill.is_voided or is_compensated:
            return 0
        return max(0, bill.paid - sum(note["credit_amount_cents"] + refund_of(note) for note in notes))

    @property
    def balance_without_notes(self) -> int:
        """What the customer owes where no notes are booked: all that was billed less all that was paid."""
        billed = sum(bill.total for bill in self.bills if bill.is_bookable and not bill.is_voided)
        return billed - sum(payment["amount_cents"] for payment in self.payments)


def refund_of(note: Json) -> int:
    """What goes back to the customer."""
    return int(note["refund_amount_cents"])

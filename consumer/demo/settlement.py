"""The events of August for July's invoices: payments, credit notes and voids; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from consumer.demo.customers import Member
from consumer.demo.invoice_amounts import Invoice
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.settlement_documents import Note, SettlementDocuments
from consumer.mapping import money

Json = dict[str, Any]
Invoices = Mapping[str, Sequence[Invoice]]
Put = Callable[[Member, str, bytes, str], ScenarioEvent]
"""Makes an event from a customer, a topic, the bytes and a title."""

PARTLY_CENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """
    Makes the events.

    Attributes:
        documents: makes the bodies.
        billed: the invoices that must be in NetSuite at the end, by customer handle, oldest first.
        put: makes an event from bytes.
    """

    documents: SettlementDocuments
    billed: Invoices
    put: Put

    def steps(self) -> Iterator[ScenarioEvent]:
        """All events; the last invoices of *lumiere* and *hudson* must be ones that have no event yet."""
        yield from self._paid(self.billed["soen"][0])
        yield self._paid_by_hand(self.billed["brenner"][:1], PARTLY_CENTS)
        yield self._issued(Note(invoice=self.billed["brenner"][1], fee_place=0, use="offset"))
        yield from self._paid(self.billed["kitsune"][0])
        yield self._issued(Note(invoice=self.billed["kitsune"][0], fee_place=0, use="refund"))
        yield self._voided(self.billed["tide"][1])
        yield self._paid_by_hand(self.billed["garonne"][1:2], PARTLY_CENTS)
        yield self._voided(self.billed["garonne"][1])
        yield from self._credit_spent(self.billed["lumiere"])
        yield from self._paid_before_it_comes(self.billed["hudson"])

    def _credit_spent(self, invoices: Sequence[Invoice]) -> Iterator[ScenarioEvent]:
        note = Note(invoice=invoices[0], fee_place=0, use="credit")
        yield from self._paid(invoices[0])
        yield self._issued(note)
        yield self._billed(invoices[-1], self.documents.spending(invoices[-1], note))

    def _paid_before_it_comes(self, invoices: Sequence[Invoice]) -> Iterator[ScenarioEvent]:
        both = (invoices[0], invoices[-1])
        paid = self._paid_by_hand(both, sum(invoice.bill.total_cents for invoice in both))
        yield replace(paid, plant="payment_first", until="waiting")
        yield self._billed(both[1], self.documents.bodies.invoice(both[1]))

    def _billed(self, invoice: Invoice, body: Json) -> ScenarioEvent:
        # The total includes the amount that a credit note pays: the credit memo is applied to the invoice.
        title = f"invoice.created {invoice.number}"
        step = self._step(invoice.member, "invoice.created", body, title)
        amount = invoice.bill.total
        return replace(step, number=invoice.number, total=amount, effect=Decimal(amount))

    def _paid(self, invoice: Invoice) -> Iterator[ScenarioEvent]:
        """Lago sends two events for a payment of a provider: the payment and its receipt."""
        payment = self.documents.payment((invoice,), invoice.bill.total_cents, is_manual=False)
        title = f"payment.succeeded for {invoice.number}"
        yield self._payment(invoice.member, "payment.succeeded", payment, payment, title)
        receipt = self._receipt(invoice.member, payment, f"payment_receipt.created for {invoice.number}")
        yield replace(receipt, effect=None)

    def _paid_by_hand(self, invoices: Sequence[Invoice], cents: int) -> ScenarioEvent:
        payment = self.documents.payment(invoices, cents, is_manual=True)
        first, *others = (invoice.number for invoice in invoices)
        numbers = " and ".join([first, *(f"…{other.rpartition('-')[2]}" for other in others)])
        return self._receipt(invoices[0].member, payment, f"payment_receipt.created for {numbers}")

    def _receipt(self, member: Member, payment: Json, title: str) -> ScenarioEvent:
        receipt = self.documents.receipt(payment, f"{member.slug}-RCPT-{payment['lago_id'][:6]}")
        return self._payment(member, "payment_receipt.created", receipt, payment, title)

    def _payment(self, member: Member, event: str, content: Json, payment: Json, title: str) -> ScenarioEvent:
        amount = money.major(payment["amount_cents"], payment["amount_currency"])
        step = self._step(member, event, content, title)
        paid = {"lago_id": payment["lago_id"], "currency": payment["amount_currency"]}
        return replace(step, **paid, total=amount, effect=-Decimal(amount))

    def _issued(self, note: Note) -> ScenarioEvent:
        content = self.documents.note(note)
        member, currency = note.invoice.member, note.invoice.bill.currency
        step = self._step(member, "credit_note.created", content, f"credit_note.created {note.number}")
        amount = money.major(note.total_cents, currency)
        action = f"pay back {amount} {currency} and record the refund" if note.use == "refund" else ""
        return replace(step, number=note.number, total=amount, effect=-Decimal(amount), action=action)

    def _voided(self, invoice: Invoice) -> ScenarioEvent:
        content = self.documents.voided(invoice)
        title = f"invoice.voided {invoice.number}"
        step = self._step(invoice.member, "invoice.voided", content, title)
        return replace(step, is_void=True, effect=-Decimal(invoice.bill.total))

    def _step(self, member: Member, event: str, content: Json, title: str) -> ScenarioEvent:
        object_type = event.partition(".")[0]
        value = self.documents.bodies.event(event, object_type, content)
        step = self.put(member, TOPICS[object_type], value, title)
        return replace(step, lago_id=content["lago_id"], currency=content.get("currency"))


TOPICS = {
    "invoice": "lago.invoices",
    "credit_note": "lago.credit_notes",
    "payment": "lago.payments",
    "payment_receipt": "lago.payments",
}

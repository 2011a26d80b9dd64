"""The events of August for July's invoices: payments, credit notes and voids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from consumer.demo import price_list
from consumer.demo.customers import Member
from consumer.demo.lago_month import LagoMonth
from consumer.demo.scenario_event import ScenarioEvent
from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Announcement

PARTLY_CENTS = 10_000
JULY = (date(2026, 7, 1), date(2026, 7, 31))
PAID_AT = datetime(2026, 8, 2, 11, 12, tzinfo=UTC)
ISSUED_AT = datetime(2026, 8, 3, 10, tzinfo=UTC)
VOIDED_AT = datetime(2026, 8, 4, 9, tzinfo=UTC)
LOST_ON = date(2026, 8, 5)
"""The day whose webhooks Lago loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """
    Makes the events.

    Attributes:
        month: July's invoices.
        usage: draws the sales of a customer's last invoice.
    """

    month: LagoMonth
    usage: Callable[[Member], list[Json]]

    def events(self) -> Iterator[ScenarioEvent]:
        """All events, in the order in which they are sent."""
        billed = self.month.billed
        yield from self._paid(billed["soen"][0])
        yield from self._partly_paid(billed["brenner"][0])
        for credited in self._credited(billed["brenner"][1], to="offset"):
            self.month.annotate(credited.lago_id, {"approved_by": "J. Brenner"})
            yield credited
        yield from self._paid(billed["kitsune"][0])
        yield from self._credited(billed["kitsune"][0], to="refund")
        voided = (billed["tide"][1], billed["garonne"][1])
        [partly_paid] = self._partly_paid(voided[1])
        # Lago lets nobody write a link into a voided invoice.
        yield replace(partly_paid, linked_first=tuple(each["lago_id"] for each in voided))
        yield from (event for invoice in voided for event in self._voided(invoice))
        yield from self._paid(billed["lumiere"][0])
        yield from self._credited(billed["lumiere"][0], to="credit")
        # The credit note is spent on the customer's last invoice.
        yield self._last_invoice("lumiere")
        yield from self._paid_before_it_comes("hudson")
        yield from self._charged(billed["okafor"][0])
        yield from self._lost()

    def _paid(self, invoice: Json) -> Iterator[ScenarioEvent]:
        """A payment that its provider confirms later: an event, a receipt, and the invoice's new status."""
        return self._after(PAID_AT, settlement.pay, [invoice["lago_id"]], how="settled_later")

    def _charged(self, invoice: Json) -> Iterator[ScenarioEvent]:
        """A card that is charged at once: the only event is that of the invoice's new status."""
        yield from self._after(PAID_AT, settlement.pay, [invoice["lago_id"]], how="adyen_at_once")
        lago_id = next(reversed(self.month.organization.payments))
        read = Announcement(webhook_type="payment.succeeded", object_type="payment", lago_id=lago_id)
        yield self.month.event(read, way="lago_api", plant="payment_without_event")

    def _lost(self) -> Iterator[ScenarioEvent]:
        """An invoice and a credit note whose webhooks do not arrive."""
        member = self.month.cast.members["tide"]
        lost = self.month.bill(member, [*price_list.plan(member)], LOST_ON)
        self.month.now = datetime.combine(LOST_ON, time(10), UTC)
        credited = self.month.billed["soen"][1]
        fee_ids = [credited["fees"][0]["lago_id"]]
        lost += self.month.due(crediting.credit, credited["lago_id"], fee_ids=fee_ids, to="offset")
        yield from (self.month.event(each, way="lost", plant="lost_webhook") for each in lost)

    def _partly_paid(self, invoice: Json) -> Iterator[ScenarioEvent]:
        """A payment that a person has recorded; the receipt is its only event."""
        paid: dict[str, Any] = {"how": "manual", "cents": PARTLY_CENTS, "reference": "SEPA 4711"}
        return self._after(PAID_AT, settlement.pay, [invoice["lago_id"]], **paid)

    def _credited(self, invoice: Json, *, to: str) -> Iterator[ScenarioEvent]:
        fee_ids = [invoice["fees"][0]["lago_id"]]
        return self._after(ISSUED_AT, crediting.credit, invoice["lago_id"], fee_ids=fee_ids, to=to)

    def _voided(self, invoice: Json) -> Iterator[ScenarioEvent]:
        return self._after(VOIDED_AT, billing.void, invoice["lago_id"])

    def _last_invoice(self, handle: str) -> ScenarioEvent:
        return self.month.event(self._billed_last(handle))

    def _paid_before_it_comes(self, handle: str) -> Iterator[ScenarioEvent]:
        """A payment of two invoices; the webhook of the second is late."""
        late = self._billed_last(handle)
        both = [self.month.billed[handle][place]["lago_id"] for place in (0, -1)]
        receipt, *statuses = self._after(PAID_AT, settlement.pay, both, how="manual", reference="SEPA 4712")
        yield replace(receipt, plant="payment_first", until="waiting")
        yield self.month.event(late)
        yield from statuses

    def _billed_last(self, handle: str) -> Announcement:
        member = self.month.cast.members[handle]
        [due] = self.month.bill(member, self.usage(member), JULY[1], period=JULY)
        return due

    def _after(
        self, at: datetime, change: Callable[..., Any], *given: Any, **named: Any
    ) -> Iterator[ScenarioEvent]:
        """The events of a change of the organisation at that time."""
        self.month.now = at
        due = self.month.due(change, *given, **named)
        return (self.month.event(each) for each in due)

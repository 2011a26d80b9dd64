"""The demo's organisation in the emulated Lago: its customers, what is billed to them, and the calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consumer.demo import customers, lago_event, price_list
from consumer.demo.customers import Customers, Member
from consumer.demo.scenario_event import ScenarioEvent
from consumer.ingest.webhook import TOPICS
from consumer.sandbox.lago import billing, fees, metadata
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import Json, id_of, instant
from consumer.sandbox.lago.organization import Announcement, Organization

NO_DISCOUNTS = Discounts()
NET_PAYMENT_TERM = timedelta(days=30)
PERIODS = ("subscription", "charges", "fixed_charges")


@dataclass(slots=True, kw_only=True)
class LagoMonth:
    """
    One organisation whose calendar the scenario turns.

    Attributes:
        seed: other ids and amounts with another one.
        now: the moment of the organisation's calendar.
        cast: the customers and the taxes.
        billed: the invoices of each customer by handle, oldest first.
        users_entries: what Lago's users wrote into the metadata of documents, by the document's id.
    """

    seed: int
    now: datetime = datetime(2026, 6, 30, 0, 4, tzinfo=UTC)
    cast: Customers = field(default_factory=customers.read)
    billed: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    users_entries: dict[str, dict[str, str]] = field(default_factory=dict)
    organization: Organization = field(init=False)

    def __post_init__(self) -> None:
        """Create the organisation, without customers."""
        self.organization = Organization(
            now=lambda: self.now,
            slug=customers.ORGANIZATION_SLUG,
            lago_id=id_of(customers.ORGANIZATION_SLUG, self.seed),
            issues_receipts=True,
        )

    def due(self, change: Callable[..., Any], *given: Any, **named: Any) -> list[Announcement]:
        """Make a change of the organisation; returns its kept webhooks, and leaves others in the outbox."""
        outbox = self.organization.outbox
        held = len(outbox)
        change(self.organization, *given, **named)
        own = [each for each in outbox[held:] if each.object_type in TOPICS]
        del outbox[held:]
        return own

    def event(self, announced: Announcement, **changes: Any) -> ScenarioEvent:
        """A due webhook as an event, with its object as it is now."""
        return lago_event.of(self.organization, announced, **changes)

    def document(self, lago_id: str) -> Json:
        """The invoice or credit note of that id."""
        found = self.organization.invoices.get(lago_id)
        return self.organization.credit_notes[lago_id] if found is None else found

    def annotate(self, lago_id: str, entries: dict[str, str]) -> None:
        """Write metadata into a new document, as Lago's users do."""
        listed = [{"key": key, "value": value} for key, value in entries.items()]
        is_invoice = lago_id in self.organization.invoices
        written = metadata.replaced(lago_id, [], listed) if is_invoice else dict(entries)
        self.document(lago_id)["metadata"] = written
        self.users_entries[lago_id] = entries

    def bill(
        self,
        member: Member,
        sales: Sequence[Json],
        issued: date,
        *,
        period: tuple[date, date] | None = None,
        discounts: Discounts = NO_DISCOUNTS,
        **changes: Any,
    ) -> list[Announcement]:
        """
        Bill sales to a customer at the beginning of a day in their time zone.

        Args:
            member: the customer.
            sales: items of the price list; those without taxes have the customer's.
            issued: the day.
            period: first and last day that is billed; the day itself when None.
            discounts: coupons, progressive billing and prepaid credit.
            changes: as `consumer.sandbox.lago.billing.bill` takes them.
        """
        zone, billed = ZoneInfo(member.zone), self.billed[member.handle]
        self.now = datetime.combine(issued, time(0, 5), zone).astimezone(UTC)
        first, last = period or (issued, issued)
        begins, ends = datetime.combine(first, time(), zone), datetime.combine(last, time(23, 59, 59), zone)
        known = {
            "number": f"{member.slug}-{issued:%Y%m}-{len(billed) + 1:03d}",
            "sequential_id": len(billed) + 1,
            "issuing_date": issued.isoformat(),
            "payment_due_date": (issued + NET_PAYMENT_TERM).isoformat(),
        }
        sold = [_of_period(_taxed(sale, member), begins, ends) for sale in sales]
        due = self.due(billing.bill, member.external_id, sold, discounts=discounts, **known | changes)
        invoice = self.organization.invoices[due[0].lago_id]
        for each in invoice["billing_periods"]:
            each |= {f"{kind}_from_datetime": instant(begins) for kind in PERIODS}
            each |= {f"{kind}_to_datetime": instant(ends) for kind in PERIODS}
        billed.append(invoice)
        return due


def _taxed(sale: Json, member: Member) -> Json:
    return {"taxes": price_list.taxes_of(member.taxes)} | sale


def _of_period(sale: Json, begins: datetime, ends: datetime) -> Json:
    if sale["kind"] not in fees.DATED_TYPES:
        return sale
    bounds = {"from_date": begins, "to_date": ends}
    return sale | {name: at.astimezone(UTC).isoformat(timespec="seconds") for name, at in bounds.items()}

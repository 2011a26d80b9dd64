"""
A month of an emulated Lago, July 2026, and its payments, credit notes and voids in August.

The same seed gives the same events. There are twelve customers, four billing entities and four currencies;
customer events before and after the invoices, repeated deliveries, events that must be ignored, and named
faults.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from consumer.demo import price_list
from consumer.demo.customers import CONNECTION, EXISTING_CUSTOMER_ID, Member
from consumer.demo.lago_month import LagoMonth
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.settlement import Settlement
from consumer.sandbox.lago import billing, customers
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import Json, id_of, rounded
from consumer.sandbox.lago.organization import Announcement, Organization

ADOPTED = "lakeshore"
"""The customer that Lago links to a customer which exists in NetSuite already."""
MISPLACED = "borealis"
"""The customer of a billing entity whose subsidiary does not exist in NetSuite."""
# The first one fails: while the month goes on, relay repeats its webhook, which the inbox refuses once.
BEFORE_THEIR_INVOICES = (MISPLACED, ADOPTED, "brenner", "soen", "lumiere", "redwood", "hudson", "kitsune")
AFTER_THEIR_INVOICES = ("okafor", "garonne", "gulf", "tide")
JUNE = (date(2026, 6, 1), date(2026, 6, 30))
JULY = (date(2026, 7, 1), date(2026, 7, 31))
CHANGED_BYTES = b"\x00\x00\x00\x00\x07\x02H\x0einvoice"
"""A record of Confluent's wire format whose schema nobody has."""


def steps(seed: int) -> tuple[ScenarioEvent, ...]:
    """All events, in the order in which they are sent, of an organisation of their own."""
    return tuple(events(LagoMonth(seed=seed)))


def events(month: LagoMonth) -> Iterator[ScenarioEvent]:
    """
    All events of the organisation: what comes after one has not happened before the next is asked for.

    From August Lago's endpoint signs by JWT instead of HMAC; `ingest` accepts both.
    """
    chance = random.Random(month.seed)  # noqa: S311 - amounts for a demo, nothing to guess
    yield from _Scenario(month, chance).july()
    settlement = Settlement(month=month, usage=lambda member: _usage(member, chance))
    yield from (replace(event, algorithm="jwt") for event in settlement.events())


class _Scenario:
    """July: draws the amounts, and makes the events."""

    def __init__(self, month: LagoMonth, chance: random.Random) -> None:
        self._month = month
        self._random = chance
        self._members = month.cast.members

    def july(self) -> Iterator[ScenarioEvent]:
        created = {handle: self._created(member) for handle, member in self._members.items()}
        yield from (self._customer(created[handle]) for handle in BEFORE_THEIR_INVOICES)
        monthly = list(self._first_of_july())
        yield from monthly
        yield from (self._customer(created[handle]) for handle in AFTER_THEIR_INVOICES)
        misplaced = self._monthly(self._members[MISPLACED], JULY[0], JUNE)
        yield replace(misplaced, ending="rejected", plant="customer_refused")
        yield from self._weeks()
        yield from (self._again(event) for event in monthly[:5])
        yield from self._faults(monthly[0])
        yield from self._moves()
        yield from self._last_of_july()

    def _created(self, member: Member) -> Announcement:
        [announced] = self._month.due(Organization.upsert_customer, member.external_id, **member.content)
        return announced

    def _customer(self, announced: Announcement) -> ScenarioEvent:
        organization = self._month.organization
        handle = organization.customers[announced.lago_id]["external_id"].removeprefix("cus_")
        if handle == MISPLACED:
            return self._month.event(announced, ending="rejected", plant="customer_refused")
        if handle != ADOPTED:
            return self._month.event(announced)
        existing = {"external_customer_id": EXISTING_CUSTOMER_ID, "subsidiary_id": "1"}
        organization.link(
            announced.lago_id, [customers.link(CONNECTION, sync_with_provider=False, **existing)]
        )
        # The link must be in NetSuite before the customer's first invoice is sent.
        return self._month.event(announced, until="published")

    def _first_of_july(self) -> Iterator[ScenarioEvent]:
        for handle, member in self._members.items():
            if handle == MISPLACED:
                continue
            event = self._monthly(member, JULY[0], JUNE, percent=10 if member.plan == "enterprise" else 0)
            if handle == "brenner":
                self._month.annotate(event.lago_id, {"approved_by": "J. Brenner", "cost_centre": "4711"})
            yield replace(event, plant="lost_answer") if handle == "redwood" else event

    def _weeks(self) -> Iterator[ScenarioEvent]:
        for day, handle in (
            (3, "brenner"),
            (6, "garonne"),
            (8, "tide"),
            (9, "kitsune"),
            (14, "gulf"),
            (15, "soen"),
        ):
            sales = price_list.services(self._members[handle], self._random)
            yield self._invoice(handle, [*sales], day, invoice_type="one_off")
        for day, handle in ((7, "redwood"), (10, "lumiere"), (13, "kitsune"), (16, "hudson")):
            sale = price_list.credits(self._members[handle])
            yield self._invoice(handle, [sale], day, invoice_type="credit")
        for day, handle in ((11, "soen"), (17, "lakeshore"), (20, "gulf")):
            sale = price_list.threshold(self._members[handle])
            yield self._invoice(handle, [sale], day, invoice_type="progressive_billing")
        yield from self._none_of_netsuites_business()

    def _none_of_netsuites_business(self) -> Iterator[ScenarioEvent]:
        month, plan = self._month, [*price_list.plan(self._members["tide"])]
        [drafted] = month.due(billing.bill, self._members["tide"].external_id, plan, status="draft")
        yield month.event(drafted)
        yield self._invoice("hudson", [*price_list.plan(self._members["hudson"])], 19, self_billed=True)
        for handle in ("brenner", "soen", "redwood"):
            yield self._announced("invoice.generated", month.billed[handle][0])
        for handle in ("lumiere", "tide"):
            customer = month.organization.customer_of(self._members[handle].external_id)
            yield self._announced("customer.payment_provider_created", customer)

    def _faults(self, whole: ScenarioEvent) -> Iterator[ScenarioEvent]:
        unmapped = self._invoice("hudson", [price_list.unmapped()], 22)
        yield replace(unmapped, ending="rejected", plant="unmapped_metric")
        plan, closed = [*price_list.plan(self._members["lakeshore"])], JUNE[1].isoformat()
        late = self._invoice("lakeshore", plan, 23, issuing_date=closed)
        yield replace(late, ending="rejected", plant="closed_period")
        yield from (self._garbled(whole, value) for value in (whole.value[:-40], CHANGED_BYTES))

    def _moves(self) -> Iterator[ScenarioEvent]:
        for day, handle in ((25, "brenner"), (26, "okafor"), (27, "hudson"), (28, "tide")):
            self._month.now = datetime(2026, 7, day, 0, 4, tzinfo=UTC)
            [moved] = self._month.due(
                Organization.upsert_customer,
                self._members[handle].external_id,
                address_line1=f"New Street {day}",
            )
            yield self._month.event(moved)

    def _last_of_july(self) -> Iterator[ScenarioEvent]:
        for handle, prepaid in (("redwood", 5000), ("lumiere", 2500), ("kitsune", 3000), ("hudson", 0)):
            yield self._monthly(self._members[handle], JULY[1], JULY, percent=5, prepaid=prepaid)
        for handle in ("soen", "lakeshore", "gulf"):
            yield self._monthly(self._members[handle], JULY[1], JULY, **self._progressive_credit(handle))

    def _progressive_credit(self, handle: str) -> dict[str, Any]:
        [number] = (
            invoice["number"]
            for invoice in self._month.billed[handle]
            if invoice["invoice_type"] == "progressive_billing"
        )
        return {"progressive": price_list.THRESHOLD_CENTS, "progressive_of": number}

    def _monthly(
        self, member: Member, issued: date, period: tuple[date, date], *, percent: int = 0, **reductions: Any
    ) -> ScenarioEvent:
        sales = _usage(member, self._random)
        if member.handle == "brenner":
            sales += price_list.reduced(self._month.cast.taxes["vat_de_7"])
        net_cents = price_list.cents_of(sales, member.currency) - reductions.get("progressive", 0)
        discounts = Discounts(
            coupons=rounded(Decimal(net_cents) * percent / 100),
            coupon_name=f"Launch partner {percent}%",
            granted=0,
            **reductions,
        )
        [due] = self._month.bill(member, sales, issued, period=period, discounts=discounts)
        return self._month.event(due)

    def _invoice(self, handle: str, sales: Sequence[Json], day: int, **changes: Any) -> ScenarioEvent:
        [due] = self._month.bill(self._members[handle], sales, date(2026, 7, day), **changes)
        return self._month.event(due)

    def _announced(self, webhook_type: str, document: Json) -> ScenarioEvent:
        """A webhook of something that changes no document, such as a PDF that is ready."""
        [due] = self._month.due(Organization.announce, webhook_type, document)
        return self._month.event(due)

    @staticmethod
    def _garbled(whole: ScenarioEvent, value: bytes) -> ScenarioEvent:
        title = f"{len(value)} garbled bytes"
        unique_key = id_of("webhook", title)
        return ScenarioEvent(
            title=title, topic=whole.topic, key=whole.key, value=value, unique_key=unique_key,
            ending="rejected", plant="undecodable_bytes", way="topic",
        )  # fmt: skip

    @staticmethod
    def _again(event: ScenarioEvent) -> ScenarioEvent:
        """The same bytes from a second webhook endpoint of Lago's, with a unique key of its own."""
        title = f"{event.title} again"
        unique_key = id_of("webhook", event.unique_key, "again")
        return replace(event, title=title, plant="repeated", unique_key=unique_key)


def _usage(member: Member, chance: random.Random) -> list[Json]:
    return [*price_list.plan(member), *price_list.usage(member, chance)]

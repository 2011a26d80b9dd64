"""
A month of Lago events, July 2026, and its payments, credit notes and voids in August; pure.

The same seed gives the same events. There are twelve customers, four billing entities and four currencies;
customer events before and after the invoices, repeated deliveries, events that must be ignored, and named
faults.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from consumer.demo import price_list
from consumer.demo.customers import EXISTING_CUSTOMER_ID, ORDERING_ENTITY, Customers, Member, read
from consumer.demo.invoice_amounts import Bill, Invoice, Sale, draw_up
from consumer.demo.scenario_event import Ending, ScenarioEvent
from consumer.demo.settlement import Settlement
from consumer.demo.settlement_documents import SettlementDocuments
from consumer.demo.webhook_bodies import Bodies

ADOPTED = "lakeshore"
"""The customer that Lago links to a customer which exists in NetSuite already."""
MISPLACED = "borealis"
"""The customer of a billing entity whose subsidiary does not exist in NetSuite."""
BEFORE_THEIR_INVOICES = (ADOPTED, "brenner", "soen", "lumiere", "redwood", "hudson", "kitsune")
AFTER_THEIR_INVOICES = ("okafor", "garonne", "gulf", "tide")
FIRST, LAST = date(2026, 7, 1), date(2026, 7, 31)
JUNE, JULY = (date(2026, 6, 1), date(2026, 6, 30)), (FIRST, LAST)


def steps(seed: int) -> tuple[ScenarioEvent, ...]:
    """All events, in the order in which they are sent."""
    return tuple(_ScenarioBuilder(seed).month())


class _ScenarioBuilder:
    """Draws the amounts, counts the invoices and makes the events."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - amounts for a demo, nothing to guess
        self._bodies = Bodies(namespace=uuid.uuid5(uuid.NAMESPACE_URL, f"lago-netsuite/demo/{seed}"))
        self._customers: Customers = read()
        self._counts: dict[str, int] = defaultdict(int)
        self._progressive_numbers: dict[str, str] = {}
        self._billed: dict[str, list[Invoice]] = defaultdict(list)

    def month(self) -> Iterator[ScenarioEvent]:
        """All events, in order."""
        yield from (self._customer(self._customers.members[name]) for name in BEFORE_THEIR_INVOICES)
        misplaced = self._customers.members[MISPLACED]
        yield replace(self._customer(misplaced), ending="rejected", plant="customer_refused")
        monthly = list(self._first_of_july())
        yield from monthly
        yield from (self._customer(self._customers.members[name]) for name in AFTER_THEIR_INVOICES)
        yield replace(self._usage(misplaced), ending="rejected", plant="customer_refused")
        yield from self._weeks()
        yield from (self._again(step) for step in monthly[:5])
        yield from self._faults()
        yield from self._moves()
        yield from self._last_of_july()
        yield from self._august()

    def _first_of_july(self) -> Iterator[ScenarioEvent]:
        for member in self._members():
            step = self._usage(member, coupon_percent=10 if member.plan == "enterprise" else 0)
            yield replace(step, plant="lost_answer") if member.handle == "redwood" else step

    def _weeks(self) -> Iterator[ScenarioEvent]:
        members = self._customers.members
        for day, handle in (
            (3, "brenner"),
            (6, "garonne"),
            (8, "tide"),
            (9, "kitsune"),
            (14, "gulf"),
            (15, "soen"),
        ):
            yield self._one_off(members[handle], day)
        for day, handle in ((7, "redwood"), (10, "lumiere"), (13, "kitsune"), (16, "hudson")):
            yield self._top_up(members[handle], day)
        for day, handle in ((11, "soen"), (17, "lakeshore"), (20, "gulf")):
            yield self._progressive(members[handle], day)
        yield from self._none_of_netsuites_business()

    def _none_of_netsuites_business(self) -> Iterator[ScenarioEvent]:
        members = self._customers.members
        draft = self._invoice(members["tide"], [*price_list.plan(members["tide"])], 18, status="draft")
        yield self._of_invoice(draft, "invoice.drafted", ending="ignored")
        own = self._invoice(members["hudson"], [*price_list.plan(members["hudson"])], 19, self_billed=True)
        yield self._of_invoice(own, "invoice.created", ending="ignored")
        for handle in ("brenner", "soen", "redwood"):
            document = self._invoice(members[handle], [*price_list.plan(members[handle])], 21)
            yield self._of_invoice(document, "invoice.generated", ending="ignored")
        for handle in ("lumiere", "tide"):
            linked = self._customer(members[handle], "customer.payment_provider_created")
            yield replace(linked, ending="ignored")

    def _faults(self) -> Iterator[ScenarioEvent]:
        members = self._customers.members
        unmapped = self._invoice(members["hudson"], [price_list.unmapped()], 22)
        yield self._of_invoice(unmapped, "invoice.created", ending="rejected", plant="unmapped_metric")
        late = replace(
            self._invoice(members["lakeshore"], [*price_list.plan(members["lakeshore"])], 23), issued=JUNE[1]
        )
        yield self._of_invoice(late, "invoice.created", ending="rejected", plant="closed_period")
        whole = self._one_off(members["brenner"], 24)
        yield from (
            self._garbled(value) for value in (whole.value[:-40], b"\x00\x00\x00\x00\x07\x02H\x0einvoice")
        )

    def _moves(self) -> Iterator[ScenarioEvent]:
        for day, handle in ((25, "brenner"), (26, "okafor"), (27, "hudson"), (28, "tide")):
            member = replace(self._customers.members[handle], street=f"New Street {day}")
            yield self._customer(member, "customer.updated", day=day)

    def _last_of_july(self) -> Iterator[ScenarioEvent]:
        members = self._customers.members
        for handle, prepaid in (("redwood", 5000), ("lumiere", 2500), ("kitsune", 3000), ("hudson", 0)):
            yield self._usage(members[handle], day=31, prepaid_cents=prepaid, coupon_percent=5)
        for handle in ("soen", "lakeshore", "gulf"):
            yield self._usage(members[handle], day=31, progressive_of=self._progressive_numbers[handle])

    def _august(self) -> Iterator[ScenarioEvent]:
        for handle in ("lumiere", "hudson"):
            member = self._customers.members[handle]
            sales = [*price_list.plan(member), *price_list.usage(member, self._random)]
            invoice = self._numbered(member, draw_up(sales, member.currency, member.taxes), 31)
            self._billed[handle].append(replace(invoice, period=JULY))
        settled = Settlement(
            documents=SettlementDocuments(bodies=self._bodies), billed=self._billed, put=self._step
        )
        # From August Lago's endpoint signs by JWT instead of HMAC; `ingest` accepts both.
        yield from (replace(step, algorithm="jwt") for step in settled.steps())

    def _members(self) -> list[Member]:
        return [member for member in self._customers.members.values() if member.handle != MISPLACED]

    def _usage(
        self, member: Member, *, day: int = 1, coupon_percent: int = 0, prepaid_cents: int = 0,
        progressive_of: str | None = None,
    ) -> ScenarioEvent:  # fmt: skip
        sales = [*price_list.plan(member), *price_list.usage(member, self._random)]
        sales += price_list.reduced(self._customers.taxes["vat_de_7"]) if member.handle == "brenner" else []
        bill = draw_up(
            sales, member.currency, member.taxes,
            coupon_percent=coupon_percent, prepaid_cents=prepaid_cents,
            progressive_cents=price_list.THRESHOLD_CENTS if progressive_of else 0,
        )  # fmt: skip
        invoice = self._numbered(member, bill, day, kind="subscription")
        period = JUNE if day == 1 else JULY
        coupon = f"Launch partner {coupon_percent}%" if coupon_percent else None
        invoice = replace(invoice, period=period, coupon=coupon, progressive_of=progressive_of)
        return self._of_invoice(invoice, "invoice.created")

    def _one_off(self, member: Member, day: int) -> ScenarioEvent:
        invoice = self._invoice(member, [*price_list.services(member, self._random)], day, kind="one_off")
        return self._of_invoice(invoice, "invoice.one_off_created")

    def _top_up(self, member: Member, day: int) -> ScenarioEvent:
        taxless = replace(member, taxes=())
        invoice = self._invoice(taxless, [price_list.credits(member)], day, kind="credit")
        return self._of_invoice(invoice, "invoice.paid_credit_added")

    def _progressive(self, member: Member, day: int) -> ScenarioEvent:
        invoice = self._invoice(member, [price_list.threshold(member)], day, kind="progressive_billing")
        self._progressive_numbers[member.handle] = invoice.number
        return self._of_invoice(invoice, "invoice.created")

    def _invoice(self, member: Member, sales: list[Sale], day: int, **changes: Any) -> Invoice:
        bill = draw_up(sales, member.currency, member.taxes)
        return replace(self._numbered(member, bill, day), **changes)

    def _numbered(self, member: Member, bill: Bill, day: int, kind: str = "subscription") -> Invoice:
        self._counts[member.handle] += 1
        issued = date(2026, 7, day)
        made_at = datetime.combine(issued, time(0, 5), ZoneInfo(member.zone)).astimezone(UTC)
        number = f"{member.slug}-202607-{self._counts[member.handle]:03d}"
        return Invoice(
            member=member, bill=bill, number=number, kind=kind, issued=issued, period=(issued, issued),
            made_at=made_at,
        )  # fmt: skip

    def _of_invoice(
        self, invoice: Invoice, webhook_type: str, *, ending: Ending = "booked", plant: str | None = None
    ) -> ScenarioEvent:
        if ending == "booked":
            self._billed[invoice.member.handle].append(invoice)
        content = self._bodies.invoice(invoice)
        value = self._bodies.event(webhook_type, "invoice", content)
        step = self._step(invoice.member, "lago.invoices", value, f"{webhook_type} {invoice.number}")
        return replace(
            step, ending=ending, plant=plant, lago_id=content["lago_id"], number=invoice.number,
            currency=invoice.bill.currency, total=invoice.bill.total, effect=Decimal(invoice.bill.total),
            is_ordered=invoice.member.entity == ORDERING_ENTITY,
        )  # fmt: skip

    def _customer(
        self, member: Member, webhook_type: str = "customer.created", day: int = 1
    ) -> ScenarioEvent:
        updated_at = datetime(2026, 7, day, 0, 4, tzinfo=UTC) - timedelta(days=1 if day == 1 else 0)
        links = [self._bodies.link(EXISTING_CUSTOMER_ID)] if member.handle == ADOPTED else []
        content = self._bodies.customer(member, updated_at) | {"integration_customers": links}
        value = self._bodies.event(webhook_type, "customer", content)
        step = self._step(member, "lago.customers", value, f"{webhook_type} {member.external_id}")
        # The link must be in NetSuite before the customer's first invoice is sent.
        return replace(step, lago_id=content["lago_id"], until="published" if links else "taken")

    def _garbled(self, value: bytes) -> ScenarioEvent:
        step = self._step(
            self._customers.members["brenner"], "lago.invoices", value, f"{len(value)} garbled bytes"
        )
        return replace(step, ending="rejected", plant="undecodable_bytes", is_webhook=False)

    def _again(self, step: ScenarioEvent) -> ScenarioEvent:
        """The same bytes from a second webhook endpoint of Lago's, with a unique key of its own."""
        title = f"{step.title} again"
        return replace(step, title=title, plant="repeated", unique_key=self._bodies.id("webhook", title))

    def _step(self, member: Member, topic: str, value: bytes, title: str) -> ScenarioEvent:
        key = f"{self._bodies.organization_id}:{member.external_id}".encode()
        unique_key = self._bodies.id("webhook", title)
        return ScenarioEvent(
            title=title, topic=topic, key=key, value=value, unique_key=unique_key, ending="booked"
        )

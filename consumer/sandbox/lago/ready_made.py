"""A ready-made organisation: three months of business, of which ids and amounts follow from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import Now, Organization
from consumer.sandbox.lago.payments import How

MONTHS = 3
MAX_SEED = 2**32 - 1
WAYS: tuple[How, ...] = ("charged_at_once", "settled_later", "manual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """One customer; its price level is in units of the currency for one euro."""

    external_id: str
    name: str
    currency: str
    tax_percent: float
    price_level: int = 1

    def sale(self, kind: str, code: str, units: int, euros: str) -> Json:
        """What `consumer.sandbox.lago.billing.bill` takes for one fee."""
        price = Decimal(euros) * self.price_level
        sold = {"kind": kind, "code": code, "units": str(units), "unit_price": str(price)}
        return sold | {"tax_rate": self.tax_percent}


BUYERS = (
    Buyer(external_id="brightwater", name="Brightwater Foods Ltd", currency="EUR", tax_percent=19.0),
    Buyer(external_id="cedar-point", name="Cedar Point Inc.", currency="USD", tax_percent=8.25),
    Buyer(external_id="hanami", name="Hanami KK", currency="JPY", tax_percent=10.0, price_level=160),
    Buyer(external_id="lumen-works", name="Lumen Works SAS", currency="EUR", tax_percent=20.0),
    Buyer(external_id="old-quarry", name="Old Quarry Media GmbH", currency="EUR", tax_percent=19.0),
)


def ready_made(seed: int, *, now: Now, slug: str) -> Organization:
    """
    An organisation that has billed its customers in each of the last three months.

    Its dates depend on the present month, its ids and amounts do not. Nothing is in the outbox: what happened
    before the start has no webhooks any more, and a backfill finds it.

    Args:
        seed: from 0 to `MAX_SEED`.
        now: the organisation's clock.
        slug: its name.
    """
    history = Organization(now=now, slug=slug, lago_id=id_of("organization", slug, "seed", seed))
    business = _Business(history, random.Random(seed))  # noqa: S311 - amounts to try out, nothing to guess
    for first in _firsts_of_months(now()):
        business.month(first)
    history.outbox.clear()
    history.now = now
    return history


def _firsts_of_months(until: datetime) -> Iterator[datetime]:
    """Midnight of the first day of each of the last months, oldest first, without the present one."""
    month = until.year * 12 + until.month - 1
    for each in range(month - MONTHS, month):
        yield datetime(each // 12, each % 12 + 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Business:
    """Draws what is sold, and what becomes of the invoices."""

    history: Organization
    chance: random.Random

    def month(self, first: datetime) -> None:
        """Bills for usage on the first day, settled on the thirteenth; services on the tenth stay unpaid."""
        self._at(first)
        billed = [self._monthly(buyer) for buyer in BUYERS]
        self._at(first + timedelta(days=9))
        days = BUYERS[0].sale("add_on", "setup", self.chance.randint(1, 8), "950")
        self._bill(BUYERS[0], [days], invoice_type="one_off")
        self._at(first + timedelta(days=12))
        self._settle([invoice["lago_id"] for invoice in billed if invoice["total_due_amount_cents"]])

    def _at(self, moment: datetime) -> None:
        self.history.now = lambda: moment

    def _monthly(self, buyer: Buyer) -> Json:
        if not any(known["external_id"] == buyer.external_id for known in self.history.customers.values()):
            names = {"name": buyer.name, "legal_name": buyer.name, "currency": buyer.currency}
            self.history.upsert_customer(buyer.external_id, **names)
        calls, gigabytes = self.chance.randint(20_000, 900_000), self.chance.randint(10, 900)
        return self._bill(
            buyer,
            [
                buyer.sale("subscription", "scale", 1, "499"),
                buyer.sale("charge", "api_calls", calls, "0.00023"),
                buyer.sale("charge", "storage_gb", gigabytes, "0.0833"),
            ],
        )

    def _bill(self, buyer: Buyer, sold: Sequence[Json], *, invoice_type: str = "subscription") -> Json:
        return billing.bill(self.history, buyer.external_id, sold, invoice_type=invoice_type)

    def _settle(self, lago_ids: list[str]) -> None:
        """One invoice is voided, one credited and one paid in part; all others are paid."""
        self.chance.shuffle(lago_ids)
        voided, credited, partly, *others = lago_ids
        billing.void(self.history, voided)
        crediting.credit(self.history, credited, share=Decimal(self.chance.randint(1, 9)) / 10, to="offset")
        self._pay(partly, "manual", cents=self.history.invoices[partly]["total_due_amount_cents"] // 2)
        for lago_id in others:
            self._pay(lago_id, self.chance.choice(WAYS), cents=None)

    def _pay(self, lago_id: str, how: How, *, cents: int | None) -> None:
        reference = "bank transfer" if how == "manual" else None
        settlement.pay(self.history, [lago_id], how=how, cents=cents, reference=reference)

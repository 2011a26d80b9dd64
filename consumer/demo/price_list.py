"""The items sold in the demo's month, and their prices in each currency."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal

from consumer.demo.customers import Member, Tax
from consumer.sandbox.lago import fees
from consumer.sandbox.lago.notation import Json

WORTH = {"EUR": Decimal(1), "USD": Decimal("1.1"), "JPY": Decimal(160), "KWD": Decimal("0.33")}
CENT = {"JPY": Decimal(1), "KWD": Decimal("0.001")}
PRICE_STEP = {"JPY": Decimal(1)}
IN_BLOCKS = frozenset({"KWD"})
"""Currencies with three decimals in Lago and two in NetSuite: usage is sold so that the third is 0."""
BLOCK_CALLS = 1000
THRESHOLD_CENTS = 15_000
PLAN_PRICES = {"scale_monthly": Decimal(499), "enterprise": Decimal(2400)}
PLAN_NAMES = {"scale_monthly": "Scale", "enterprise": "Enterprise"}
ONE = Decimal(1)


def plan(member: Member) -> Iterator[Json]:
    """The subscription fee, and the true-up fee of its minimum commitment."""
    code, name = member.plan, PLAN_NAMES[member.plan]
    yield _sale("subscription", code, name, ONE, _price(PLAN_PRICES[code], member))
    if code == "enterprise":
        yield _sale("commitment", code, name, ONE, _price(Decimal("128.70"), member))


def usage(member: Member, chance: random.Random) -> Iterator[Json]:
    """Charges and a fixed charge; unit prices have more decimals than the currency."""
    worth = WORTH[member.currency]
    calls = Decimal(chance.randrange(200_000, 3_000_000))
    gigabytes = Decimal(chance.randrange(1_000, 90_000)) / 100
    per_call, per_gigabyte = Decimal("0.00023") * worth, Decimal("0.083333333333333") * worth
    if member.currency in IN_BLOCKS:
        calls, gigabytes = calls // BLOCK_CALLS * BLOCK_CALLS, gigabytes // 1
        per_call, per_gigabyte = Decimal("0.00008"), Decimal("0.03")
    yield _sale("charge", "api_calls", "API calls", calls, per_call)
    yield _sale("charge", "storage_gb", "Storage (GB)", gigabytes, per_gigabyte)
    yield _sale("charge", "seats", "Seats", Decimal(chance.randrange(3, 40)), _price(Decimal("9.90"), member))
    yield _sale("fixed_charge", "support", "Support", ONE, _price(Decimal(120), member))


def reduced(tax: Tax) -> list[Json]:
    """An add-on with another tax rate than the rest of the invoice."""
    handbook = _sale("add_on", "setup", "Printed handbook", Decimal(3), Decimal("3.33"))
    return [handbook | {"taxes": taxes_of((tax,))}]


def services(member: Member, chance: random.Random) -> Iterator[Json]:
    """The add-ons of a one-off invoice."""
    days = Decimal(chance.randrange(2, 12)) / 2
    yield _sale("add_on", "setup", "Onboarding", days, _price(Decimal(950), member))
    yield _sale("add_on", "support", "Support package", ONE, _price(Decimal(240), member))


def credits(member: Member) -> Json:  # noqa: A001 - Lago's word
    """A purchase of prepaid credits, which is not taxed."""
    price = _price(Decimal("2.50"), member)
    return _sale("credit", "credit", "Prepaid credits", Decimal(100), price) | {"taxes": []}


def threshold(member: Member) -> Json:
    """Usage that reaches the threshold of progressive billing."""
    cent = CENT.get(member.currency, Decimal("0.01"))
    return _sale("charge", "api_calls", "API calls", ONE, THRESHOLD_CENTS * cent)


def unmapped() -> Json:
    """A charge of a billable metric that connections.yaml does not map."""
    return _sale("charge", "gpu_hours", "GPU hours", Decimal("37.5"), Decimal("1.333333333333333"))


def taxes_of(taxes: Sequence[Tax]) -> list[Json]:
    """Taxes as a sale in the emulated Lago states them."""
    return [{"code": tax.code, "name": tax.name, "rate": tax.rate} for tax in taxes]


def cents_of(sales: Sequence[Json], currency: str) -> int:
    """The amount of all sales before discounts and tax, in subunits."""
    return sum(fees.sold_cents(each, currency) for each in sales)


def _sale(kind: str, code: str, name: str, units: Decimal, unit_price: Decimal) -> Json:
    item = {"name": name, "invoice_display_name": name}
    return {"kind": kind, "code": code, "units": str(units), "unit_price": str(unit_price), "item": item}


def _price(euros: Decimal, member: Member) -> Decimal:
    return (euros * WORTH[member.currency]).quantize(PRICE_STEP.get(member.currency, Decimal("0.01")))

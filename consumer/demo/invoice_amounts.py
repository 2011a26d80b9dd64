"""
The amounts of one Lago invoice, computed the way Lago does.

Fees are rounded to the subunit; discounts before tax are spread over them by amount; each fee's tax and each
tax of the invoice are rounded by themselves, so the two sums may differ by a subunit, as they do in Lago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from consumer.demo.customers import Member, Tax
from consumer.mapping import money

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """
    One sold item.

    Attributes:
        kind: Lago's fee type.
        code: of the plan, billable metric or add-on; with its name.
        units: the quantity.
        unit_amount: price of one unit, in units of the currency.
        taxes: None for the customer's taxes.
    """

    kind: str
    code: str
    name: str
    units: Decimal
    unit_amount: Decimal
    taxes: tuple[Tax, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A sale with its amounts; `discount` and `tax_exact` are fractional subunits."""

    sale: Sale
    taxes: tuple[Tax, ...]
    cents: int
    discount: Decimal
    tax_exact: Decimal

    @property
    def base(self) -> Decimal:
        """The taxable base, in fractional subunits."""
        return self.cents - self.discount

    @property
    def rate(self) -> Decimal:
        """All taxes together, in percent."""
        return sum((tax.rate for tax in self.taxes), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Levy:
    """One tax of the whole invoice, in subunits."""

    tax: Tax
    base_cents: int
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The amounts of one invoice, in subunits."""

    currency: str
    fees: tuple[Fee, ...]
    levies: tuple[Levy, ...]
    coupon_cents: int
    progressive_cents: int
    prepaid_cents: int

    @property
    def fees_cents(self) -> int:
        """All fees before discounts and tax."""
        return sum(fee.cents for fee in self.fees)

    @property
    def subtotal_cents(self) -> int:
        """After discounts, before tax."""
        return self.fees_cents - self.coupon_cents - self.progressive_cents

    @property
    def tax_cents(self) -> int:
        """All taxes."""
        return sum(levy.cents for levy in self.levies)

    @property
    def total_cents(self) -> int:
        """What the customer owes, in subunits."""
        return self.subtotal_cents + self.tax_cents - self.prepaid_cents

    @property
    def total(self) -> str:
        """What the customer owes, as decimal text in units of the currency."""
        return money.major(self.total_cents, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """
    The values in which one invoice differs from another.

    Attributes:
        kind: Lago's invoice type.
        period: first and last day that is billed, in the customer's time zone.
        coupon: name of the coupon; None without one.
        progressive_of: number of the progressive billing invoice that is credited.
    """

    member: Member
    bill: Bill
    number: str
    kind: str
    issued: date
    period: tuple[date, date]
    made_at: datetime
    status: str = "finalized"
    self_billed: bool = False
    coupon: str | None = None
    progressive_of: str | None = None

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """First and last second of the period in the customer's time zone."""
        zone = ZoneInfo(self.member.zone)
        first, last = self.period
        return datetime.combine(first, time(), zone), datetime.combine(last, time(23, 59, 59), zone)


def draw_up(
    sales: Sequence[Sale],
    currency: str,
    taxes: tuple[Tax, ...],
    *,
    coupon_percent: int = 0,
    progressive_cents: int = 0,
    prepaid_cents: int = 0,
) -> Bill:
    """The amounts of an invoice for `sales`; the coupon applies after the credit of progressive billing."""
    amounts = [rounded(money.to_subunits(sale.units * sale.unit_amount, currency)) for sale in sales]
    coupon_cents = rounded(Decimal(sum(amounts) - progressive_cents) * coupon_percent / HUNDRED)
    off = Decimal(coupon_cents + progressive_cents)
    fees = tuple(
        _fee(sale, cents, taxes, off * cents / (sum(amounts) or 1))
        for sale, cents in zip(sales, amounts, strict=True)
    )
    return Bill(
        currency=currency,
        fees=fees,
        levies=tuple(_levy(tax, fees) for tax in _all_taxes(fees)),
        coupon_cents=coupon_cents,
        progressive_cents=progressive_cents,
        prepaid_cents=prepaid_cents,
    )


def rounded(subunits: Decimal) -> int:
    """Whole subunits, half up."""
    return int(subunits.to_integral_value(ROUND_HALF_UP))


def _fee(sale: Sale, cents: int, taxes: tuple[Tax, ...], discount: Decimal) -> Fee:
    own = taxes if sale.taxes is None else sale.taxes
    discount = discount.quantize(Decimal("0.00001"))
    tax_exact = (cents - discount) * sum((tax.rate for tax in own), Decimal(0)) / HUNDRED
    return Fee(sale=sale, taxes=own, cents=cents, discount=discount, tax_exact=tax_exact)


def _all_taxes(fees: Sequence[Fee]) -> list[Tax]:
    return list(dict.fromkeys(tax for fee in fees for tax in fee.taxes))


def _levy(tax: Tax, fees: Sequence[Fee]) -> Levy:
    base = sum((fee.base for fee in fees if tax in fee.taxes), Decimal(0))
    return Levy(tax=tax, base_cents=rounded(base), cents=rounded(base * tax.rate / HUNDRED))

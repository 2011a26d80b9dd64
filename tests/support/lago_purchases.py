"""What a customer buys, by a dice: fees of every type, several taxes, every kind of discount."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from consumer.sandbox.lago import fees
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import Json

RATES = (0, 7, 19, 19, 20)
PRICES = ("0.005", "0.333333333333333", "3.33", "9.99", "10", "120", "4999.5")
UNITS = ("1", "2", "3", "0.5", "17.25", "1000")
FEE_KINDS = {
    "subscription": ("charge", "subscription", "fixed_charge", "commitment", "product"),
    "progressive_billing": ("charge",),
    "one_off": ("add_on",),
    "credit": ("credit",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What an invoice is for: its fees as they are sold, and what lessens them."""

    sold: list[Json]
    discounts: Discounts


def type_of(dice: Random) -> str:
    """The type of the next invoice: most are of subscriptions."""
    return dice.choice(("subscription",) * 3 + ("progressive_billing", "one_off", "credit"))


def purchase(dice: Random, invoice_type: str, currency: str, place: int) -> Purchase:
    """One to four fees; prepaid credit is sold without tax, and only subscriptions are discounted."""
    count = 1 if invoice_type == "credit" else dice.randint(1, 4)
    sold = [_fee(dice, invoice_type, number) for number in range(count)]
    discounts = _discounts(dice, sold, currency, place) if invoice_type == "subscription" else Discounts()
    return Purchase(sold=sold, discounts=discounts)


def _fee(dice: Random, invoice_type: str, number: int) -> Json:
    return {
        "kind": dice.choice(FEE_KINDS[invoice_type]),
        "code": f"code_{number}",
        "units": dice.choice(UNITS),
        "unit_price": dice.choice(PRICES),
        "tax_rate": 0 if invoice_type == "credit" else dice.choice(RATES),
        "created_at": f"2026-08-01T00:05:0{dice.randint(0, 2)}Z",
    }


def _discounts(dice: Random, sold: list[Json], currency: str, place: int) -> Discounts:
    amounts = [fees.sold_cents(fee, currency) for fee in sold]
    gross = sum(amounts)
    coupons = dice.choice((0, 0, gross // 10, gross // 3, gross))
    progressive = dice.choice((0, 0, 0, (gross - coupons) // 2))
    limit = dice.randint(1, len(sold)) if dice.random() < 0.3 and not progressive else 0
    # Twice the fees pays for any tax as well: Lago takes no more than what is left.
    prepaid = dice.choice((0, 0, gross // 3, 2 * gross))
    return Discounts(
        coupons=min(coupons, sum(amounts[:limit])) if limit else coupons,
        limited_to=[fee["code"] for fee in sold[:limit]],
        progressive=progressive,
        prepaid=prepaid,
        granted=(0, prepaid // 2, prepaid)[place % 3] if prepaid else None,
    )

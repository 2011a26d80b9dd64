"""
Hypothesis strategies for Lago's invoices: tiny prices, huge quantities, five currencies, three tax rates.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, LINE_MODE, connection
from tests.support.lago import Discounts

Json = dict[str, Any]
Draw = Callable[..., Any]

CURRENCIES = ("EUR", "USD", "JPY", "KWD", "HUF")
RATES = (0, 7, 19)
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "HUF": 0}
MAX_FEE_CENTS = 10**13
KINDS = ("charge", "subscription", "add_on", "fixed_charge", "commitment", "product")
TAX_MODES = {
    "suitetax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "legacy": {"mode": "legacy", "code": "-7"},
    "tax_line": {"mode": "tax_line", "item": "850"},
}


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    """Numbers of at most so many decimals."""
    return st.decimals(min_value=low, max_value=high, places=places, allow_nan=False, allow_infinity=False)


units = st.one_of(
    st.integers(1, 50).map(Decimal),
    decimals("0.000001", "1000", 6),
    st.integers(1, 10**12).map(Decimal),
    decimals("0", "1e12", 15),
)
prices = st.one_of(
    st.sampled_from([Decimal("3.33"), Decimal("0.005"), Decimal("9.99"), Decimal("1.333333333333333")]),
    decimals("0.000000000001", "0.001", 12),
    decimals("0", "100000", 15),
)
connections = st.builds(
    lambda mode, spent: connection(**spent, mapping=FULL_MAPPING | {"tax": TAX_MODES[mode]}),
    st.sampled_from(sorted(TAX_MODES)),
    st.sampled_from([{"credits": "apply"}, LINE_MODE]),
)


@st.composite
def fees(draw: Draw, place: int) -> Json:
    """A fee of any kind."""
    return lago.fee(
        draw(st.sampled_from(KINDS)),
        f"code_{place}",
        lago_id=lago.id_of("fee", place),
        units=draw(units),
        unit_price=draw(prices),
        tax_rate=draw(st.sampled_from(RATES)),
        created_at=draw(st.sampled_from(["2026-08-01T00:05:02Z", "2026-08-01T00:05:03Z"])),
    )


@st.composite
def lagos_invoices(draw: Draw, most: int = 8) -> Json:
    """An invoice as Lago makes it: no discount is larger than what is left to discount."""
    currency = draw(st.sampled_from(CURRENCIES))
    listed = [draw(fees(place)) for place in range(draw(st.integers(1, most)))]
    gross = lago.invoice(listed, currency=currency)
    assume(all(fee["amount_cents"] <= MAX_FEE_CENTS for fee in gross["fees"]))
    before_tax = draw(_parts(gross["fees_amount_cents"]))
    net = lago.invoice(
        listed, currency=currency, discounts=Discounts(coupons=before_tax[0], progressive=before_tax[1])
    )
    after_tax = draw(_parts(net["sub_total_including_taxes_amount_cents"]))
    discounts = Discounts(
        coupons=before_tax[0], progressive=before_tax[1], credit_notes=after_tax[0], prepaid=after_tax[1]
    )
    return lago.invoice(listed, currency=currency, discounts=discounts)


@st.composite
def _parts(draw: Draw, whole: int) -> tuple[int, int]:
    """Two amounts that together are not more than the whole; often nothing."""
    first = draw(st.one_of(st.just(0), st.integers(0, whole)))
    return first, draw(st.one_of(st.just(0), st.integers(0, whole - first)))


def cents_of(amount: str, currency: str) -> int:
    """An amount of the request in subunits; it must be written with the currency's decimals."""
    assert -Decimal(amount).as_tuple().exponent == DECIMALS[currency]
    return int(Decimal(amount).scaleb(DECIMALS[currency]))


def lines_and_taxes(record: Json, currency: str) -> tuple[int, int]:
    """The sums of a record's lines and of its taxes, in subunits."""
    lines = sum(cents_of(line["amount"], currency) for line in record["lines"][0]["lineItems"])
    details = [line for sublist in record.get("taxdetails", []) for line in sublist["lineItems"]]
    at_header = record["columns"].get("taxamountoverride", f"{Decimal(0):.{DECIMALS[currency]}f}")
    return lines, sum(cents_of(line["taxamount"], currency) for line in details) + cents_of(
        at_header, currency
    )

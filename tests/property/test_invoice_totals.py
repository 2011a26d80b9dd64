"""
Whatever Lago bills, NetSuite is told to compute exactly that, or the event is refused.

Invoices are drawn at random and computed the way Lago computes them (`tests.lago_events.invoice`): prices of
a billionth of a cent, quantities of billions, three tax rates, five currencies, every kind of discount.
"""

from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from consumer.mapping.mapped import Mapped
from consumer.outcome import Ignored
from tests import lago_events as lago
from tests.connection_files import FULL_MAPPING, connection
from tests.lago_events import Discounts
from tests.planning import plan

CURRENCIES = ("EUR", "USD", "JPY", "KWD", "HUF")
RATES = (0, 7, 19)
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "HUF": 0}
MAX_FEE_CENTS = 10**13
MAX_NUMBER_CHARS = 15

TAX_MODES = {
    "suitetax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "legacy": {"mode": "legacy", "code": "-7"},
    "tax_line": {"mode": "tax_line", "item": "850"},
}

thorough = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def decimals(low, high, places):
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


@st.composite
def fees(draw, place):
    kind = draw(
        st.sampled_from(["charge", "subscription", "add_on", "fixed_charge", "commitment", "product"])
    )
    return lago.fee(
        kind,
        f"code_{place}",
        lago_id=lago.id_of("fee", place),
        units=draw(units),
        unit_price=draw(prices),
        tax_rate=draw(st.sampled_from(RATES)),
        created_at=draw(st.sampled_from(["2026-08-01T00:05:02Z", "2026-08-01T00:05:03Z"])),
    )


@st.composite
def lagos_invoices(draw):
    """An invoice as Lago makes it: no discount is larger than what is left to discount."""
    currency = draw(st.sampled_from(CURRENCIES))
    listed = [draw(fees(place)) for place in range(draw(st.integers(1, 8)))]
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
def _parts(draw, whole):
    """Two amounts that together are not more than the whole; often nothing."""
    first = draw(st.one_of(st.just(0), st.integers(0, whole)))
    return first, draw(st.one_of(st.just(0), st.integers(0, whole - first)))


connections = st.builds(
    lambda mode, spent: connection(credits=spent, mapping=FULL_MAPPING | {"tax": TAX_MODES[mode]}),
    st.sampled_from(sorted(TAX_MODES)),
    st.sampled_from(["apply", "line"]),
)


def cents_of(amount, currency):
    """An amount of the request in subunits; it must be written with the currency's decimals."""
    assert -Decimal(amount).as_tuple().exponent == DECIMALS[currency]
    return int(Decimal(amount).scaleb(DECIMALS[currency]))


def planned_document(content, chosen):
    planned = plan(lago.invoice_event(content=content), chosen)
    if isinstance(planned, Ignored):
        assert planned.rule == "zero_amount"
        assert content["total_amount_cents"] == 0
        return None
    assert isinstance(planned, Mapped), planned
    return planned.request.items[-1]


@thorough
@given(content=lagos_invoices(), chosen=connections)
def test_lines_and_taxes_make_exactly_lagos_total(content, chosen):
    """In every currency, tax mode and way of spending credits; what Lago bills is never refused."""
    item = planned_document(content, chosen)
    if item is None:
        return
    currency, record = content["currency"], item.record
    lines = sum(cents_of(line["amount"], currency) for line in record["lines"][0]["lineItems"])
    details = [line for sublist in record.get("taxdetails", []) for line in sublist["lineItems"]]
    header_tax = record["columns"].get("taxamountoverride", lago_zero(currency))
    taxes = sum(cents_of(line["taxamount"], currency) for line in details) + cents_of(header_tax, currency)
    kept_for_memo = content["credit_notes_amount_cents"] if chosen.credits == "apply" else 0

    expected = {name: cents_of(amount, currency) for name, amount in item.expect.items()}
    assert expected["total"] == content["total_amount_cents"] + kept_for_memo
    assert lines + taxes == expected["total"]
    assert (lines, taxes) == (expected["subtotal"], expected["tax"])


def lago_zero(currency):
    return f"{Decimal(0):.{DECIMALS[currency]}f}"


@thorough
@given(content=lagos_invoices())
def test_the_tax_of_each_line_is_within_one_subunit_of_its_exact_tax(content):
    """Making up for Lago's rounding moves no more than that, and never onto a discount."""
    item = planned_document(content, connection())
    if item is None:
        return
    currency = content["currency"]
    subunits = 10 ** DECIMALS[currency]
    exact = {fee["lago_id"]: Decimal(fee["taxes_precise_amount"]) * subunits for fee in content["fees"]}
    for line in item.record["taxdetails"][0]["lineItems"]:
        tax = cents_of(line["taxamount"], currency)
        assert abs(tax - exact.get(line["taxdetailsreference"], Decimal(0))) < 1


@thorough
@given(content=lagos_invoices())
def test_quantities_and_rates_stay_within_netsuites_limits(content):
    """Fifteen characters, less than ten billion, and never a product of zero for an amount that is none."""
    item = planned_document(content, connection())
    if item is None:
        return
    for line in item.record["lines"][0]["lineItems"]:
        assert len(line["quantity"]) <= MAX_NUMBER_CHARS
        assert len(line["rate"]) <= MAX_NUMBER_CHARS
        assert abs(Decimal(line["quantity"])) < 10**10
        assert Decimal(line["quantity"]) * Decimal(line["rate"]) != 0


figures = st.sampled_from(
    [
        "fees_amount_cents",
        "taxes_amount_cents",
        "coupons_amount_cents",
        "progressive_billing_credit_amount_cents",
        "prepaid_credit_amount_cents",
        "credit_notes_amount_cents",
        "total_amount_cents",
    ]
)


@thorough
@given(content=lagos_invoices(), chosen=connections, figure=figures, difference=st.integers(-3, 10**6))
def test_a_figure_that_does_not_fit_is_never_posted_with_a_difference(content, chosen, figure, difference):
    """What goes out adds up to the total that the event states, or nothing goes out."""
    content = content | {figure: max(content[figure] + difference, 0)}
    planned = plan(lago.invoice_event(content=content), chosen)
    if not isinstance(planned, Mapped):
        return
    item, currency = planned.request.items[-1], content["currency"]
    kept_for_memo = content["credit_notes_amount_cents"] if chosen.credits == "apply" else 0

    lines = sum(cents_of(line["amount"], currency) for line in item.record["lines"][0]["lineItems"])
    expected = {name: cents_of(amount, currency) for name, amount in item.expect.items()}
    assert expected["total"] == content["total_amount_cents"] + kept_for_memo
    assert expected["subtotal"] + expected["tax"] == expected["total"]
    assert lines == expected["subtotal"]

"""
The request makes NetSuite compute exactly what Lago bills, or the event is refused.

Invoices are drawn at random and computed the way Lago computes them (`tests.support.lago.invoice`): prices of
a billionth of a cent, quantities of billions, three tax rates, five currencies, every kind of discount.
"""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.mapping.result import Mapped
from consumer.outcome import Ignored
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.lago_draws import DECIMALS, cents_of, connections, lagos_invoices, lines_and_taxes
from tests.support.mapping_results import plan

MAX_NUMBER_CHARS = 15

thorough = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


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
    lines, taxes = lines_and_taxes(record, currency)
    kept_for_memo = content["credit_notes_amount_cents"] if chosen.credits == "apply" else 0

    expected = {name: cents_of(amount, currency) for name, amount in item.expect.items()}
    assert expected["total"] == content["total_amount_cents"] + kept_for_memo
    assert lines + taxes == expected["total"]
    assert (lines, taxes) == (expected["subtotal"], expected["tax"])


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
    details = item.record.get("taxdetails", [{"lineItems": []}])[0]["lineItems"]
    assert {line["taxdetailsreference"] for line in details} >= {each for each in exact if exact[each] >= 1}
    for line in details:
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

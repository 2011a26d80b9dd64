"""
The request makes NetSuite compute exactly what Lago credits, or the event is refused.

Notes are drawn on invoices drawn at random (`tests.support.lago_draws`) and made by the emulated Lago: whole
subunits of fees as people ask for, exact ones as of a terminated subscription, with the fees' share of
coupons, to be credited, refunded or offset; with the total that Lago proposes, and with those that it
accepted before it made totals agree with subtotal and tax.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from consumer.mapping.result import Mapped, Refused
from consumer.sandbox.lago import credit_notes, note_amounts
from consumer.sandbox.lago.note_amounts import EXACT_STEPS, Part, Split
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.lago_draws import cents_of, connections, lagos_invoices, lines_and_taxes
from tests.support.mapping_results import plan

thorough = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A note as its event carries it, and what it is made of."""

    content: dict
    parts: tuple[Part, ...]


@st.composite
def lagos_notes(draw):
    """A note as Lago makes it: it credits no more of a fee than was billed."""
    invoice = draw(lagos_invoices(most=5))
    exact = draw(st.booleans())
    parts = tuple(draw(_parts(fee, exact)) for fee in invoice["fees"] if fee["amount_cents"])
    parts = tuple(part for part in parts if part.cents)
    figures = note_amounts.figures_of(parts)
    total = draw(_totals(parts, figures))
    assume(total > 0)
    named = {"lago_id": lago.id_of("credit note"), "number": f"{invoice['number']}-CN001"}
    content = credit_notes.credit_note(invoice, parts, draw(_split(total)), figures, **named)
    return Drawn(content=content, parts=parts)


def _totals(parts, figures):
    """The proposed total, the exact one rounded, and the one that agrees with subtotal and tax."""
    proposed = note_amounts.estimated_total(parts, figures)
    agreeing = figures.subtotal_cents + figures.taxes_cents
    return st.sampled_from((proposed, note_amounts.rounded_cents(figures.total), agreeing))


@st.composite
def _parts(draw, fee, exact):
    """All of a fee, nothing, or anything in between."""
    steps = fee["amount_cents"] * (EXACT_STEPS if exact else 1)
    taken = draw(st.one_of(st.just(steps), st.integers(0, steps)))
    return Part(fee=fee, cents=Fraction(taken, EXACT_STEPS if exact else 1))


@st.composite
def _split(draw, total):
    offset = draw(st.one_of(st.just(0), st.integers(0, total)))
    refund = draw(st.one_of(st.just(0), st.integers(0, total - offset)))
    return Split(credit=total - offset - refund, refund=refund, offset=offset)


def event_of(content):
    return lago.body(lago.event("credit_note.created", content))


# A connection that writes spent notes as lines books no notes.
booking = connections.filter(lambda chosen: chosen.sync.credit_notes)


@thorough
@given(note=lagos_notes(), chosen=booking)
def test_lines_and_taxes_make_exactly_lagos_total(note, chosen):
    """In every currency and tax mode; what Lago credits is never refused."""
    planned = plan(event_of(note.content), chosen)
    assert isinstance(planned, Mapped), planned
    item, currency = planned.request.items[-1], note.content["currency"]

    lines, taxes = lines_and_taxes(item.record, currency)
    expected = {name: cents_of(amount, currency) for name, amount in item.expect.items()}
    assert expected["total"] == note.content["total_amount_cents"]
    assert lines + taxes == expected["total"]
    assert (lines, taxes) == (expected["subtotal"], expected["tax"])


@thorough
@given(note=lagos_notes())
def test_the_tax_of_each_line_is_within_one_subunit_of_its_exact_tax(note):
    """Making up for Lago's rounding moves no more than that, and never onto the coupon."""
    planned = plan(event_of(note.content), connection())
    assert isinstance(planned, Mapped), planned
    record, currency = planned.request.items[-1].record, note.content["currency"]

    lago_ids = [item["lago_id"] for item in note.content["items"]]
    exact = {lago_id: part.tax for lago_id, part in zip(lago_ids, note.parts, strict=True)}
    details = record.get("taxdetails", [{"lineItems": []}])[0]["lineItems"]
    assert {line["taxdetailsreference"] for line in details} >= {each for each in exact if exact[each] >= 1}
    for line in details:
        tax = cents_of(line["taxamount"], currency)
        assert abs(tax - exact.get(line["taxdetailsreference"], Fraction(0))) <= 1


@thorough
@given(note=lagos_notes())
def test_no_line_credits_more_than_rounding_explains(note):
    """A line is its item's amount, give or take what rounding the note's coupon, tax and total moved."""
    planned = plan(event_of(note.content), connection())
    assert isinstance(planned, Mapped), planned
    currency = note.content["currency"]

    amounts = {item["lago_id"]: item["amount_cents"] for item in note.content["items"]}
    lines = planned.request.items[-1].record["lines"][0]["lineItems"]
    for line in (line for line in lines if line["taxdetailsreference"] in amounts):
        assert abs(cents_of(line["amount"], currency) - amounts[line["taxdetailsreference"]]) <= 3
        assert Decimal(line["amount"]) > 0


figures = st.sampled_from(
    ["total_amount_cents", "taxes_amount_cents", "coupons_adjustment_amount_cents", "items"]
)


@thorough
@given(note=lagos_notes(), chosen=connections, figure=figures, difference=st.integers(-3, 10**6))
def test_a_figure_that_does_not_fit_is_never_posted_with_a_difference(note, chosen, figure, difference):
    """What goes out adds up to the total that the event states, or nothing goes out."""
    content = note.content | changed(note.content, figure, difference)
    planned = plan(event_of(content), chosen)
    event(type(planned).__name__)
    if not isinstance(planned, Mapped):
        return
    item, currency = planned.request.items[-1], content["currency"]

    lines, taxes = lines_and_taxes(item.record, currency)
    expected = {name: cents_of(amount, currency) for name, amount in item.expect.items()}
    assert expected["total"] == content["total_amount_cents"]
    assert (lines, taxes) == (expected["subtotal"], expected["tax"])
    assert lines + taxes == expected["total"]


@thorough
@given(note=lagos_notes(), figure=figures, difference=st.integers(100, 10**6))
def test_a_difference_that_rounding_cannot_explain_is_refused(note, figure, difference):
    """The event says which figures do not agree; nothing is spread over the lines to hide it."""
    planned = plan(event_of(note.content | changed(note.content, figure, difference)), connection())

    assert isinstance(planned, Refused)
    assert planned.rejection.code == "total_mismatch"


def changed(content, figure, difference):
    """The figure with a difference; of the items the first one's."""
    if figure != "items":
        return {figure: max(content[figure] + difference, 0)}
    first, *others = content["items"]
    amount = max(first["amount_cents"] + difference, 0)
    return {"items": [first | {"amount_cents": amount, "precise_amount_cents": f"{amount}.0"}, *others]}

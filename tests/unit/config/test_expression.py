"""An expression says over one event what a field shall hold, or why it cannot."""

import logging
import re
from decimal import Decimal

import pytest
from pydantic import ValidationError

from consumer.config.expression import EvaluationError, Expression, Scope

EVENT = {
    "currency": "EUR",
    "total_amount_cents": 123_456_789_012,
    "rate": Decimal("19.5"),
    "self_billed": False,
    "nothing": None,
    "metadata": [{"key": "class", "value": "7"}, {"key": "region", "value": "north"}],
}


def value_of(expr, **values):
    return Expression(expr=expr).value(Scope(event=EVENT, customer=None, **values))


def complaint_about(expr):
    with pytest.raises(ValidationError) as caught:
        Expression(expr=expr)
    return caught.value.errors()[0]["msg"].removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("event.currency", "EUR"),
        ("event.currency == 'EUR' ? '7' : '8'", "7"),
        ("event.metadata.filter(m, m.key == 'class')[0].value", "7"),
        ("event.metadata.exists(m, m.value == 'north')", True),
        ("event.self_billed", False),
        ("event.total_amount_cents", "123456789012"),
        ("event.rate", "19.5"),
        ("event.total_amount_cents / 100", "1234567890"),
        ("event.currency.lowerAscii().substring(0, 2)", "eu"),
        ("math.round(event.rate)", "20.0"),
        ("customer == null ? 'none' : 'one'", "none"),
    ],
)
def test_a_value_is_text_or_a_flag_and_a_number_becomes_text(expr, value):
    """NetSuite reads decimals as text."""
    assert value_of(expr) == value


@pytest.mark.parametrize(
    "expr", ["null", "event.nothing", "has(event.purchase_order) ? event.purchase_order : null"]
)
def test_null_is_no_value(expr):
    """The field is then left out."""
    assert value_of(expr) is None


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        ("event.purchase_order", "there is no purchase_order"),
        ("event.currency + 1", "Unsupported operation: string + int"),
        ("event.nothing.name", "No such overload"),
        ("customer.name", "No such overload"),
        ("int(event.currency)", "Function 'int' error"),
        ("event.metadata[9].value", "out of bounds"),
        ("event.total_amount_cents / 0", "division by zero"),
        ("event.total_amount_cents * event.total_amount_cents", "overflow"),
        ("event.currency.substring(0, 9)", "out of range"),
        ("fee.item.code", "Undefined variable or function: 'fee'"),
        ("event.metadata", "its value is a list; a field takes text, a number or a flag"),
        ("event", "its value is a dict"),
        ("timestamp('2026-08-01T00:00:00Z')", "its value is a datetime"),
        ("event.rate / 0.0", "its value is an infinite number"),
    ],
)
def test_an_expression_that_does_not_suit_the_event_says_why(expr, reason):
    """The error event contains what is needed to fix the expression."""
    with pytest.raises(EvaluationError, match=re.escape(reason)):
        value_of(expr)


@pytest.mark.parametrize(
    ("expr", "complaint"),
    [
        ("1 +", "'1 +' is no CEL expression: Syntax error: mismatched input '<EOF>' at character 4"),
        ("", "'' is no CEL expression: Syntax error: mismatched input '<EOF>' at character 1"),
        (
            "evnt.currency",
            "looks at 'evnt'; expressions know event, customer and, on lines, fee, did you mean 'event'?",
        ),
        (
            "event.name.substing(1)",
            "calls 'substing', which is no function of CEL, did you mean 'substring'?",
        ),
        ("open('/etc/passwd')", "calls 'open', which is no function of CEL"),
    ],
)
def test_what_can_never_work_is_refused_when_it_is_read(expr, complaint):
    """Not at the first event of the month."""
    assert complaint_about(expr) == complaint


def test_the_variable_of_a_macro_is_a_name_of_its_own():
    """Only names that nothing binds are refused."""
    assert Expression(expr="event.metadata.all(entry, entry.key != '')").names == {"event"}
    assert "'other'" in complaint_about("event.metadata.all(entry, other.key != '')")


def test_a_fee_is_known_on_its_line_only():
    """What the event gives is shared by all lines, the fee is each line's own."""
    code, scope = Expression(expr="fee.code + event.currency"), Scope(event=EVENT)

    values = [code.value(scope, {"code": each}) for each in ("storage", "seats")]

    assert values == ["storageEUR", "seatsEUR"]


def test_a_failing_expression_leaves_no_values_in_the_log(caplog):
    """The interpreter would log what it raises, and that quotes the event."""
    with caplog.at_level(logging.DEBUG), pytest.raises(EvaluationError):
        value_of("event.currency.substring(0, 9)")

    assert not caplog.records


def test_equal_expressions_are_equal():
    """Connections are values, and expressions are parts of them."""
    assert Expression(expr="event.currency") == Expression(expr="event.currency")


FEES = [
    {
        "code": f"m{n}",
        "units": "1",
        "taxes": [{"rate": 1}, {"rate": 2}],
        "more": dict.fromkeys("abcdefghijkl", 1),
    }
    for n in range(200)
]


@pytest.mark.parametrize(
    ("expr", "complaint"),
    [
        ("event.a.map(a, event.a.map(b, event.a.map(c, event.a.map(d, d))))", "4 macros .* in one another"),
        ("'" + "x" * 2_000 + "'", "2,002 characters"),
        ("(" * 100_000 + "1" + ")" * 100_000, "200,001 characters"),
        ("[event.number]" + ".map(x, x + x)" * 12, "1,000 times longer"),
        ("[event.number]" + ".map(x, x+x+x+x+x)" * 16, "1,000 times longer"),
        (" || ".join(["event.fees.exists(f, f.a == 1)"] * 17), "17 macros"),
    ],
)
def test_an_expression_too_large_is_refused_when_the_file_is_read(expr, complaint):
    assert re.search(complaint, complaint_about(expr))


@pytest.mark.parametrize(
    "expr",
    [
        "event.fees.map(a, event.fees.map(b, event.fees.map(c, 1).size()).size()).size()",
        "event.fees.map(a, event.fees.map(b, b.units).size()).size()",
        "event.fees.filter(a, true).map(a, event.fees.filter(b, event.fees.exists(c, c == b))).size()",
        "event.fees.all(a, event . fees . all(b, event['fees'].all(c, a == b || b == c || a == c)))",
        "[event.fees][0].map(a, [event.fees][0].map(b, [event.fees][0].map(c, c)[0])[0]).size()",
        "lists.range(10000).map(a, lists.range(10000).map(b, 1).size()).size()",
        "lists.range(100000000).size()",
        "event.long.replace('x', event.long).replace('x', event.long).size()",
        "[event.long, event.long].join(event.long).replace('x', event.long).size()",
        "event.long.split('').map(a, event.long.split('').map(b, b)).size()",
    ],
)
def test_an_expression_over_its_budget_ends_at_once_and_says_so(expr):
    scope = Scope(event={"fees": FEES, "long": "x" * 20_000})
    with pytest.raises(EvaluationError, match=r"budget|would make more than"):
        Expression(expr=expr).value(scope)


def test_the_lines_of_an_event_share_its_budget():
    """Or each of 10,000 lines might take a second."""
    scope = Scope(event={"fees": FEES[:15]})
    nested = Expression(expr="event.fees.map(a, event.fees.exists(b, b == a)).size() + fee.units")

    def every_line():
        for _ in range(10_000):
            nested.value(scope, {"units": 1})

    with pytest.raises(EvaluationError, match="budget"):
        every_line()


@pytest.mark.parametrize(
    "expr",
    [
        "event.fees.filter(f, f.taxes.exists(t, t.rate == 2)).size() > 3 ? '1' : '2'",
        "event.fees.map(f, f.taxes.map(t, t.rate)).size() == 200 ? '1' : '2'",
        "event.fees.map(f, f.code).join(', ').contains('m199') ? '1' : '2'",
    ],
)
def test_a_budget_leaves_room_for_what_an_invoice_of_200_fees_is_asked(expr):
    assert Expression(expr=expr).value(Scope(event={"fees": FEES})) in {"1", "2"}


def test_what_grows_with_the_event_alone_is_free():
    found = Expression(expr="event.fees.exists(f, f.code == 'm7') ? '1' : '2'")

    assert found.value(Scope(event={"fees": FEES * 50})) == "1"


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("event.fees.filter(f, f.units == '1').size()", "5000"),
        ("event.fees.filter(f, f.code == 'm7')[0].code", "m7"),
        ("event.fees.map(f, f.code)[4999]", "m199"),
        (
            "event.fees.filter(f, f.taxes.exists(t, t.rate == 2)).map(f, f.code).filter(c, c == 'm7').size()",
            "25",
        ),
        ("has(event.none) ? event.none.map(n, n.x).size() : event.fees.map(f, f).size()", "5000"),
    ],
)
def test_a_plain_filter_or_map_may_go_over_thousands_of_fees(expr, value):
    """The interpreter itself takes 22 s for 2,000 of them, since it copies its result at each."""
    assert Expression(expr=expr).value(Scope(event={"fees": FEES * 25})) == value


@pytest.mark.parametrize(
    "expr",
    [
        "event.fees.map(f, event.fees.filter(g, g == f).size()).size()",
        "event.fees.filter(f, event.fees.exists(g, g != f)).size()",
        "event.fees.filter(f, true).map(f, event.fees.map(g, g).size()).size()",
        "event.fees.map(f, f).map(f, f.more).filter(m, event.fees.all(g, g.more != m)).size()",
    ],
)
def test_a_body_that_looks_at_the_event_is_within_no_budget_for_thousands(expr):
    """It is the square of their number, and more."""
    with pytest.raises(EvaluationError, match="budget"):
        Expression(expr=expr).value(Scope(event={"fees": FEES * 10}))


def test_a_line_costs_what_its_expression_looks_at_and_not_the_whole_event():
    """Or the lines of 10,000 fees would each copy 10,000 fees."""
    scope, line = (
        Scope(event={"fees": FEES * 50, "currency": "EUR"}),
        Expression(expr="event.currency + fee.code"),
    )

    assert [line.value(scope, fee) for fee in FEES * 50][-1] == "EURm199"


@pytest.mark.parametrize(
    "expr",
    [
        "event.fees.filter(f, f.nothing == 1).size()",
        "event.nothing.filter(f, f.code == 'a').size()",
        "event.fees.map(f, f.units + f.nothing).size()",
    ],
)
def test_a_key_that_is_missing_within_a_list_is_named(expr):
    with pytest.raises(EvaluationError, match="there is no nothing"):
        Expression(expr=expr).value(Scope(event={"fees": FEES}))


@pytest.mark.parametrize(
    ("expr", "complaint"),
    [
        ("event.fees.filter(f, f.code).size()", "asks for true or false"),
        ("event.number.map(f, f).size()", "event.number is no list"),
        ("event.number.fees.map(f, f).size()", "what should have fees is no object"),
    ],
)
def test_a_list_that_is_none_is_said_to_be_none(expr, complaint):
    with pytest.raises(EvaluationError, match=complaint):
        Expression(expr=expr).value(Scope(event={"fees": FEES, "number": "7"}))

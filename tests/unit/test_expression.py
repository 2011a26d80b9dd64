"""An expression says over one event what a field shall hold, or why it cannot."""

import logging
import re
from decimal import Decimal

import pytest
from pydantic import ValidationError

from consumer.expression import EvaluationError, Expression, Scope

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
    """Whoever reads the error event mends the expression by it."""
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

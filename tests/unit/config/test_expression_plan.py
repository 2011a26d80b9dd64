"""Steps that run outside of the interpreter give the same values as in it."""

from __future__ import annotations

import pytest

from consumer.config import cel_interpreter, expression_plan
from consumer.config.expression_scope import Scope

EVENT = {
    "number": "A-1",
    "fees": [
        {"code": "a", "units": 3, "taxes": [{"rate": 20}, {"rate": 5}], "event": "e"},
        {"code": "b) + (", "units": 0, "taxes": [], "event": "f"},
        {"code": "c", "units": 7, "taxes": [{"rate": 5}], "event": "g"},
    ],
    "metadata": {"region": "EU", "class": "7"},
    "customer": {"currency": "EUR", "tags": ["x", "y"]},
    "event": {"fees": [{"code": "inner"}]},
    "when": ["2026-08-01T00:00:00Z"],
    "null": None,
}
FEE = {"code": "z", "items": [1, 2, 3]}

PLAIN = [
    "event.fees.filter(f, f.units > 1)",
    "event . fees\n.filter( f , f.units > 1 )",
    "event.fees.map(f, f.code)",
    "event.fees.map(f, f)",
    "event.fees.filter(f, f.code != 'b) + (').map(f, f.taxes.map(t, t.rate))",
    "event.fees.filter(f, f.code == 'b) + (').size() + event.fees.map(f, f.units).size()",
    "event.fees.filter(f, f.taxes.exists(t, t.rate == 20)).map(f, f.code).filter(c, c.startsWith('a'))[0]",
    "event.metadata.filter(key, key == 'region')",
    "event.customer.tags.map(t, t + '!')",
    "customer.tags.filter(t, t > 'x') + event.fees.map(f, f.code)",
    "fee.items.map(i, i * 2).exists(i, i == 6)",
    "event.fees.map(f, {'code': f.code, 'list': [f.units, 1]})",
    "event.when.map(w, timestamp(w).getFullYear())",
    "event.fees.map(event, event.code)",
    "event.event.fees.map(f, f.code)",
    "event.number == 'A-1' && event.fees.filter(f, f.event == 'e').size() == 1",
    "event.fees.map(f, math.abs(f.units - 5))",
    "true || event.nothing.filter(n, n > 1).size() > 0",
    "event.fees.map(f, f.code) // event.fees.map(f, f.units)",
]
LEFT_ALONE = [
    "event.fees.map(f, event.number + f.code)",
    "event.fees.filter(f, f.units > fee.items.size())",
    "event.fees.map(f, f.units > 1, f.code)",
    "event.fees.exists(f, event.fees.map(g, g.code).size() > f.units)",
    "event.fees[0].taxes.map(t, t.rate)",
    "[event.fees.size()].map(n, n + 1)",
    "event.fees.map(f, uint(f.units))",
    "event.fees.map(f, f.taxes.map(f, f.rate))",
    "'event.fees.map(f, f.code)'",
    "event['fees'].size() + event.customer.size()",
]


def natively(expr: str) -> object:
    values = {"event": EVENT, "customer": EVENT["customer"], "fee": FEE}
    return cel_interpreter.compiled(expr).execute(cel_interpreter.context(values))


@pytest.mark.parametrize("expr", [*PLAIN, *LEFT_ALONE])
def test_both_ways_come_to_the_same(expr):
    scope = Scope(event=EVENT, customer=EVENT["customer"])

    assert scope.evaluate(expr, FEE) == natively(expr)


@pytest.mark.parametrize("expr", PLAIN)
def test_a_body_that_looks_at_its_element_alone_is_run_outside(expr):
    plan = expression_plan.plan(expr)

    assert plan.chains
    assert expression_plan.plan(plan.source).chains == ()


@pytest.mark.parametrize("expr", LEFT_ALONE)
def test_everything_else_is_the_interpreters(expr):
    assert expression_plan.plan(expr).chains == ()


@pytest.mark.parametrize(
    ("expr", "members"),
    [
        ("event.number + event.currency", (("event", frozenset({"number", "currency"})),)),
        ("has(event.number) ? fee.code : null", (("event", {"number"}), ("fee", {"code"}))),
        ("event == null ? '1' : event.number", (("event", None),)),
        ("event['number']", (("event", None),)),
        ("event.size()", (("event", None),)),
        ("'event.number' + fee.event", (("fee", {"event"}),)),
    ],
)
def test_the_interpreter_gets_the_members_that_are_named(expr, members):
    """Or the whole variable, where the expression looks at that."""
    assert expression_plan.plan(expr).members == members

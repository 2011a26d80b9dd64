"""How much of the same events goes by rules of its own, by fallbacks, and by none."""

from __future__ import annotations

import copy
from decimal import Decimal

from consumer.backtest.coverage import Coverage
from consumer.pipeline import dry_run
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection

CODE = "netsuite-eu"
FEES = [
    lago.fee("subscription", units="1", unit_price="100"),
    lago.fee("charge", code="api_calls", units="10", unit_price="2.5"),
    lago.fee("charge", code="gpu", units="1", unit_price="7"),
]


def covered(*values: bytes, **changes):
    """The coverage of events by the full mapping with some settings replaced; None leaves one out."""
    rules = {name: rule for name, rule in (FULL_MAPPING | changes).items() if rule is not None}
    connections, found = (connection(mapping=copy.deepcopy(rules)),), Coverage()
    for value in values:
        for each in dry_run.everywhere(value, connections):
            found.add(each)
    return found


def billed(fees=FEES, **changes):
    """An invoice with these fees."""
    return lago.invoice_event("invoice.created", content=lago.invoice(copy.deepcopy(fees), **changes))


def by_what(uses):
    """State, rule, choice and amounts of each."""
    return {key.what: (key.state, key.rule, key.choice, dict(use.amounts)) for key, use in uses}


def test_each_line_counts_for_the_rule_that_books_it():
    """A metric without a rule goes by the fallback; the money is that of its lines."""
    found = covered(billed())

    assert by_what(found.items(CODE)) == {
        "billable_metrics.gpu": ("fallback", "mapping.fallback_item", "801", {"EUR": Decimal("7.00")}),
        "plans.enterprise": ("own", "mapping.plans.enterprise", "810", {"EUR": Decimal("100.00")}),
        "billable_metrics.api_calls": (
            "own", "mapping.billable_metrics.api_calls", "811", {"EUR": Decimal("25.00")},
        ),
    }  # fmt: skip
    assert found.money(CODE) == {
        "EUR": {"own": Decimal("125.00"), "fallback": Decimal("7.00"), "unmapped": Decimal(0)}
    }


def test_what_no_rule_books_comes_first_with_its_money():
    """Also where the whole document is refused for it."""
    found = covered(billed(), fallback_item=None)

    [(first, use), *_] = found.items(CODE)
    assert (first.what, first.state, first.rule) == ("billable_metrics.gpu", "unmapped", "")
    assert (use.lines, use.documents, dict(use.amounts)) == (1, 1, {"EUR": Decimal("7.00")})


def test_a_document_counts_once_however_often_it_is_announced():
    """By its first event."""
    value = billed()

    found = covered(value, value)

    assert found.documents == 1
    assert {use.documents for _, use in found.items(CODE)} == {1}


def test_two_lines_of_one_document_are_one_document():
    """Whatever stands between them."""
    fees = [FEES[2], FEES[0], lago.fee("charge", code="gpu", units="1", unit_price="8")]

    found = covered(billed(fees))

    [(_, use), *_] = found.items(CODE)
    assert (use.lines, use.documents, dict(use.amounts)) == (2, 1, {"EUR": Decimal("15.00")})


def test_taxes_count_apart_by_their_code():
    """With the tax of their lines."""
    fees = [lago.fee("charge", code="api_calls", units="10", unit_price="2.5", tax_rate=20)]

    found = covered(billed(fees))

    [(key, use)] = found.taxes(CODE)
    assert (key.state, key.rule, key.choice) == ("own", "mapping.tax", "5/6")
    assert dict(use.amounts) == {"EUR": Decimal("5.00")}


def test_a_rule_of_a_billing_entity_is_of_the_same_thing():
    """Whatever dots its code has."""
    entities = {"acme.fr": {"billable_metrics": {"gpu": {"id": "902"}}}}

    found = covered(billed(billing_entity_code="acme.fr"), billing_entities=entities)

    assert by_what(found.items(CODE))["billable_metrics.gpu"][:3] == (
        "own", "mapping.billing_entities.acme.fr.billable_metrics.gpu", "902",
    )  # fmt: skip


def test_what_maps_nothing_counts_nothing():
    """Customers, ignored events, bytes that nobody can read."""
    found = covered(lago.customer_event(), b"no JSON", b"")

    assert (found.documents, found.uses) == (0, {})

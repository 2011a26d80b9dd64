"""An id that NetSuite does not have is one of connections.yaml: the refusal names which, and its line."""

import pytest

from consumer.mapping import blamed_setting
from consumer.mapping.decision_log import Decision
from consumer.outcome import Delivered, Rejected
from tests.support.connection_files import connection

CONNECTION = connection().with_lines(
    {"mapping.plans.enterprise.id": "connections.yaml:34", "mapping.currencies.EUR": "connections.yaml:40"}
)
PLAN = Decision(
    subject="line enterprise", choice="810", rule="mapping.plans.enterprise.id", at="connections.yaml:34"
)
OTHER = Decision(subject="line x", choice="802", rule="mapping.subscription_fee", at="connections.yaml:30")


def refused(field="item", value="810", code="invalid_reference", **details):
    details = {"field": field, "value": value} | details
    return Rejected(code=code, message=f"Invalid {field} key {value}.", hint="compare it", details=details)


def explained(outcome, *decisions):
    return blamed_setting.explained(outcome, decisions, CONNECTION)


def test_the_setting_that_chose_a_wrong_id_is_named_with_its_line():
    """In the sentence, in the hint, and as members to filter by."""
    found = explained(refused(), OTHER, PLAN)

    where = "mapping.plans.enterprise.id at connections.yaml:34"
    assert found.message == f"Invalid item key 810: item 810 comes from {where}"
    assert found.hint == f"compare it; it is set by {where}"
    assert (found.details["setting"], found.details["at"]) == (PLAN.rule, PLAN.at)


def test_a_tax_code_is_found_in_its_pair():
    """Type and code are one choice."""
    tax = Decision(subject="tax fee-1", choice="5/6", rule="mapping.tax", at="connections.yaml:50")

    assert "mapping.tax at connections.yaml:50" in explained(refused("taxcode", "6"), tax).message


def test_what_nobody_has_noted_is_looked_up_among_the_settings():
    """A line's account stands beside its item."""
    found = explained(refused("account", "4010"), PLAN)

    assert "mapping.billable_metrics.api_calls.account" in found.message


def test_an_id_of_another_field_is_not_blamed():
    """Currency 2 is no item 2."""
    assert explained(refused("location", "810"), PLAN) == refused("location", "810")


@pytest.mark.parametrize(
    "outcome",
    [
        Delivered(written=()),
        refused(code="missing_field"),
        Rejected(code="invalid_reference", message="no", details={"field": "item"}),
        Rejected(code="invalid_reference", message="no"),
    ],
)
def test_everything_else_is_left_as_it_is(outcome):
    """Where no reference is at fault, or nobody knows which."""
    assert explained(outcome, PLAN) == outcome

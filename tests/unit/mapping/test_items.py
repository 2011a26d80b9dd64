"""Which NetSuite item stands for a fee: what is specific beats a fallback, at every level."""

from itertools import product

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import lines, mapped, refused

ENTITY = lago.BILLING_ENTITY

LEVELS = ("entity item", "organisation item", "entity fallback", "organisation fallback")


def mapping_of(present):
    """A mapping with one item at each of the levels present, named after it."""
    of_entity, of_organisation = {}, {}
    for level in present:
        side = of_entity if level.startswith("entity") else of_organisation
        if level.endswith("fallback"):
            side["fallback_item"] = {"id": level}
        else:
            side["billable_metrics"] = {"api_calls": {"id": level}}
    return of_organisation | {"billing_entities": {ENTITY: of_entity}}


def item_of(fee, mapping, **invoice):
    content = lago.invoice([fee], **invoice)
    return lines(lago.invoice_event(content=content), connection(mapping=mapping))[0]["item"]


COMBINATIONS = [
    tuple(level for level, is_there in zip(LEVELS, there, strict=True) if is_there)
    for there in product((True, False), repeat=4)
]


@pytest.mark.parametrize("present", [each for each in COMBINATIONS if each], ids=" + ".join)
def test_the_first_level_that_knows_an_item_decides(present):
    """Entity item, organisation item, entity fallback, organisation fallback: in this order."""
    assert item_of(lago.fee(), mapping_of(present)) == present[0]


def test_without_any_level_the_event_is_refused():
    """The sentence says what is missing, the hint where to add it."""
    rejection = refused(lago.invoice_event(), connection(mapping=mapping_of(())))

    assert rejection.code == "invalid_mapping"
    assert rejection.message == "no NetSuite item is mapped for charge 'api_calls' (Api calls)"
    assert rejection.hint.startswith("add mapping.billable_metrics.api_calls (or mapping.fallback_item)")
    assert "netsuite-eu" in rejection.hint


def test_rules_of_another_billing_entity_do_not_count():
    """The invoice's own entity decides, not another one and not the customer's."""
    mapping = {
        "fallback_item": {"id": "801"},
        "billing_entities": {"acme-fr": {"fallback_item": {"id": "901"}}},
    }

    assert item_of(lago.fee(), mapping) == "801"
    assert item_of(lago.fee(), mapping, billing_entity_code=None) == "801"
    assert item_of(lago.fee(), mapping, billing_entity_code="acme-fr") == "901"


OF_KIND = {
    "charge": {"billable_metrics": {"api_calls": {"id": "item"}}},
    "add_on": {"add_ons": {"api_calls": {"id": "item"}}},
    "fixed_charge": {"add_ons": {"api_calls": {"id": "item"}}},
    "credit": {"prepaid_credit": {"id": "item"}},
    "subscription": {"subscription_fee": {"id": "item"}},
    "commitment": {"minimum_commitment": {"id": "item"}},
}


@pytest.mark.parametrize("kind", OF_KIND)
def test_each_fee_type_has_a_rule_of_its_own(kind):
    """Metrics, add-ons, plans and the collective rules are asked by type."""
    assert item_of(lago.fee(kind), OF_KIND[kind] | {"fallback_item": {"id": "fallback"}}) == "item"


@pytest.mark.parametrize("kind", ["product", "subsidy"])
def test_a_fee_type_without_a_rule_takes_the_fallback(kind):
    """A type that is newer than the connector is booked where everything unknown is."""
    everything = {key: value for key, value in FULL_MAPPING.items() if key != "fallback_item"}

    assert item_of(lago.fee(kind, "api_calls"), FULL_MAPPING) == "801"
    rejection = refused(
        lago.invoice_event(content=lago.invoice([lago.fee(kind)])), connection(mapping=everything)
    )
    assert rejection.code == "invalid_mapping"
    assert "mapping.fallback_item" in rejection.hint


@pytest.mark.parametrize(
    ("kind", "table"),
    [("charge", "billable_metrics"), ("add_on", "add_ons"), ("fixed_charge", "add_ons")],
)
def test_an_item_is_found_by_code_and_by_lago_id(kind, table):
    """Codes can be renamed in Lago, ids cannot; the code is asked first."""
    fee = lago.fee(kind, "api_calls")
    lago_id = fee["item"]["lago_item_id"]

    assert item_of(fee, {table: {lago_id: {"id": "by id"}}}) == "by id"
    assert item_of(fee, {table: {lago_id: {"id": "by id"}, "api_calls": {"id": "by code"}}}) == "by code"


def test_a_charge_filter_beats_its_metric():
    """One metric sold in several regions may have several items."""
    mapping = {
        "charge_filters": {"f-1": {"id": "filter"}},
        "billable_metrics": {"api_calls": {"id": "metric"}},
    }

    assert item_of(lago.fee(lago_charge_filter_id="f-1"), mapping) == "filter"
    assert item_of(lago.fee(lago_charge_filter_id="f-2"), mapping) == "metric"
    assert item_of(lago.fee(), mapping) == "metric"


def test_a_plan_beats_the_rule_for_all_subscriptions():
    """By the plan of the subscription the fee belongs to."""
    mapping = {"plans": {"enterprise": {"id": "plan"}}, "subscription_fee": {"id": "any"}}

    assert item_of(lago.fee("subscription", "starter"), mapping) == "plan"
    assert item_of(lago.fee("subscription", "starter", lago_subscription_id="other"), mapping) == "any"


def test_a_plan_is_found_by_the_fees_own_code_too():
    """When the event lists no subscriptions, the fee still names its plan."""
    mapping = {"plans": {"enterprise": {"id": "plan"}}, "subscription_fee": {"id": "any"}}

    assert item_of(lago.fee("subscription", "enterprise"), mapping, subscriptions=[]) == "plan"


def test_an_organisations_plan_beats_an_entitys_collective_fallback():
    """Both are rules of a kind: specific first, whatever the level."""
    mapping = {
        "subscription_fee": {"id": "organisation"},
        "billing_entities": {ENTITY: {"fallback_item": {"id": "entity fallback"}}},
    }

    assert item_of(lago.fee("subscription"), mapping) == "organisation"


def test_the_account_of_an_item_goes_with_it():
    """And is left out when the item has none, so that NetSuite takes the item's own."""
    fees = [lago.fee("charge", "api_calls"), lago.fee("subscription")]

    found = lines(lago.invoice_event(content=lago.invoice(fees)))

    assert found[0]["account"] == "4010"
    assert "account" not in found[1]


def test_every_use_of_a_fallback_is_flagged():
    """So that a gap in the mapping is visible."""
    fees = [lago.fee("charge", "api_calls"), lago.fee("charge", "unmapped")]

    plan = mapped(lago.invoice_event(content=lago.invoice(fees)))

    assert [(each.subject, each.rule, each.choice) for each in plan.fallbacks] == [
        ("line unmapped", "mapping.fallback_item", "801")
    ]
    assert plan.fallbacks[0].as_json()["fallback"] is True
    specific = next(each for each in plan.decisions if each.subject == "line api_calls")
    assert "fallback" not in specific.as_json()


def test_a_decision_names_the_rule_and_the_line_it_stands_at():
    """The way from a wrong booking to the setting that caused it is one look."""
    chosen = connection().with_lines(
        {"mapping": "connections.yaml:12", "mapping.billable_metrics.api_calls": "connections.yaml:34"}
    )

    decisions = mapped(lago.invoice_event(), chosen).decisions

    found = next(each for each in decisions if each.subject == "line api_calls")
    assert (found.rule, found.at) == ("mapping.billable_metrics.api_calls", "connections.yaml:34")
    currency = next(each for each in decisions if each.subject == "columns.currency")
    assert (currency.rule, currency.at) == ("mapping.currencies.EUR", "connections.yaml:12")


@pytest.mark.parametrize("key", ["gpu_hours", lago.fee("product", "gpu_hours")["item"]["lago_item_id"]])
def test_a_fee_of_the_product_catalogue_has_an_item_by_code_or_id(key):
    """Lago's organisations to come bill by products instead of plans and metrics."""
    mapping = FULL_MAPPING | {"products": {key: {"id": "820"}}}

    assert item_of(lago.fee("product", "gpu_hours"), mapping) == "820"


def test_a_product_without_item_is_told_where_to_add_one():
    """The table first, then the fallback."""
    value = lago.invoice_event(content=lago.invoice([lago.fee("product", "gpu_hours")]))

    hint = refused(value, connection(mapping={"billable_metrics": {}})).hint

    assert hint.startswith(
        "add mapping.products.gpu_hours (or mapping.fallback_item) to connection netsuite-eu"
    )


def test_a_fee_of_a_kind_without_a_table_asks_for_the_fallback_alone():
    """There is nothing else to add."""
    value = lago.invoice_event(content=lago.invoice([lago.fee("charge") | {"item": {"type": "newer"}}]))

    hint = refused(value, connection(mapping={"billable_metrics": {}})).hint

    assert hint.startswith("add mapping.fallback_item to connection netsuite-eu")

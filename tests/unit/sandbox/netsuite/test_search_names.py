"""Searches may name what Oracle lists for the type, as far as features and fields of the account go."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.suitescript import oracle_lists
from tests.support.restlet import NetSuite


@pytest.fixture(scope="module")
def netsuite():
    return NetSuite()


def search(netsuite, search_type, filters, columns):
    return netsuite.run(f"""
      const found = search.create({{type: '{search_type}', filters: {filters}, columns: {columns}}});
      return found.run().getRange({{start: 0, end: 9}}).length;
    """)


@pytest.mark.parametrize(
    ("search_type", "name"),
    [
        ("transaction", "voided"),
        ("invoice", "status"),
        ("customer", "entityname"),
        ("item", "price_level"),
        ("invoice", "custbody_nobody_deployed"),
    ],
)
def test_row_103_a_column_that_oracle_does_not_list_is_refused(netsuite, search_type, name):
    """`voided` and `status` are filters of transactions and no columns."""
    assert search(netsuite, search_type, "[]", f"['{name}']")["name"] == "SSS_INVALID_SRCH_COL"


@pytest.mark.parametrize(
    ("search_type", "name"),
    [("transaction", "fxamountremaining"), ("salestaxitem", "rate"), ("item", "incomeaccount")],
)
def test_row_103_a_filter_that_oracle_does_not_list_is_refused(netsuite, search_type, name):
    """What is a column need not be a filter."""
    refused = search(netsuite, search_type, f"[['{name}', 'is', '1']]", "[]")

    assert refused["name"] == "SSS_INVALID_SRCH_FILTER"


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("mainline", "anyof", "T"),
        ("trandate", "is", "8/1/2026"),
        ("entity", "contains", "5"),
        ("tranid", "anyof", "1"),
    ],
)
def test_row_103_an_operator_of_another_kind_of_field_is_refused(netsuite, name, operator, value):
    """Boxes are on or off, dates come before or after, keys are in a list, texts contain others."""
    refused = search(netsuite, "transaction", f"[['{name}', '{operator}', '{value}']]", "[]")

    assert refused["name"] == "SSS_INVALID_SRCH_OPERATOR"


@pytest.mark.parametrize("term", ["['voided', 'is', 'F']", "['status', 'anyof', 'CustInvc:V']"])
def test_row_103_what_oracle_lists_as_a_filter_is_one(netsuite, term):
    assert search(netsuite, "transaction", f"[{term}]", "['statusref', 'fxamountremaining']") == 0


@pytest.mark.parametrize("name", ["fxamount", "fxamountremaining", "currency", "exchangerate"])
def test_row_104_without_multiple_currencies_there_are_no_such_columns(name):
    refused = search(NetSuite("single-currency"), "transaction", "[]", f"['{name}']")

    assert refused["name"] == "SSS_INVALID_SRCH_COL"


def test_row_104_without_multiple_currencies_currencies_are_loaded_and_not_searched():
    netsuite = NetSuite("single-currency")

    assert search(netsuite, "currency", "[]", "['name']")["name"] == "INVALID_RCRD_TYPE"
    assert (
        netsuite.run("return record.load({type: 'currency', id: 1}).getValue({fieldId: 'symbol'});") == "USD"
    )


def test_filter_objects_are_terms_that_must_all_hold(netsuite):
    found = search(netsuite, "item", "[{name: 'itemid', operator: 'is', values: ['SETUP']}]", "['itemid']")

    assert found == 1


@pytest.mark.parametrize(
    "part", ["{name: 'itemid'}", "{name: 'itemid', join: 'vendor', operator: 'is', values: ['x']}"]
)
def test_a_filter_object_that_says_too_little_or_joins_is_refused(netsuite, part):
    assert search(netsuite, "item", f"[{part}]", "[]")["name"] == "SSS_INVALID_SRCH_FILTER"


def test_oracles_lists_of_accounts_are_one_off():
    """What stands under their columns holds filters only, such as the number of an internal id."""
    lists = oracle_lists.searchable("account")

    assert "internalidnumber" in lists.filters
    assert {"name", "number", "type"} <= set(lists.columns)

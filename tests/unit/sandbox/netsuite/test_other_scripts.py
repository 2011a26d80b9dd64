"""What scripts other than ours ask of the platform: compiled TypeScript, saved searches, whole results."""

from __future__ import annotations

import json

import pytest

from consumer.sandbox.netsuite.suitescript.engine import Engine
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.host_calls import Host
from tests.support.restlet import NetSuite, customer, untaxed

COMPILED = """define(["require", "exports", "N/runtime", "./names"],
function (require, exports, runtime, names) {
  "use strict";
  Object.defineProperty(exports, "__esModule", { value: true });
  exports.post = void 0;
  function post() { return [runtime.accountId, names.OURS, require("./names").OURS]; }
  exports.post = post;
});"""


@pytest.fixture(scope="module")
def netsuite():
    account = NetSuite()
    account.write(customer(), untaxed())
    return account


def outcome(netsuite, files):
    profile = netsuite.account.profile
    meter = Meter(units=profile.units, time_limit_s=profile.time_limit_s, clock=netsuite.account.clock)
    settings = {"accountId": profile.account_id, "utcOffsetMs": 0, "features": [], "user": {}}
    return Engine(files).run(Host(netsuite.account, meter), settings, "main.js", "post", "null")


def test_row_112_compiled_typescript_has_require_and_exports(netsuite):
    names = 'define({ OURS: "lago" });'

    told = outcome(netsuite, {"main.js": COMPILED, "names.js": names})

    assert json.loads(told["json"]) == ["1234567_SB1", "lago", "lago"]


def test_row_112_a_module_that_is_not_there_is_named(netsuite):
    told = outcome(netsuite, {"main.js": COMPILED})

    assert told["thrown"]["name"] == "MODULE_DOES_NOT_EXIST"


def test_row_112_a_module_may_ask_for_nothing(netsuite):
    assert json.loads(outcome(netsuite, {"main.js": "define(() => ({ post: () => 1 }));"})["json"]) == 1


def test_row_113_a_result_has_its_columns_and_all_its_values(netsuite):
    told = netsuite.run("""
      const filters = [search.createFilter({name: 'mainline', operator: 'is', values: ['T']})];
      const columns = ['tranid', 'entity', 'statusref'];
      const [row] = search.create({type: 'invoice', filters, columns}).run().getRange({start: 0, end: 1});
      return [row.columns.map(({name}) => name), row.getAllValues().values];
    """)

    assert told == [
        ["tranid", "entity", "statusref"],
        {
            "tranid": "HOO-3F21-202608-057",
            "entity": [{"value": "501", "text": "cus_7f21c0"}],
            "statusref": [{"value": "open", "text": "Open"}],
        },
    ]


def test_row_113_no_search_is_saved(netsuite):
    assert netsuite.run("search.load({id: 'customsearch_1'});")["name"] == "RCRD_DSNT_EXIST"


@pytest.mark.parametrize(
    ("country", "state", "kept"),
    [("US", "Texas", "TX"), ("AU", "New South Wales", "NSW"), ("FR", "Var", "Var")],
)
def test_row_114_a_state_is_set_by_its_name_too(netsuite, country, state, kept):
    """France has no list in the sandbox: there it is any text."""
    told = netsuite.run(f"""
      const customer = record.create({{type: 'customer', isDynamic: true}});
      customer.selectNewLine({{sublistId: 'addressbook'}});
      const place = {{sublistId: 'addressbook', fieldId: 'addressbookaddress'}};
      const address = customer.getCurrentSublistSubrecord(place);
      address.setValue({{fieldId: 'country', value: '{country}'}});
      address.setText({{fieldId: 'state', text: '{state}'}});
      return address.getValue({{fieldId: 'state'}});
    """)

    assert told == kept


def test_row_114_a_code_of_another_country_is_refused(netsuite):
    told = netsuite.run("""
      const customer = record.create({type: 'customer', isDynamic: true});
      customer.selectNewLine({sublistId: 'addressbook'});
      const place = {sublistId: 'addressbook', fieldId: 'addressbookaddress'};
      const address = customer.getCurrentSublistSubrecord(place);
      address.setValue({fieldId: 'country', value: 'AU'});
      address.setValue({fieldId: 'state', value: 'TX'});
    """)

    assert told["name"] == "INVALID_FLD_VALUE"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("consolidationtype", "NONE", "NONE"),
        ("includeperiodendtransactions", "t", "t"),
        ("consolidationtype", "SOME", "SSS_INVALID_SRCH_SETTING_VALUE"),
        ("exchangerate", "NONE", "SSS_INVALID_SRCH_SETTING"),
    ],
)
def test_row_126_a_search_setting_is_one_that_oracle_lists(netsuite, name, value, told):
    """Values in any case."""
    found = netsuite.run(f"return search.createSetting({{name: '{name}', value: '{value}'}});")

    assert told in {found.get("value"), found["name"]}

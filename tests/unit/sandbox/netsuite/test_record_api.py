"""What scripts meet that use N/record directly, by row of the fidelity checklist."""

from __future__ import annotations

from itertools import pairwise

import pytest

from consumer.sandbox.netsuite.profile import Profile, Switches
from consumer.sandbox.netsuite.suitescript import value_transfer
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.record_calls import RecordCalls
from tests.support.restlet import NetSuite, customer, untaxed

CUSTOMER = """
  const made = record.create({type: 'customer', isDynamic: true});
  made.setValue({fieldId: 'companyname', value: 'Acme'});
  made.setValue({fieldId: 'subsidiary', value: '1'});
  made.setValue({fieldId: 'externalid', value: 'lago-cus-1'});
  const id = made.save();
"""
AGAIN = """
  const again = record.create({type: 'customer', isDynamic: true});
  again.setValue({fieldId: 'companyname', value: 'Acme 2'});
  again.setValue({fieldId: 'subsidiary', value: '1'});
"""
INVOICE = f"""
  {CUSTOMER}
  const bill = record.create({{type: 'invoice', isDynamic: true}});
  bill.setValue({{fieldId: 'entity', value: id}});
  bill.setValue({{fieldId: 'trandate', value: new Date(2026, 7, 1)}});
"""
LINE = """
  bill.selectNewLine({sublistId: 'item'});
  bill.setCurrentSublistValue({sublistId: 'item', fieldId: 'item', value: 802});
  bill.setCurrentSublistValue({sublistId: 'item', fieldId: 'rate', value: 10});
"""


@pytest.fixture
def netsuite():
    return NetSuite()


def test_row_23_the_same_external_id_again_is_a_duplicate(netsuite):
    thrown = netsuite.run(f"{CUSTOMER} {AGAIN} again.setValue('externalid', 'lago-cus-1'); again.save();")

    assert (thrown["name"], thrown["message"]) == ("DUP_RCRD", "This record already exists")


def test_row_23_some_accounts_call_a_duplicate_entity_so():
    netsuite = NetSuite(switches=Switches(duplicate_entity="DUP_ENTITY"))

    thrown = netsuite.run(f"{CUSTOMER} {AGAIN} again.setValue('externalid', 'LAGO-CUS-1'); again.save();")

    assert (thrown["name"], thrown["message"]) == ("DUP_ENTITY", "This entity already exists.")


def test_row_27_the_same_entity_id_again_is_refused(netsuite):
    thrown = netsuite.run(f"{CUSTOMER} {AGAIN} again.setValue('entityid', 'ACME'); again.save();")

    assert thrown["name"] == "UNIQUE_CUST_ID_REQD"


def test_row_28_ids_are_never_used_twice_and_external_ids_are_free_after_a_delete(netsuite):
    ids = netsuite.run(f"""
      {CUSTOMER} record.delete({{type: 'customer', id: id}});
      {AGAIN} again.setValue('externalid', 'lago-cus-1'); return [id, again.save()];
    """)

    assert ids[1] > ids[0]


@pytest.mark.parametrize(
    "filters",
    [
        "[['externalid', 'anyof', 'LAGO-CUS-1']]",
        "[['externalidstring', 'is', 'lago-cus-1']]",
        "['companyname', 'startswith', 'Ac']",
        "[['companyname', 'is', 'Acme'], 'and', [['phone', 'isempty'], 'or', ['email', 'isnotempty']]]",
        "['not', ['companyname', 'is', 'Nobody']]",
    ],
)
def test_row_29_a_saved_record_is_found_at_once(netsuite, filters):
    found = netsuite.run(f"""
      {CUSTOMER}
      const found = search.create({{type: 'customer', filters: {filters}}}).run();
      return [id, found.getRange({{start: 0, end: 9}})[0].id];
    """)

    assert str(found[0]) == found[1]


def test_row_29_suiteql_finds_it_too(netsuite):
    rows = netsuite.run(f"""
      {CUSTOMER}
      const sql = 'SELECT ID, EntityId FROM customer WHERE externalid = ?';
      return query.runSuiteQL({{query: sql, params: ['lago-cus-1']}}).asMappedResults();
    """)

    assert rows == [{"id": 501, "entityid": "Acme"}]


def test_row_30_an_external_id_can_be_stamped_later(netsuite):
    netsuite.run(
        f"{CUSTOMER} record.submitFields({{type: 'customer', id: id, values: {{externalid: 'crm-1'}}}});"
    )

    assert netsuite.one("customer")["externalid"] == "crm-1"


@pytest.mark.parametrize(("kind", "code"), [("invoice", "RCRD_DSNT_EXIST"), ("journal", "INVALID_RCRD_TYPE")])
def test_row_31_loading_what_is_not_there_is_an_error(netsuite, kind, code):
    assert netsuite.run(f"{CUSTOMER} record.load({{type: '{kind}', id: id}});")["name"] == code


def test_row_31_loading_under_a_wrong_type_is_an_error(netsuite):
    netsuite.account.books.insert("transaction", "salesorder", {}, {})

    assert netsuite.run("record.load({type: 'invoice', id: 9001});")["name"] == "SSS_RECORD_TYPE_MISMATCH"


def test_row_32_saving_over_someone_elses_save_is_refused(netsuite):
    thrown = netsuite.run(f"""
      {CUSTOMER}
      const [one, two] = [1, 2].map(() => record.load({{type: 'customer', id: id, isDynamic: true}}));
      one.setValue('phone', '5550101'); one.save(); two.setValue('phone', '5550102'); two.save();
    """)

    assert thrown["name"] == "RCRD_HAS_BEEN_CHANGED"
    assert netsuite.one("customer")["phone"] == "5550101"


def test_row_34_a_missing_argument_is_named(netsuite):
    thrown = netsuite.run("record.create({type: 'customer'}).setValue({value: 1});")

    assert thrown["name"] == "SSS_MISSING_REQD_ARGUMENT"
    assert thrown["message"] == "setValue: Missing a required argument: fieldId"


def test_row_37_the_entity_overwrites_what_was_set_before_it(netsuite):
    value = netsuite.run(f"""
      {CUSTOMER}
      const bill = record.create({{type: 'invoice', isDynamic: true}});
      bill.setValue('currency', '4'); bill.setValue('entity', id); return bill.getValue('currency');
    """)

    assert value == "1"


def test_row_38_a_line_without_its_item_cannot_be_committed(netsuite):
    thrown = netsuite.run(f"{INVOICE} bill.selectNewLine('item'); bill.commitLine('item');")

    assert thrown["message"] == "Please choose an item to add"


@pytest.mark.parametrize(
    ("switch", "code"), [("lose", "VALID_LINE_ITEM_REQD"), ("refuse", "SSS_INVALID_SUBLIST_OPERATION")]
)
def test_row_38_a_line_that_was_not_committed_is_not_there(switch, code):
    netsuite = NetSuite(switches=Switches(uncommitted_line=switch))

    assert netsuite.run(f"{INVOICE} {LINE} bill.save();")["name"] == code


@pytest.mark.parametrize(
    ("dynamic", "call"),
    [
        ("true", "insertLine({sublistId: 'item', line: 0})"),
        ("true", "setSublistValue({sublistId: 'item', fieldId: 'item', line: 0, value: 1})"),
        ("false", "selectNewLine({sublistId: 'item'})"),
        ("false", "commitLine({sublistId: 'item'})"),
    ],
)
def test_row_39_methods_of_the_other_mode_are_refused(netsuite, dynamic, call):
    thrown = netsuite.run(f"record.create({{type: 'invoice', isDynamic: {dynamic}}}).{call};")

    assert thrown["name"] == "SSS_INVALID_API_USAGE"


def test_row_41_quantity_times_rate_is_rounded_to_the_currency(netsuite):
    amounts = netsuite.run(f"""
      {INVOICE} {LINE}
      const read = () => bill.getCurrentSublistValue('item', 'amount');
      const first = read();
      bill.setCurrentSublistValue('item', 'quantity', 3); const second = read();
      bill.setCurrentSublistValue('item', 'rate', 0.335); const third = read();
      bill.commitLine('item');
      return [first, second, third, bill.getValue('subtotal'), bill.getValue('total')];
    """)

    assert amounts == [10, 30, 1.01, 1.01, 1.01]


def test_row_46_a_date_as_text_must_be_in_the_users_format(netsuite):
    thrown = netsuite.run(f"{INVOICE} bill.setValue('trandate', '2026-08-01');")

    assert thrown["name"] == "INVALID_FLD_VALUE"
    assert (
        netsuite.run("const b = record.create({type: 'invoice'}); b.setValue('trandate', '8/1/2026');")
        is None
    )


@pytest.mark.parametrize(
    ("format_", "text", "day"),
    [("M/D/YYYY", "8/1/2026", [2026, 7, 1]), ("D/M/YYYY", "1/8/2026", [2026, 7, 1])],
)
def test_row_46_the_users_format_decides_what_a_text_means(format_, text, day):
    netsuite = NetSuite(preferences=Profile.load().preferences | {"DATEFORMAT": format_})

    told = netsuite.run(f"""
      const bill = record.create({{type: 'invoice'}}); bill.setValue('trandate', '{text}');
      const day = bill.getValue('trandate'); return [day.getFullYear(), day.getMonth(), day.getDate()];
    """)

    assert told == day


def test_row_47_midnight_utc_is_the_day_before_on_the_pacific_coast(netsuite):
    days = netsuite.run(f"""
      {INVOICE}
      return ['2026-08-01', [2026, 7, 1]].map((day) => {{
        bill.setValue('trandate', typeof day === 'string' ? new Date(day) : new Date(...day));
        return bill.getValue('trandate').getDate();
      }});
    """)

    assert days == [31, 1]


def test_row_48_a_subrecord_has_no_save(netsuite):
    thrown = netsuite.run("""
      const made = record.create({type: 'customer', isDynamic: true});
      made.selectNewLine('addressbook');
      made.getCurrentSublistSubrecord('addressbook', 'addressbookaddress').save();
    """)

    assert thrown["name"] == "SSS_INVALID_API_USAGE"


def test_row_51_text_cannot_be_read_after_a_value_was_set_in_standard_mode(netsuite):
    body = """
      const bill = record.create({{type: 'invoice', isDynamic: {}}}); bill.setValue('currency', '2');
      return bill.getText('currency');
    """

    assert netsuite.run(body.format("false"))["name"] == "SSS_INVALID_API_USAGE"
    assert netsuite.run(body.format("true")) == "Euro"


def test_row_52_a_field_the_account_lacks_is_null(netsuite):
    told = netsuite.run(f"""
      {INVOICE}
      const isMandatory = (field) => bill.getField(field).isMandatory;
      return [bill.getField('custbody_unknown'), isMandatory('entity'), isMandatory('memo')];
    """)

    assert told == [None, True, False]


@pytest.mark.parametrize(("switch", "code"), [("ignore", None), ("refuse", "SSS_INVALID_FIELD_ID")])
def test_row_54_an_unknown_body_field_is_ignored(switch, code):
    netsuite = NetSuite(switches=Switches(unknown_field=switch))

    thrown = netsuite.run(
        "record.create({type: 'invoice', isDynamic: true}).setValue('lago_plan_codes', 'x');"
    )

    assert (thrown or {}).get("name") == code


def test_row_107_a_field_that_oracle_lists_keeps_what_is_set(netsuite):
    """Sales people and delivery terms mean nothing to the sandbox, and are there."""
    told = netsuite.run("""
      const invoice = record.create({type: 'invoice', isDynamic: true});
      invoice.setValue('fob', 'Rotterdam');
      return [invoice.getValue('fob'), invoice.getField('fob').label, invoice.getField('nobody_has_this')];
    """)

    assert told == ["Rotterdam", "FOB", None]


@pytest.mark.parametrize(("profile", "there"), [("default", [True, False]), ("legacy-us", [False, True])])
def test_row_107_tax_fields_depend_on_the_account(profile, there):
    told = NetSuite(profile).run("""
      const invoice = record.create({type: 'invoice', isDynamic: true});
      return ['taxdetailsoverride', 'taxitem'].map((fieldId) => invoice.getField({fieldId}) !== null);
    """)

    assert told == there


def test_row_108_a_search_shows_words_for_statuses_and_names_for_entities():
    netsuite = NetSuite()
    netsuite.write(customer(), untaxed())

    told = netsuite.run("""
      const [row] = search.create({type: 'invoice', filters: [], columns: ['statusref', 'entity']}).run()
        .getRange({start: 0, end: 1});
      return ['statusref', 'entity'].map((name) => [row.getValue({name}), row.getText({name})]);
    """)

    assert told == [["open", "Open"], ["501", "cus_7f21c0"]]


@pytest.mark.parametrize(
    "sql", ["SELECT nothing FROM customer", "SELECT id FROM nowhere", "SELECT id FROM customer LIMIT 1"]
)
def test_row_86_suiteql_refuses_what_it_does_not_know(netsuite, sql):
    assert netsuite.run(f"query.runSuiteQL({{query: '{sql}'}});")["name"] == "SSS_SEARCH_ERROR_OCCURRED"


def test_row_87_suiteql_types_are_codes_and_parameters_are_plain(netsuite):
    netsuite.write(customer(), untaxed())
    sql = "SELECT type, recordtype FROM transaction WHERE tranid = ?"

    rows = netsuite.run(
        f"return query.runSuiteQL({{query: '{sql}', params: ['HOO-3F21-202608-057']}}).asMappedResults();"
    )
    thrown = netsuite.run(f"query.runSuiteQL({{query: '{sql}', params: [{{}}]}});")

    assert rows == [{"type": "CustInvc", "recordtype": "invoice"}]
    assert thrown["name"] == "SSS_INVALID_TYPE_ARG"


def test_a_search_that_is_malformed_is_refused(netsuite):
    def thrown_by(filters, kind="customer"):
        return netsuite.run(f"search.create({{type: '{kind}', filters: {filters}}}).run().getRange(0, 1);")[
            "name"
        ]

    assert thrown_by("[['custentity_unknown', 'is', '1']]") == "SSS_INVALID_SRCH_FILTER"
    assert thrown_by("[['entityid', 'near', '1']]") == "SSS_INVALID_SRCH_OPERATOR"
    assert (
        thrown_by("[['entityid', 'is', '1'], 'xor', ['entityid', 'is', '1']]")
        == "SSS_INVALID_SRCH_FILTER_EXPR"
    )
    assert thrown_by("[]", "journal") == "INVALID_RCRD_TYPE"


def test_rows_of_lists_are_found_and_named(netsuite):
    told = netsuite.run("""
      const filters = [['itemid', 'is', 'COUPON']];
      const made = search.create({type: 'item', filters: filters, columns: ['incomeaccount']});
      const found = made.run().getRange(0, 9);
      const column = 'incomeaccount';
      return [found.length, found[0].id, found[0].getValue(column), found[0].getText(column)];
    """)

    assert told == [1, "804", "102", "4000 Subscription Revenue"]


def test_units_are_those_of_oracles_table(netsuite):
    left = netsuite.run(f"""
      const left = []; const note = () => left.push(runtime.getCurrentScript().getRemainingUsage());
      note(); {CUSTOMER} note(); search.lookupFields('customer', id, 'phone'); note();
      search.create({{type: 'customer'}}).run().getRange(0, 1); note();
      record.load('customer', id); note(); record.create({{type: 'invoice'}}); note();
      record.delete('customer', id); note();
      return left;
    """)

    assert [before - after for before, after in pairwise(left)] == [15, 1, 10, 5, 10, 10]


def test_an_invoice_can_be_written_in_standard_mode(netsuite):
    """Sourcing happens at save, and what the script set stays."""
    netsuite.run(f"""
      {CUSTOMER}
      const bill = record.create({{type: 'invoice'}});
      bill.setValue('trandate', new Date(2026, 7, 1));
      bill.setValue('entity', id); bill.setValue('memo', 'm');
      bill.setSublistValue('item', 'item', 0, '802'); bill.setSublistValue('item', 'rate', 0, 12.5);
      bill.save();
    """)

    kept = netsuite.one("invoice")
    assert (kept["subsidiary"], kept["currency"], kept["memo"], kept["total"]) == ("1", "1", "m", "12.50")


def test_a_bug_in_a_script_is_an_unexpected_error(netsuite):
    assert netsuite.run("null.x;")["name"] == "UNEXPECTED_ERROR"


@pytest.mark.parametrize(
    "text",
    ["x\\u0000y", "\\u0001x", "\\ud800", "\\ud83d\\ude00", "Grün", "7", "", "s", "=", "e{}"],
    ids=["zero", "mark", "half a pair", "pair", "umlaut", "digit", "empty", "s", "equals", "error"],
)
def test_every_text_comes_back_as_it_went(netsuite, text):
    told = netsuite.run(f"""
      const bill = record.create({{type: 'invoice', isDynamic: true}});
      bill.setValue('memo', '{text}'); return bill.getValue('memo') === '{text}';
    """)

    assert told is True


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("10.0", "10"),
        ("0.1", "0.1"),
        ("1e-7", "1E-7"),
        ("-0", "0"),
        ("2147483648", "2147483648"),
        ("5e9", "5000000000"),
    ],
)
def test_every_number_comes_as_its_shortest_digits(netsuite, sent, kept):
    """As JSON has it: no binary fraction, no point behind whole numbers."""
    account = netsuite.account
    calls = RecordCalls(account, Meter(units=5000, time_limit_s=300, clock=account.clock))
    calls.do_create("invoice", True, None)
    calls.do_set_value(0, "exchangerate", *value_transfer.received([float(sent)]))

    assert calls.do_get(0, "exchangerate") == float(sent)
    assert str(*value_transfer.received([float(sent)])) == kept


def test_what_is_no_number_is_nothing(netsuite):
    assert value_transfer.received([float("nan"), float("inf")]) == [None, None]
    assert netsuite.run(f"{INVOICE} bill.setValue('memo', NaN); return bill.getValue('memo');") == ""


def test_a_record_in_standard_mode_tells_what_was_set_on_it(netsuite):
    told = netsuite.run(f"""
      {CUSTOMER}
      const loaded = record.load({{type: 'customer', id: id}}); const before = loaded.getValue('companyname');
      loaded.setValue('companyname', 'Acme SE'); const after = loaded.getValue('companyname');
      loaded.save(); return [before, after, loaded.getValue('companyname'), loaded.getValue('constructor')];
    """)

    assert told == ["Acme", "Acme SE", "Acme SE", ""]


def test_a_line_that_was_only_selected_is_there_for_whoever_looks(netsuite):
    """Whatever comes next: a look, another sublist, a commit."""
    told = netsuite.run(f"""
      {INVOICE} bill.selectNewLine('item');
      const index = bill.getCurrentSublistIndex('item');
      const empty = bill.getCurrentSublistValue('item', 'item');
      bill.setCurrentSublistValue('item', 'item', 802); bill.setCurrentSublistValue('item', 'rate', 10);
      bill.commitLine('item'); bill.selectNewLine('item'); bill.cancelLine('item');
      return [index, empty, bill.getLineCount('item'), bill.getValue('total')];
    """)

    assert told == [0, "", 1, 10]


def test_a_line_of_one_sublist_may_wait_for_one_of_another(netsuite):
    told = netsuite.run(f"""
      {INVOICE} bill.setValue('taxdetailsoverride', true);
      bill.selectNewLine('item'); bill.selectNewLine('taxdetails');
      bill.setCurrentSublistValue('taxdetails', 'taxdetailsreference', 'x');
      bill.setCurrentSublistValue('item', 'item', 802); bill.commitLine('item');
      return [bill.getLineCount('item'), bill.getCurrentSublistValue('taxdetails', 'taxdetailsreference')];
    """)

    assert told == [1, "x"]


@pytest.mark.parametrize(
    "call",
    [
        "bill.getCurrentSublistField('item', 'rate')",
        "bill.selectNewLine('item'); bill.cancelLine('item'); bill.getCurrentSublistField('item', 'rate')",
        "bill.setCurrentSublistValue('item', 'rate', 1)",
    ],
)
def test_there_is_no_current_line_before_one_is_selected(netsuite, call):
    assert netsuite.run(f"{INVOICE} {call};")["name"] == "SSS_INVALID_SUBLIST_OPERATION"


def test_a_script_may_change_what_it_was_told_of_a_field(netsuite):
    """The next read returns the actual value."""
    told = netsuite.run(f"{INVOICE} bill.getField('memo').label = 'x'; return bill.getField('memo').label;")

    assert told == "Memo"

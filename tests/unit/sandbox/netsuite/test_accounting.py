"""What scripts meet that apply, transform, void and delete transactions, by row of the fidelity checklist."""

from __future__ import annotations

from itertools import pairwise

import pytest
import structlog

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import INVOICE_ID, NetSuite, customer, invoice
from tests.support.restlet_documents import credit_memo, payment, plain_invoice
from tests.support.restlet_references import INVOICE

PAY = """
  const pay = record.transform({fromType: 'invoice', fromId: 9001, toType: 'customerpayment',
  isDynamic: true});
"""
FROM_CUSTOMER = """
  const made = record.transform({fromType: 'customer', fromId: 501, toType: 'customerpayment',
  isDynamic: true});
"""
LINE = """
  const at = {sublistId: 'apply', line: 0};
  const cell = (fieldId, value) => ({sublistId: 'apply', fieldId, value});
"""
STATE = """
  const read = (id) => {
    const bill = record.load('invoice', id);
    return [bill.getValue('status'), bill.getValue('amountremaining')];
  };
"""


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer(), invoice())
    return made


def name_of(thrown):
    return (thrown or {}).get("name")


def test_row_28_types_share_one_sequence_of_ids(netsuite):
    netsuite.write(credit_memo("10.00"), payment("10.00"))

    ids = [netsuite.one(kind)["id"] for kind in ("invoice", "creditmemo", "customerpayment")]

    assert ids == ["9001", "9002", "9003"]


def test_row_60_a_payment_made_from_an_invoice_has_it_applied(netsuite):
    told = netsuite.run(f"""
      {PAY} {STATE}
      const before = ['customer', 'currency', 'payment', 'applied', 'unapplied'].map((f) => pay.getValue(f));
      pay.save(); return [before, read(9001)];
    """)

    assert told == [["501", "2", 498.31, 498.31, 0], ["CustInvc:B", 0]]


def test_row_60_a_smaller_amount_on_the_line_makes_a_smaller_payment(netsuite):
    told = netsuite.run(f"""
      {PAY} {LINE} {STATE}
      pay.selectLine(at); pay.setCurrentSublistValue(cell('amount', 100)); pay.commitLine('apply');
      const amount = pay.getValue('payment'); pay.save(); return [amount, read(9001)];
    """)

    assert told == [100, ["CustInvc:A", 398.31]]


def test_row_60_a_larger_amount_leaves_the_rest_unapplied(netsuite):
    netsuite.run(f"{PAY} pay.setValue('payment', 500); pay.save();")

    assert netsuite.one("customerpayment")["unapplied"] == "1.69"


@pytest.mark.parametrize(
    ("start", "warns"),
    [
        ("record.create({type: 'customerpayment', isDynamic: true, defaultValues: {entity: 501}})", False),
        (
            "record.transform('customer', 501, 'customerpayment', true)",
            False,
        ),
        ("record.create({type: 'customerpayment', isDynamic: true}).setValue('customer', 501)", True),
    ],
)
def test_row_61_what_is_open_is_listed_and_not_ticked(netsuite, start, warns):
    with structlog.testing.capture_logs() as logs:
        told = netsuite.run(f"""
          const pay = {start}; const count = pay.getLineCount('apply');
          const ticked = pay.getSublistValue('apply', 'apply', 0);
          pay.setValue('payment', 10); pay.save(); return [count, ticked];
        """)

    assert told == [1, False]
    assert any(entry["event"].startswith("sandbox_fidelity") for entry in logs) is warns


def test_row_62_more_than_is_due_cannot_be_applied(netsuite):
    thrown = netsuite.run(f"""
      {PAY} {LINE}
      pay.selectLine(at); pay.setCurrentSublistValue(cell('amount', 498.32)); pay.commitLine('apply');
    """)

    assert name_of(thrown) == "USER_ERROR"


def test_row_62_more_than_was_paid_cannot_be_applied(netsuite):
    assert (
        name_of(netsuite.run(f"{PAY} pay.setValue('payment', 100); pay.save();"))
        == "TRANS_APPLIED_AMTS_UNBALNCD"
    )


def test_row_62_a_memo_cannot_give_more_than_it_has(netsuite):
    netsuite.write(credit_memo("50.00"))

    thrown = netsuite.run(f"""
      {LINE} const memo = record.load({{type: 'creditmemo', id: 9002, isDynamic: true}});
      memo.selectLine(at); memo.setCurrentSublistValue(cell('amount', 60)); memo.commitLine('apply');
      memo.save();
    """)

    assert name_of(thrown) == "USER_ERROR"


@pytest.mark.parametrize(
    ("dynamic", "call"),
    [
        ("true", "selectNewLine('apply')"),
        ("false", "insertLine('apply', 0)"),
        ("true", "removeLine('apply', 0)"),
    ],
)
def test_row_63_lines_of_apply_are_neither_added_nor_removed(netsuite, dynamic, call):
    thrown = netsuite.run(f"""
      record.create({{type: 'customerpayment', isDynamic: {dynamic}, defaultValues: {{entity: 501}}}}).{call};
    """)

    assert name_of(thrown) == "SSS_INVALID_SUBLIST_OPERATION"


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("doc", "9001", 0),
        ("doc", "'9001'", 0),
        ("internalid", "9001", 0),
        ("refnum", "'HOO-3F21-202608-057'", 0),
        ("apply", "true", 0),
        ("doc", "9002", -1),
    ],
)
def test_row_64_a_line_is_found_by_what_it_stands_for(netsuite, field, value, line):
    found = netsuite.run(f"{PAY} return pay.findSublistLineWithValue('apply', '{field}', {value});")

    assert found == line


def test_row_65_what_is_paid_is_not_listed(netsuite):
    netsuite.write(payment())

    told = netsuite.run(f"{FROM_CUSTOMER} return made.getLineCount('apply');")

    assert told == 0


def test_row_65_what_a_payment_has_paid_is_listed_on_that_payment(netsuite):
    netsuite.write(payment())

    told = netsuite.run("""
      const paid = record.load({type: 'customerpayment', id: 9002});
      return ['apply', 'due', 'amount'].map((field) => paid.getSublistValue('apply', field, 0));
    """)

    assert told == [True, 498.31, 498.31]


def test_row_65_what_is_unticked_is_due_again(netsuite):
    netsuite.write(payment())

    told = netsuite.run(f"""
      {LINE} {STATE} const paid = record.load({{type: 'customerpayment', id: 9002, isDynamic: true}});
      paid.selectLine(at); paid.setCurrentSublistValue(cell('apply', false)); paid.commitLine('apply');
      paid.save();
      return read(9001);
    """)

    assert told == ["CustInvc:A", 498.31]
    assert netsuite.one("customerpayment")["unapplied"] == "498.31"


def test_row_65_a_tick_takes_no_more_than_is_left_of_the_payment(netsuite):
    netsuite.run(f"""
      {LINE} {FROM_CUSTOMER}
      made.setValue('payment', 30);
      made.selectLine(at); made.setCurrentSublistValue(cell('apply', true)); made.commitLine('apply');
      made.save();
    """)

    assert netsuite.one("customerpayment")["apply"][0]["amount"] == "30.00"


def test_row_66_a_memo_made_from_an_invoice_has_its_lines_and_is_applied_to_it(netsuite):
    netsuite.run("""
      const made = record.transform({fromType: 'invoice', fromId: 9001, toType: 'creditmemo',
      isDynamic: true});
      made.setValue('trandate', new Date(2026, 7, 9)); made.save();
    """)

    memo = netsuite.one("creditmemo")
    assert (memo["total"], memo["applied"], len(memo["lines"])) == ("498.31", "498.31", 2)
    assert (memo["createdfrom"], "externalid" in memo, memo["custbody_lago_id"]) == (
        "9001",
        False,
        INVOICE_ID,
    )


def test_row_66_a_memo_of_a_paid_invoice_stays_open(netsuite):
    netsuite.write(payment())

    netsuite.run("record.transform({fromType: 'invoice', fromId: 9001, toType: 'creditmemo'}).save();")

    assert netsuite.one("creditmemo")["unapplied"] == "498.31"


def test_row_66_a_memo_may_be_applied_in_standard_mode(netsuite):
    netsuite.write(credit_memo("50.00"))

    told = netsuite.run(f"""
      {STATE} const memo = record.load({{type: 'creditmemo', id: 9002}});
      memo.setSublistValue('apply', 'apply', 0, true); memo.setSublistValue('apply', 'amount', 0, 20);
      memo.save();
      return read(9001);
    """)

    assert told == ["CustInvc:A", 478.31]


def test_a_sales_order_is_billed(netsuite):
    order = invoice(external_id="lago-so-1", columns={"orderstatus": "B", "duedate": None})
    order["record"]["type"] = "salesorder"
    netsuite.write(order)

    netsuite.run("record.transform({fromType: 'salesorder', fromId: 9002, toType: 'invoice'}).save();")

    billed = netsuite.account.records("invoice")[1]
    assert (billed["total"], billed["createdfrom"], billed["status"]) == ("498.31", "9002", "CustInvc:A")


@pytest.mark.parametrize(
    ("start", "number", "end", "code"),
    [
        ("invoice", 9001, "salesorder", "INVALID_RCRD_TRANSFRM"),
        ("customer", 501, "creditmemo", "INVALID_RCRD_TRANSFRM"),
        ("invoice", 77, "customerpayment", "RCRD_DSNT_EXIST"),
        ("customer", 9001, "customerpayment", "RCRD_DSNT_EXIST"),
    ],
)
def test_a_transformation_that_is_none_is_refused(netsuite, start, number, end, code):
    call = f"record.transform({{fromType: '{start}', fromId: {number}, toType: '{end}'}});"

    assert name_of(netsuite.run(call)) == code


@pytest.mark.parametrize("kind", ["customerpayment", "creditmemo"])
def test_nothing_is_made_from_a_voided_invoice(netsuite, kind):
    thrown = netsuite.run(f"""
      transaction.void('invoice', 9001);
      record.transform({{fromType: 'invoice', fromId: 9001, toType: '{kind}'}});
    """)

    assert name_of(thrown) == "INVALID_INITIALIZE_REF"


def test_row_67_with_reversing_journals_nothing_of_ours_can_be_voided():
    netsuite = NetSuite("reversing-voids")
    netsuite.write(customer(), invoice(), credit_memo("10.00"))

    for kind, number in (("invoice", 9001), ("creditmemo", 9002)):
        assert name_of(netsuite.run(f"transaction.void('{kind}', {number});")) == "VOIDING_REVERSAL_DISALLWD"
    assert netsuite.one("invoice")["status"] == "CustInvc:A"


def test_row_68_an_invoice_that_something_is_applied_to_cannot_be_voided(netsuite):
    netsuite.write(payment("1.00"))

    assert name_of(netsuite.run("transaction.void('invoice', 9001);")) == "CANT_VOID_TRANS"


def test_row_68_a_memo_that_is_applied_cannot_be_voided(netsuite):
    netsuite.write(credit_memo("10.00", (INVOICE, "10.00")))

    assert name_of(netsuite.run("transaction.void('creditmemo', 9002);")) == "CANT_VOID_TRANS"


def test_row_69_a_void_leaves_no_amounts(netsuite):
    number = netsuite.run("return transaction.void({type: 'invoice', id: 9001});")

    bill = netsuite.one("invoice")
    assert number == 9001
    assert (bill["total"], bill["taxtotal"], bill["lines"][0]["amount"]) == ("0", "0", "0")
    assert netsuite.account.balances()[0]["balance"] == "0.00"


def test_row_69_what_is_voided_cannot_be_voided_again(netsuite):
    thrown = netsuite.run("transaction.void('invoice', 9001); transaction.void('invoice', 9001);")

    assert name_of(thrown) == "TRANS_ALREADY_VOIDED"


def test_row_69_what_is_voided_cannot_be_changed(netsuite):
    thrown = netsuite.run("""
      transaction.void('invoice', 9001);
      const bill = record.load({type: 'invoice', id: 9001, isDynamic: true});
      bill.selectLine('item', 0); bill.setCurrentSublistValue('item', 'amount', 5); bill.commitLine('item');
      bill.save();
    """)

    assert name_of(thrown) == "CANT_MODIFY_VOID_TRANS"


def test_row_69_a_memo_of_what_is_voided_can_still_be_edited(netsuite):
    netsuite.run("""
      transaction.void('invoice', 9001);
      const bill = record.load({type: 'invoice', id: 9001, isDynamic: true});
      bill.setValue('memo', 'voided'); bill.save();
    """)

    assert (netsuite.one("invoice")["memo"], netsuite.one("invoice")["status"]) == ("voided", "CustInvc:V")


@pytest.mark.parametrize(
    ("kind", "code"), [("customer", "INVALID_RCRD_TYPE"), ("invoice", "RCRD_DSNT_EXIST")]
)
def test_only_transactions_that_are_there_can_be_voided(netsuite, kind, code):
    assert name_of(netsuite.run(f"transaction.void('{kind}', 501);")) == code


def test_row_70_an_invoice_that_something_is_applied_to_cannot_be_deleted(netsuite):
    netsuite.write(payment("1.00"))

    assert name_of(netsuite.run("record.delete('invoice', 9001);")) == "TRANS_IN_USE"


def test_row_70_without_its_payment_the_invoice_is_due_again(netsuite):
    netsuite.write(payment())

    told = netsuite.run(f"{STATE} record.delete('customerpayment', 9002); return read(9001);")

    assert told == ["CustInvc:A", 498.31]


@pytest.mark.parametrize(
    "columns",
    [{"currency": "1"}, {"account": "111"}],
    ids=["another currency", "another receivables account"],
)
def test_row_71_only_fitting_invoices_are_listed(netsuite, columns):
    netsuite.write(plain_invoice("10.00", columns=columns))

    told = netsuite.run(f"{PAY} return [pay.getLineCount('apply'), pay.getSublistValue('apply', 'doc', 0)];")

    assert told == [1, "9001"]


def test_row_71_the_list_follows_the_currency(netsuite):
    netsuite.write(plain_invoice("10.00", columns={"currency": "1"}))

    told = netsuite.run(f"""
      {PAY} pay.setValue('currency', '1');
      return [pay.getSublistValue('apply', 'doc', 0), pay.getSublistValue('apply', 'apply', 0),
      pay.getValue('applied')];
    """)

    assert told == ["9002", False, 0]


def test_row_71_a_receivables_account_of_the_payment_decides_too(netsuite):
    netsuite.write(plain_invoice("10.00", columns={"account": "111"}))

    told = netsuite.run(
        f"{PAY} pay.setValue('aracct', '111'); return pay.getSublistValue('apply', 'doc', 0);"
    )

    assert told == "9002"


def test_row_58_what_stands_in_a_closed_period_is_neither_voided_nor_deleted(netsuite):
    periods = tuple(p.model_copy(update={"closed": True}) for p in Profile.load().periods)
    netsuite.reopen(periods=periods)

    for call in ("transaction.void('invoice', 9001);", "record.delete('invoice', 9001);"):
        assert name_of(netsuite.run(call)) == "TRAN_PERIOD_CLOSED"


@pytest.mark.parametrize(
    ("preference", "code"), [("DISALLOW", "USER_ERROR"), ("WARN", None), ("ALLOW", None)]
)
def test_row_111_a_period_that_does_not_hold_the_date_is_refused_where_that_is_disallowed(
    netsuite, preference, code
):
    netsuite.reopen(preferences=Profile.load().preferences | {"DATEPERIODMISMATCH": preference})

    told = netsuite.run("""
      const memo = record.load({type: 'invoice', id: 9001, isDynamic: true});
      memo.setValue('postingperiod', '222');
      memo.save();
    """)

    assert name_of(told) == code


@pytest.mark.parametrize(("memo", "code"), [("'m'", None), ("null", "TRAN_PERIOD_CLOSED")])
def test_row_58_only_what_moves_the_ledger_needs_an_open_period(netsuite, memo, code):
    """A memo text may change, an amount may not."""
    periods = tuple(p.model_copy(update={"all_locked": True}) for p in Profile.load().periods)
    netsuite.reopen(periods=periods)

    thrown = netsuite.run(f"""
      const bill = record.load({{type: 'invoice', id: 9001, isDynamic: true}});
      if ({memo}) bill.setValue('memo', {memo});
      else {{ bill.selectLine('item', 0); bill.setCurrentSublistValue('item', 'amount', 5);
      bill.commitLine('item'); }}
      bill.save();
    """)

    assert name_of(thrown if isinstance(thrown, dict) else None) == code


def test_row_59_nothing_is_posted_to_a_quarter(netsuite):
    thrown = netsuite.run(f"{PAY} pay.setValue('postingperiod', '251'); pay.save();")

    assert name_of(thrown) == "INVALID_KEY_OR_REF"


def test_row_32_an_invoice_that_was_paid_meanwhile_is_stale(netsuite):
    thrown = netsuite.run(f"""
      const bill = record.load({{type: 'invoice', id: 9001, isDynamic: true}}); {PAY} pay.save();
      bill.setValue('memo', 'late'); bill.save();
    """)

    assert name_of(thrown) == "RCRD_HAS_BEEN_CHANGED"


def test_row_32_two_payments_cannot_take_the_same_amount(netsuite):
    thrown = netsuite.run(f"""
      {PAY} const other = record.transform({{fromType: 'invoice', fromId: 9001, toType: 'customerpayment'}});
      other.save(); pay.save();
    """)

    assert name_of(thrown) == "RCRD_HAS_BEEN_CHANGED"
    assert netsuite.one("customerpayment")["applied"] == "498.31"


@pytest.mark.parametrize(("name", "value"), [("default", False), ("reversing-voids", True)])
def test_row_93_preferences_can_be_read(name, value):
    told = NetSuite(name).run("""
      const loaded = config.load({type: config.Type.ACCOUNTING_PREFERENCES});
      return [loaded.getValue('REVERSALVOIDING'), loaded.getValue('NOTHING')];
    """)

    assert told == [value, None]


def test_units_of_these_calls_are_those_of_oracles_table(netsuite):
    left = netsuite.run(f"""
      const left = []; const note = () => left.push(runtime.getCurrentScript().getRemainingUsage());
      note(); {PAY} note(); pay.setValue('payment', 1); config.load('accountingpreferences'); note();
      transaction.void('invoice', 9001); note(); return left;
    """)

    assert [a - b for a, b in pairwise(left)] == [10, 10, 10]


def test_searches_show_what_lessens_a_debt_negative(netsuite):
    """Plain amounts are in the base currency, those with fx in the transaction's."""
    netsuite.write(credit_memo("50.00", (INVOICE, "20.00")))

    rows = netsuite.run("""
      const columns = ['type', 'fxamount', 'fxamountremaining', 'amountremaining', 'statusref'];
      const filters = [['entity', 'anyof', '501'], 'and', ['fxamount', 'lessthan', '400']];
      return search.create({type: 'transaction', filters, columns}).run().getRange(0, 9)
        .map((row) => columns.map((name) => row.getValue(name)));
    """)

    assert rows == [["CustCred", "-50.00", "-30.00", "-33.00", "open"]]


def test_periods_are_found_in_order_of_their_dates(netsuite):
    told = netsuite.run("""
      const day = format.format({value: new Date(2026, 5, 1), type: format.Type.DATE});
      const filters = [['startdate', 'onorafter', day], 'and', ['enddate', 'before', '10/1/2026'],
        'and', ['isquarter', 'is', 'F']];
      const columns = ['periodname', search.createColumn({name: 'startdate', sort: search.Sort.DESC})];
      return search.create({type: 'accountingperiod', filters, columns}).run().getRange(0, 9)
        .map((row) => row.getValue('periodname') + ' ' + row.getValue('startdate'));
    """)

    assert told == ["Sep 2026 9/1/2026", "Aug 2026 8/1/2026", "Jul 2026 7/1/2026", "Jun 2026 6/1/2026"]


def test_a_date_that_is_none_is_refused_in_a_search(netsuite):
    thrown = netsuite.run("""
      search.create({type: 'accountingperiod', filters: [['startdate', 'after',
      '2026-01-01']]}).run().getRange(0, 1);
    """)

    assert name_of(thrown) == "SSS_INVALID_SRCH_FILTER_VAL"


def test_suiteql_knows_every_transaction(netsuite):
    netsuite.write(payment("600.00"))
    sql = "SELECT type, foreigntotal, foreignamountunpaid, voided FROM transaction ORDER BY id"

    rows = netsuite.run(f"return query.runSuiteQL({{query: '{sql}'}}).asMappedResults();")

    assert [list(row.values()) for row in rows] == [
        ["CustInvc", "498.31", "0.00", "F"], ["CustPymt", "600.00", "101.69", "F"],
    ]  # fmt: skip


def test_a_legacy_account_computes_by_its_tax_item():
    """Row 82: only what is taxable, and without a subsidiary."""
    netsuite = NetSuite("legacy-us")
    netsuite.write(customer(columns={"currency": "1"}))

    told = netsuite.run("""
      const bill = record.create({type: 'invoice', isDynamic: true});
      bill.setValue('entity', 501); bill.setValue('taxitem', '1');
      bill.selectNewLine('item'); bill.setCurrentSublistValue('item', 'item', 802);
      bill.setCurrentSublistValue('item', 'rate', 100); bill.commitLine('item');
      const untaxed = bill.getValue('taxtotal'); bill.setValue('istaxable', true);
      return [untaxed, bill.getValue('taxtotal'), bill.getField('subsidiary'), bill.getField('nexus')];
    """)

    assert told == [0, 7.25, None, None]


def test_customers_have_further_currencies_where_the_feature_is_on():
    add = """
      const made = record.load({type: 'customer', id: 501, isDynamic: true});
      made.selectNewLine('currency'); made.setCurrentSublistValue('currency', 'currency', '3');
      made.commitLine('currency'); made.save();
    """
    several, single = NetSuite(), NetSuite("legacy-us")
    several.write(customer())
    single.write(customer(columns={"currency": "1"}))

    several.run(add)

    assert [line["currency"] for line in several.one("customer")["currencies"]] == ["3"]
    assert name_of(single.run(add)) == "SSS_INVALID_SUBLIST_OPERATION"

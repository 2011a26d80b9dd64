"""The unmodified RESTlet against what the platform does: governance, records, periods, taxes, by row."""

from __future__ import annotations

import json

import pytest

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.fault_injection import ThrownError
from consumer.sandbox.netsuite.profile import Form, Latency, Profile, Switches
from tests.support.restlet import FEE_ID, NetSuite, coupon, customer, fee, invoice, tax, untaxed

DEFAULT = Profile.load()


def _error_of(netsuite: NetSuite, item: dict) -> dict:
    return netsuite.write(customer(), item)[1]["error"]


def _places(error: dict) -> tuple:
    return error["code"], error["class"], error["field"]


@pytest.mark.parametrize(
    ("script", "deploy"),
    [("customscript_other", "customdeploy_lago_netsuite"), ("customscript_lago_netsuite", "1")],
)
def test_row_6_an_unknown_script_or_deployment_is_refused(script, deploy):
    answer = NetSuite().call({}, script=script, deploy=deploy)

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "SSS_INVALID_SCRIPTLET_ID")


def test_row_6_a_deployment_in_testing_is_refused():
    testing = tuple(script.model_copy(update={"status": "TESTING"}) for script in DEFAULT.scripts)

    answer = NetSuite(scripts=testing).call({})

    assert json.loads(answer.body)["error"]["code"] == "SSS_INVALID_SCRIPTLET_ID"


def test_row_8_the_text_of_an_error_is_plain_where_the_account_has_it_so():
    netsuite = NetSuite(switches=Switches(error_message="text"))

    answer = netsuite.call({"v": 9})

    assert json.loads(answer.body)["error"]["message"] == "This RESTlet speaks version 1 of the contract."


def test_a_body_that_is_no_json_is_refused():
    answer = NetSuite().call("{no json")

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, "INVALID_REQUEST")


def test_row_12_a_verb_without_entry_point_is_405():
    assert NetSuite().call({}, verb="PUT").status == 405


def test_row_18_units_that_run_out_stop_the_call_and_leave_what_was_saved():
    """The script cannot catch it: there is no envelope; the customer is saved, the invoice is not."""
    netsuite = NetSuite(units=60)

    answer = netsuite.call(
        {"v": 1, "op": "write", "items": [customer(), invoice()], "options": {"min_units": 0}}
    )

    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "SSS_USAGE_LIMIT_EXCEEDED")
    assert len(netsuite.account.records("customer")) == 1
    assert netsuite.account.records("invoice") == []


def test_row_19_time_that_runs_out_stops_the_call():
    answer = NetSuite(time_limit_s=-1.0).call({"v": 1, "op": "write", "items": [customer()]})

    assert json.loads(answer.body)["error"]["code"] == "SSS_TIME_LIMIT_EXCEEDED"


def test_row_25_external_ids_match_whatever_their_case():
    netsuite = NetSuite()
    netsuite.write(customer())

    again = netsuite.write(customer(external_id=customer()["external_id"].upper(), lago_id="other"))[0]

    assert again["status"] == "exists"


def test_row_35_a_field_the_form_demands_is_named():
    netsuite = NetSuite(forms={"invoice": Form(body=("location", "department"))})

    error = _error_of(netsuite, invoice())

    assert error["message"] == "Please enter value(s) for: Location, Department"
    assert _places(error) == ("USER_ERROR", "missing_field", "location")
    assert netsuite.account.records("invoice") == []


def test_row_35_a_field_a_preference_demands_is_named():
    netsuite = NetSuite(preferences=DEFAULT.preferences | {"LOCMANDATORY": "T"})

    assert _error_of(netsuite, invoice())["field"] == "location"


def test_row_36_mandatory_fields_of_the_form_can_be_ignored():
    netsuite = NetSuite(forms={"invoice": Form(body=("location",))})

    assert netsuite.write(customer(), invoice(ignore_mandatory=True))[1]["status"] == "created"


def test_row_36_mandatory_fields_of_the_system_cannot_be_ignored():
    error = _error_of(NetSuite(), invoice(ignore_mandatory=True, columns={"trandate": ""}))

    assert _places(error) == ("USER_ERROR", "missing_field", "trandate")


def test_row_37_the_entity_brings_subsidiary_and_exchange_rate():
    netsuite = NetSuite()

    netsuite.write(customer(columns={"subsidiary": "4"}), untaxed(columns={"nexus": "11"}))

    kept = netsuite.one("invoice")
    assert (kept["subsidiary"], kept["exchangerate"], kept["nexus"]) == ("4", "1.1", "11")


def test_row_40_an_invoice_without_lines_is_refused():
    error = _error_of(NetSuite(), invoice(lines=[], taxes=[], expect={}))

    assert _places(error)[:2] == ("VALID_LINE_ITEM_REQD", "missing_field")


def test_row_41_the_amount_that_is_sent_has_the_last_word():
    """Quantity x rate is 1.00 after rounding; Lago's 1.01 stays."""
    netsuite = NetSuite()

    netsuite.write(customer(), untaxed(line={"quantity": "3", "rate": "0.33333333", "amount": "1.01"}))

    assert netsuite.one("invoice")["total"] == "1.01"


@pytest.mark.parametrize(
    ("quantity", "code"), [("10000000000", "STORAGE_LIMIT_EXCEEDED"), ("9999999999", None)]
)
def test_row_42_a_quantity_of_ten_digits_is_the_largest(quantity, code):
    item = untaxed(line={"quantity": quantity, "rate": "0.01", "amount": "0.01"})

    error = NetSuite().write(customer(), item)[1].get("error")

    assert (error and error["code"]) == code


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"currency": "99"}, "Invalid currency reference key 99."),
        ({"entity": "99"}, "Invalid entity reference key 99."),
        ({"nexus": "99"}, "Invalid nexus reference key 99."),
        ({"location": "99"}, "Invalid location reference key 99."),
    ],
)
def test_row_43_an_unknown_key_is_refused_where_it_is_set(columns, message):
    error = _error_of(NetSuite(), invoice(columns=columns))

    assert _places(error) == ("INVALID_KEY_OR_REF", "invalid_reference", next(iter(columns)))
    assert error["message"] == message


def test_row_44_a_customer_of_another_subsidiary_is_refused():
    """The error text is NetSuite's for an invoice that a script creates without a check."""
    netsuite = NetSuite()
    netsuite.write(customer())

    thrown = netsuite.run(
        "const made = record.create({ type: 'invoice', isDynamic: true });"
        "made.setValue({ fieldId: 'entity', value: 501 });"
        "made.setValue({ fieldId: 'subsidiary', value: 3 });"
    )

    assert thrown["message"] == "Invalid entity reference key 501 for subsidiary 3."


def test_row_44_an_item_of_another_subsidiary_is_refused():
    items = tuple(item.model_copy(update={"subsidiaries": ("4",)}) for item in DEFAULT.items)

    error = _error_of(NetSuite(items=items), invoice())

    assert (error["message"], error["line"]) == ("Invalid item reference key 802 for subsidiary 1.", 0)


def test_row_44_some_accounts_have_a_code_of_their_own_for_an_item_of_another_subsidiary():
    items = tuple(item.model_copy(update={"subsidiaries": ("4",)}) for item in DEFAULT.items)
    netsuite = NetSuite(items=items, switches=Switches(outside_subsidiary="INVALID_TRANS_SUB"))

    error = _error_of(netsuite, invoice())

    assert _places(error) == ("INVALID_TRANS_SUB_ITEM", "invalid_reference", "item")


@pytest.mark.parametrize("utc_offset_h", [-11, -8, 0, 9, 13])
def test_row_47_a_date_stays_what_it_is_wherever_the_servers_are(utc_offset_h):
    netsuite = NetSuite(switches=Switches(utc_offset_h=utc_offset_h))

    netsuite.write(customer(), invoice(columns={"trandate": "2026-08-01"}))

    assert netsuite.account.records("invoice")[0]["trandate"] == "2026-08-01"


@pytest.mark.parametrize(
    ("columns", "code", "field"),
    [
        ({"companyname": "x" * 84}, "EXCEEDED_MAX_FIELD_LENGTH", "companyname"),
        ({"entityid": "acme:eu"}, "INVALID_FLD_VALUE", "entityid"),
    ],
)
def test_row_49_names_have_limits(columns, code, field):
    error = NetSuite().write(customer(columns=columns))[0]["error"]

    assert _places(error) == (code, "validation", field)


def test_row_50_a_company_needs_its_name():
    error = NetSuite().write(customer(columns={"companyname": None}))[0]["error"]

    assert error["message"] == "Please enter value(s) for: Company Name"


def test_row_53_an_inactive_item_cannot_be_sold():
    items = tuple(item.model_copy(update={"inactive": True}) for item in DEFAULT.items)

    assert _places(_error_of(NetSuite(items=items), invoice()))[::2] == ("INVALID_KEY_OR_REF", "item")


def test_row_53_an_inactive_customer_cannot_be_billed():
    netsuite = NetSuite()
    [written] = netsuite.write(customer())
    record = f"type: 'customer', id: {written['internalId']}"
    netsuite.run(f"record.submitFields({{{record}, values: {{isinactive: true}}}});")

    [refused] = netsuite.write(invoice())

    assert _places(refused["error"])[::2] == ("LAGO_CUSTOMER_INACTIVE", "entity")


def test_row_56_numbers_are_netsuites_own_without_allow_override():
    netsuite = NetSuite(switches=Switches(tranid_override=False))

    written = netsuite.write(customer(), invoice())[1]

    assert written["number"] == f"INV{written['internalId']}"


@pytest.mark.parametrize("code", ["TRAN_PERIOD_CLOSED", "USER_ERROR"])
def test_row_58_a_closed_period_is_told_as_such(code):
    netsuite = NetSuite(switches=Switches(closed_period=code))

    error = _error_of(netsuite, invoice(columns={"trandate": "2026-06-30"}))

    assert (error["code"], error["class"], error["retryable"]) == (code, "period_closed", False)
    assert netsuite.account.records("invoice") == []


def test_row_58_a_closed_date_may_post_into_an_open_period():
    netsuite = NetSuite()
    july = next(period.id for period in DEFAULT.periods if period.name == "Jul 2026")

    item = invoice(columns={"trandate": "2026-06-30", "postingperiod": july})

    assert netsuite.write(customer(), item)[1]["status"] == "created"


def test_row_59_a_date_outside_of_all_periods_is_refused():
    error = _error_of(NetSuite(), invoice(columns={"trandate": "2031-01-01"}))

    assert _places(error)[:2] == ("VALID_PRD_REQD", "period_closed")


def test_row_65_an_invoice_of_nothing_is_paid_at_once():
    netsuite = NetSuite()

    netsuite.write(customer(), untaxed(line={"rate": "0", "amount": "0.00"}, expect={"total": "0.00"}))

    assert netsuite.one("invoice")["status"] == "CustInvc:B"


@pytest.mark.parametrize("code", ["COL", "COLUMN_JOIN", "FILTER", "FILTER_EXPR", "OPERATOR"])
def test_row_103_a_search_that_the_account_refuses_is_its_configuration(code):
    """No document is wrong: whatever it was, the same search fails for all of them."""
    netsuite, name = NetSuite(), f"SSS_INVALID_SRCH_{code}"
    netsuite.account.faults.add(ThrownError(kind="error", at="search", name=name, times=50))

    error = netsuite.write(customer())[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == (name, "config", False)


def test_a_negative_invoice_is_refused():
    error = _error_of(NetSuite(), invoice(lines=[coupon()], taxes=[], expect={}))

    assert _places(error)[:2] == ("INVALID_TRANS_AMT", "validation")


@pytest.mark.parametrize(("switch", "status"), [("allow", "created"), ("refuse", "error")])
def test_row_109_a_negative_subtotal_is_refused_where_the_account_has_it_so(switch, status):
    """As of an invoice whose tax is paid by prepaid credit too: the total is nothing or more."""
    netsuite = NetSuite(switches=Switches(negative_subtotal=switch))
    bill = invoice(lines=[coupon()], taxes=[tax("coupon_item", "100.00")], expect={})

    written = netsuite.write(customer(), bill)[1]

    assert written["status"] == status
    assert written.get("error", {}).get("code", "INVALID_TRANS_AMT") == "INVALID_TRANS_AMT"


def test_row_74_several_tax_lines_may_belong_to_one_line():
    netsuite = NetSuite()
    taxes = [tax(FEE_ID, "80.00"), tax(FEE_ID, "5.33", taxcode="7")]

    written = netsuite.write(customer(), invoice(taxes=taxes))[1]

    assert written["totals"]["tax"] == "85.33"


@pytest.mark.parametrize(
    ("missing", "label"),
    [
        ("taxcode", "Tax Code"),
        ("taxbasis", "Tax Basis"),
        ("taxrate", "Tax Rate"),
        ("taxamount", "Tax Amount"),
    ],
)
def test_row_76_a_tax_line_must_be_complete(missing, label):
    line = tax(FEE_ID, "85.33") | {missing: None}

    error = _error_of(NetSuite(), invoice(taxes=[line], expect={}))

    assert error["message"] == f"Please enter value(s) for: {label}"


def test_row_77_a_tax_line_for_an_item_that_is_not_taxable_is_refused():
    items = tuple(item.model_copy(update={"taxable": False}) for item in DEFAULT.items)

    assert _error_of(NetSuite(items=items), invoice())["code"] == "USER_ERROR"


def test_row_78_the_override_needs_its_permission():
    error = _error_of(NetSuite(permissions={"LIST_TAXDETAILSTAB": 1}), invoice())

    assert _places(error)[:2] == ("INSUFFICIENT_PERMISSION", "permission")


def test_row_79_a_nexus_without_its_override_box_does_not_stick():
    netsuite = NetSuite()

    netsuite.write(
        customer(columns={"subsidiary": "4"}), untaxed(columns={"nexus": "9", "taxregoverride": False})
    )

    assert netsuite.one("invoice")["nexus"] == "11"


def test_row_80_a_nexus_without_registration_is_refused():
    error = _error_of(NetSuite(), invoice(columns={"nexus": "12"}))

    assert _places(error) == ("INVALID_KEY_OR_REF", "invalid_reference", "nexus")


def test_row_81_tax_lines_without_the_override_box_are_refused():
    error = _error_of(NetSuite(), invoice(columns={"taxdetailsoverride": False}))

    assert error["code"].startswith("A_SCRIPT_IS_ATTEMPTING_TO_EDIT_THE_1_SUBLIST")
    assert error["class"] == "tax"


def test_row_82_an_account_without_suitetax_has_no_tax_details():
    netsuite = NetSuite(features=DEFAULT.features - {"TAX_OVERHAULING"})

    _, plain = netsuite.write(customer(), untaxed())
    taxed = netsuite.write(invoice(external_id="lago-inv-2", lago_id="2", expect={}))[0]

    assert plain["status"] == "created"
    assert "nexus" not in netsuite.one("invoice")
    assert taxed["error"]["code"] == "LAGO_SUITETAX_OFF"


def test_row_84_a_role_that_may_not_create_invoices_is_told():
    error = _error_of(NetSuite(permissions={"TRAN_CUSTINVC": 1}), invoice())

    assert _places(error)[:2] == ("INSUFFICIENT_PERMISSION", "permission")


def test_row_91_production_says_so():
    netsuite = NetSuite(account_id="1234567", environment="PRODUCTION")

    told = json.loads(netsuite.call("", verb="GET").body)

    assert told["account"] == {"id": "1234567", "environment": "PRODUCTION"}


def test_latency_is_waited_for_at_each_save(monkeypatch):
    waited = []
    monkeypatch.setattr("consumer.sandbox.netsuite.suitescript.record_store.time.sleep", waited.append)

    NetSuite(latency=Latency(per_line_s=0.5)).write(customer(lines=[]), untaxed(lines=[fee(), fee()]))

    assert waited == [0.0, 1.0]


def test_books_in_a_file_survive_a_restart(tmp_path):
    netsuite = NetSuite()
    netsuite.account = Account.open(DEFAULT, tmp_path / "books.sqlite")
    netsuite.write(customer(), invoice())
    netsuite.account.close()

    netsuite.account = Account.open(DEFAULT, tmp_path / "books.sqlite")

    assert [item["status"] for item in netsuite.write(customer(), invoice())] == ["exists", "exists"]

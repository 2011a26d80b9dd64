"""Error events carry codes to filter by, and NetSuite's own beside them where ours stands for several."""

import pytest

from consumer.netsuite import error_codes as netsuite_error_codes
from consumer.netsuite import hints, item_results
from consumer.outcome import Rejected
from schemas import error_codes, wire
from schemas.error_codes import BY_NETSUITE_CODE
from tests.support import connection_files
from tests.unit.netsuite import examples

ITEM = examples.item()


def rejected(item=ITEM, **error):
    failed = {"code": "X", "class": "unknown", "message": "no"} | error
    answer = {"ref": item.ref, "status": "error", "error": failed}
    response = wire.Response.model_validate(examples.envelope(answer))
    outcome = item_results.of_response(
        response, examples.request(item), examples.connection(closed_period="reject")
    )
    assert isinstance(outcome, Rejected), outcome
    return outcome


def document(**columns):
    return wire.WriteItem(
        ref="1", mode="create_or_get", external_id="lago-inv-1", lago_id="1", version="", fingerprint="f",
        record={"type": "invoice", "columns": columns},
    )  # fmt: skip


def customer(mode="upsert"):
    return wire.WriteItem(
        ref="1", mode=mode, external_id="lago-cus-1", lago_id="1", version="", fingerprint="f",
        record={"type": "customer", "columns": {"currency": "1"}}, internal_id="4711",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "group", "published"),
    [
        ("TRAN_PERIOD_CLOSED", "period_closed", "period_closed"),
        ("VALID_PRD_REQD", "period_closed", "period_closed"),
        ("USER_ERROR", "period_closed", "period_closed"),
        ("USER_ERROR", "missing_field", "missing_field"),
        ("MISSING_REQD_FLD", "missing_field", "missing_field"),
        ("INVALID_KEY_OR_REF", "invalid_reference", "invalid_reference"),
        ("INVALID_TRANS_SUB_ITEM", "invalid_reference", "invalid_reference"),
        ("LAGO_INVALID_REFERENCE", "invalid_reference", "invalid_reference"),
        ("RCRD_DSNT_EXIST", "invalid_reference", "record_deleted"),
        ("LAGO_EXTID_TYPE_MISMATCH", "invalid_reference", "conflict"),
        ("LAGO_FINGERPRINT_CONFLICT", "duplicate", "conflict"),
        ("LAGO_MODE_NOT_SUPPORTED", "validation", "restlet_outdated"),
        ("LAGO_FIELD_NOT_ALLOWED", "config", "field_not_allowed"),
        ("LAGO_LINK_NOT_FOUND", "unknown", "link_not_found"),
        ("LAGO_OVERAPPLIED", "state", "overapplied"),
        ("LAGO_CURRENCY_PRECISION", "total_mismatch", "currency_precision"),
        ("LAGO_CUSTOMER_INACTIVE", "state", "customer_inactive"),
        ("LAGO_VOID_OF_PAID_INVOICE", "state", "void_of_paid_invoice"),
    ],
)
def test_what_is_mended_alike_has_one_code(code, group, published):
    """NetSuite's own code is in the details, and the hint belongs to the connector's."""
    found = rejected(code=code, **{"class": group})

    assert found.code == published
    assert found.details["netsuite_code"] == code
    assert found.hint


@pytest.mark.parametrize(
    "code", ["USER_ERROR", "INVALID_FLD_VALUE", "CANT_VOID_TRANS", "UNIQUE_CUST_EMAIL_REQD"]
)
def test_everything_else_keeps_netsuites_code(code):
    """It is not said twice."""
    found = rejected(code=code, **{"class": "validation"})

    assert found.code == code
    assert "netsuite_code" not in found.details


def test_a_currency_the_customer_does_not_have_is_told_from_a_wrong_item():
    """NetSuite gives the same code; the field differs."""
    error = {"code": "INVALID_KEY_OR_REF", "class": "invalid_reference", "field": "currency"}

    assert rejected(document(currency="4"), **error).code == "currency_not_on_customer"
    assert "Financial tab" in rejected(document(currency="4"), **error).hint
    assert rejected(customer(), **error).code == "invalid_reference"


@pytest.mark.parametrize("code", ["INVALID_KEY_OR_REF", "RCRD_DSNT_EXIST"])
def test_a_linked_customer_that_is_none_blames_the_link(code):
    """Not the mapping, which does not have it."""
    error = {"code": code, "class": "invalid_reference", "field": "entity"}

    linked = rejected(document(entity={"internalId": "4711"}), **error)
    own = rejected(document(entity={"externalId": "lago-cus-1"}), **error)

    assert linked.code == "link_not_found"
    assert own.code != "link_not_found"
    assert "Lago" in linked.hint


def test_adopting_what_is_no_customer_blames_the_link():
    """Unless a field of the record is at fault."""
    error = {"code": "RCRD_DSNT_EXIST", "class": "invalid_reference"}

    assert rejected(customer("adopt"), **error).code == "link_not_found"
    assert rejected(customer("adopt"), **error, field="subsidiary").code == "record_deleted"


def test_the_hint_of_a_reference_knows_its_cause():
    """An item that a subsidiary may not use is fixed elsewhere than a wrong id."""
    found = rejected(code="INVALID_TRANS_SUB_ITEM", **{"class": "invalid_reference"})

    assert "available to the subsidiary" in found.hint


def test_every_published_code_is_explained():
    """In the table, which is also where its advice comes from."""
    assert set(netsuite_error_codes.STABLE.values()) <= set(error_codes.CATALOGUE)


@pytest.mark.parametrize("code", [code for code, row in BY_NETSUITE_CODE.items() if row.effect == "record"])
def test_no_code_is_final_without_a_hint(code):
    """N30: whichever class the script gives to it."""
    assert rejected(code=code, **{"class": "validation"}).hint


@pytest.mark.parametrize("group", ["unknown", "validation", "state", "config"])
def test_a_code_that_only_a_script_of_the_account_knows_names_scripts_and_workflows(group):
    """N19: the text is the script's own, and the hint says who gives such."""
    found = rejected(code="MY_COMPANY_RULE", message="Bitte Kostenstelle angeben.", **{"class": group})

    assert (found.code, found.message) == ("MY_COMPANY_RULE", "Bitte Kostenstelle angeben.")
    assert "workflow" in found.hint


@pytest.mark.parametrize("policy", ["reject", "hold", "next_open_period"])
def test_the_hint_of_a_closed_period_names_no_policy_that_is_set(policy):
    """N07: with next_open_period the preference keeps the document out, so that is what it names."""
    hint = hints.of(error_codes.CATALOGUE["period_closed"], examples.connection(closed_period=policy))

    assert "Manage Accounting Periods" in hint
    assert f"to {policy}" not in hint
    assert f"or {policy}" not in hint
    assert ("Allow Transaction Date Outside" in hint) is (policy == "next_open_period")


def test_the_hint_of_a_missing_field_names_the_setting_that_fills_it_already():
    """N30: a constant that is already set would be a useless hint."""
    row = error_codes.CATALOGUE["missing_field"]
    fields = {"fields": {"invoice": {"location": "3"}}}
    filled = connection_files.connection(mapping=connection_files.FULL_MAPPING | fields)

    assert "correct mapping.fields.invoice.location" in hints.of(row, filled, "location")
    assert hints.of(row, filled, "department") == row.hint


def test_a_failure_of_the_script_itself_blames_no_script_of_the_account():
    """A JavaScript error is a defect of the RESTlet; no workflow of the account is its cause."""
    found = rejected(code="TypeError", message="cannot read property 'x' of null")

    assert (found.code, found.details["netsuite_code"]) == ("restlet_failed", "TypeError")
    assert found.hint.startswith("report it")

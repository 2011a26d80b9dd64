from __future__ import annotations

import pytest
from msgspec import structs

from consumer.netsuite import item_results
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Rejected,
    Throttled,
    Unavailable,
    Waiting,
)
from schemas import wire
from tests.support.connection_files import FULL_MAPPING
from tests.unit.netsuite import examples


def outcome_of(*answers: dict, items=None, envelope: dict | None = None, **changes):
    response = wire.Response.model_validate(examples.envelope(*answers, **(envelope or {})))
    return item_results.of_response(
        response, examples.request(*(items or (examples.item(),))), examples.connection(**changes)
    )


@pytest.mark.parametrize("status", ["created", "updated", "adopted", "voided"])
def test_a_write_is_delivered(status):
    """For every way in which NetSuite made the record exist."""
    found = outcome_of(examples.created(status=status))

    assert isinstance(found, Delivered)
    assert found.written[0].status == status


def test_what_was_there_already_is_told_apart():
    """
    Nothing had to be done.
    """
    assert isinstance(outcome_of(examples.created(status="exists")), AlreadyThere)


@pytest.mark.parametrize(
    ("record_type", "expected"),
    [
        ("customer", "customer"),
        ("invoice", "invoice"),
        ("creditmemo", "credit_note"),
        ("customerpayment", "payment"),
        ("salesorder", "sales_order"),
    ],
)
def test_written_record_bears_lagos_name(record_type, expected):
    """
    Consumers of results know Lago's objects, not NetSuite's record types.
    """
    found = outcome_of(examples.created(), items=[examples.item(record_type=record_type)])

    assert (found.written[0].object, found.written[0].netsuite_type) == (expected, record_type)


def test_written_record_carries_all_that_netsuite_said():
    """
    Ids, number, an absolute link, totals and warnings in words.
    """
    warnings = [{"code": "LAGO_FIELD_MISSING", "field": "custbody_x"}, "plain"]
    answer = examples.created(
        internalId=9981, number="ACME-1", url="/app/x.nl?id=9981", totals={"total": "1.48"}, warnings=warnings
    )

    written = outcome_of(answer).written[0]

    assert written.internal_id == "9981"
    assert (written.lago_id, written.external_id, written.number) == ("lago-1", "lago-inv-1", "ACME-1")
    assert written.url == "https://1234567-sb1.app.netsuite.com/app/x.nl?id=9981"
    assert written.totals == {"total": "1.48"}
    assert written.warnings == ("LAGO_FIELD_MISSING custbody_x", "plain")


@pytest.mark.parametrize("status", ["created", "exists"])
def test_an_invoice_whose_credit_is_pending_waits_for_the_memo(status):
    """It is written, but its balance is right only once the memo is applied."""
    credit = {"doc": {"externalId": "lago-cn-7"}, "amount": "50.00"}
    item = structs.replace(examples.item(), apply_credits=(credit,))
    warning = {"code": "LAGO_CREDIT_PENDING", "message": "lago-cn-7 is not in NetSuite yet."}

    found = outcome_of(examples.created(status=status, warnings=[warning]), items=[item])

    message = "LAGO_CREDIT_PENDING: lago-cn-7 is not in NetSuite yet."
    assert found == Waiting(on="lago-cn-7", message=message, missing="credit_note:7", stands=True)


CUSTOMER_AND_INVOICE = [examples.item("1", "customer"), examples.item("2", "invoice")]


def test_one_new_record_among_known_ones_is_a_delivery():
    """
    Both records are reported, in the order they were sent.
    """
    answers = [examples.created("2"), examples.created("1", status="exists")]

    found = outcome_of(*answers, items=CUSTOMER_AND_INVOICE)

    assert isinstance(found, Delivered)
    assert [(one.object, one.status) for one in found.written] == [
        ("customer", "exists"),
        ("invoice", "created"),
    ]


def test_first_item_that_was_not_written_decides():
    """
    The invoice only failed because its customer did: the customer's error is the one to fix.
    """
    customer = examples.failed("1", code="USER_ERROR", **{"class": "missing_field"})
    invoice = examples.failed("2", code="LAGO_DEPENDENCY_FAILED", **{"class": "dependency"})

    found = outcome_of(customer, invoice, items=CUSTOMER_AND_INVOICE)

    assert isinstance(found, Rejected)
    assert (found.code, found.details["netsuite_code"]) == ("missing_field", "USER_ERROR")


@pytest.mark.parametrize(
    ("group", "retryable", "code", "expected"),
    [
        ("rate", True, "SSS_REQUEST_LIMIT_EXCEEDED", Throttled),
        ("governance", True, "SSS_USAGE_LIMIT_EXCEEDED", Throttled),
        ("governance", False, "SSS_USAGE_LIMIT_EXCEEDED", Rejected),
        ("transient", True, "RCRD_HAS_BEEN_CHANGED", Ambiguous),
        ("auth", False, "INVALID_LOGIN_ATTEMPT", AccountDown),
        ("unknown", True, "UNEXPECTED_ERROR", Ambiguous),
        ("unknown", False, "X", Rejected),
        ("unknown", False, "ACCT_TEMP_UNAVAILABLE", Unavailable),
        ("unknown", False, "MODULE_DOES_NOT_EXIST", AccountDown),
        ("dependency", True, "LAGO_REFERENCE_NOT_FOUND", Waiting),
        ("permission", False, "A_PERMISSION_OF_TOMORROW", Waiting),
        *[
            (group, False, "X", Rejected)
            for group in (
                "duplicate", "missing_field", "invalid_reference", "tax", "state", "validation",
                "config", "a_class_of_tomorrow",
            )
        ],
    ],
)  # fmt: skip
def test_class_of_an_items_error_decides(group, retryable, code, expected):
    """
    The script has sorted its errors; each class has one outcome.
    """
    found = outcome_of(examples.failed(code=code, retryable=retryable, **{"class": group}))

    assert isinstance(found, expected)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("INSUFFICIENT_PERMISSION", "permission"),
        ("SSS_INVALID_SRCH_COL", "config"),
        ("SSS_INVALID_SRCH_OPERATOR", "unknown"),
        ("INVALID_RCRD_TYPE", "config"),
        ("FEATURE_DISABLED", "config"),
        ("LAGO_TYPE_NOT_SUPPORTED", "config"),
    ],
)
def test_what_all_documents_of_a_kind_lack_is_no_records_refusal(code, group):
    """N23: the kind waits for a person, and each of its records has the refusal ready for when time is up."""
    found = outcome_of(examples.failed(code=code, message="TRAN_CUSTPYMT", **{"class": group}))

    assert isinstance(found, Waiting)
    assert found.kind == "invoice"
    assert found.hold is not None
    assert found.hold.max_age_s == 45 * 86_400
    assert found.hold.refusal.message == f"NetSuite refuses every invoice with {code}: TRAN_CUSTPYMT"
    assert found.hold.refusal.details["kind"] == "invoice"
    assert found.hold.refusal.hint


def test_a_record_that_the_role_may_not_see_is_that_records_own_matter():
    """As by a subsidiary it is kept from: others of the kind get through."""
    error = {"code": "PERMISSION_VIOLATION", "class": "permission"}

    assert isinstance(outcome_of(examples.failed(**error)), Rejected)


def test_tax_details_in_an_account_without_suitetax_stop_the_connection():
    """Each document would be refused, so nothing is settled, and the sentence names each such setting."""
    mapping = FULL_MAPPING | {
        "tax": {"mode": "none"},
        "billing_entities": {"acme_us": {"tax": {"mode": "suitetax"}}, "acme_fr": {"subsidiary": "4"}},
    }
    text = "The document has tax details, and this account has no SuiteTax to take them."
    error = {"code": "LAGO_SUITETAX_OFF", "class": "config", "message": text}

    found = outcome_of(examples.failed(**error), mapping=mapping)

    assert found == AccountDown(
        reason=(
            f"NetSuite refuses connection netsuite-eu with LAGO_SUITETAX_OFF: {text.rstrip('.')}: "
            "set mapping.billing_entities.acme_us.tax.mode to legacy, tax_line or none"
        )
    )


def test_legacy_tax_in_an_account_with_suitetax_stops_the_connection():
    """Once, by a code of its own, instead of a wrong total of every document."""
    error = {"code": "LAGO_SUITETAX_ON", "class": "config", "message": "No."}

    found = outcome_of(
        examples.failed(**error), mapping=FULL_MAPPING | {"tax": {"mode": "legacy", "code": "1"}}
    )

    assert isinstance(found, AccountDown)
    assert "LAGO_SUITETAX_ON: No: set mapping.tax.mode to suitetax, tax_line or none" in found.reason


def test_the_default_tax_mode_is_named_as_well():
    """It counts though the file does not say so."""
    found = outcome_of(
        examples.failed(code="LAGO_SUITETAX_OFF", **{"class": "config"}), mapping=FULL_MAPPING | {"tax": None}
    )

    assert isinstance(found, AccountDown)
    assert "set mapping.tax.mode to legacy" in found.reason


def test_rejection_carries_what_a_person_needs():
    """
    A stable code and NetSuite's, its sentence, where it happened, and what to do.
    """
    error = {"code": "USER_ERROR", "class": "missing_field", "message": "Please enter: Location", "line": 3}

    found = outcome_of(examples.failed(field="location", **error))

    assert isinstance(found, Rejected)
    assert (found.code, found.message) == ("missing_field", "Please enter: Location")
    assert found.details == {
        "class": "missing_field", "field": "location", "line": "3", "netsuite_code": "USER_ERROR",
    }  # fmt: skip
    assert "mapping.fields" in found.hint


def test_differing_totals_are_rejected_by_our_own_code():
    """
    Nothing whose total differs from Lago's is posted.
    """
    error = {"code": "LAGO_TOTAL_MISMATCH", "class": "total_mismatch", "message": "1.48 is not 1.49"}

    found = outcome_of(examples.failed(**error))

    assert isinstance(found, Rejected)
    assert (found.code, found.message) == ("total_mismatch", "1.48 is not 1.49")


@pytest.mark.parametrize(
    ("policy", "expected"), [("hold", Waiting), ("next_open_period", Rejected), ("reject", Rejected)]
)
def test_closed_period_is_waited_for_only_when_the_connection_says_so(policy, expected):
    """
    The policy `hold` keeps the document until the period is opened.
    """
    error = {"code": "TRAN_PERIOD_CLOSED", "class": "period_closed", "message": "closed"}

    found = outcome_of(examples.failed(**error), closed_period=policy)

    assert isinstance(found, expected)
    if isinstance(found, Waiting):
        assert found.on == "accounting period"
        assert found.hold is not None
        assert found.hold.max_age_s == 45 * 86_400


@pytest.mark.parametrize("policy", ["hold", "reject"])
def test_a_closed_period_is_named_by_its_date_and_by_its_name_where_the_script_says_it(policy):
    """NetSuite's own words name neither."""
    item = examples.item(trandate="2026-06-30")
    error = {"code": "TRAN_PERIOD_CLOSED", "class": "period_closed", "message": "No.", "period": "Jun 2026"}

    found = outcome_of(examples.failed(**error), items=[item], closed_period=policy)

    refusal = found.hold.refusal if isinstance(found, Waiting) else found
    assert refusal.code == "period_closed"
    assert refusal.message == "the accounting period of 2026-06-30 (Jun 2026) is closed: No."
    assert (refusal.details["date"], refusal.details["period"]) == ("2026-06-30", "Jun 2026")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"field": "entity"}, "entity lago-cus-9a"),
        ({"field": "doc", "line": 1}, "doc lago-inv-8"),
        ({"field": "nowhere"}, "nowhere"),
        ({}, "a record this one refers to"),
    ],
)
def test_missing_record_is_named_by_the_reference_we_sent(error, expected):
    """
    The outcome names the record that it waits for.
    """
    record = {
        "type": "customerpayment",
        "columns": {"entity": {"externalId": "lago-cus-9a"}},
        "lines": [
            {"lineItems": [{"doc": {"externalId": "lago-inv-7"}}, {"doc": {"externalId": "lago-inv-8"}}]}
        ],
    }
    sent = wire.WriteItem(
        ref="1",
        mode="create_or_get",
        external_id="e",
        lago_id="l",
        version="v",
        fingerprint="f",
        record=record,
    )

    found = outcome_of(examples.failed(**{"class": "dependency"} | error), items=[sent])

    assert isinstance(found, Waiting)
    assert found.on == expected


def test_conflict_is_rejected():
    """
    A finalised document is never overwritten.
    """
    found = outcome_of(
        {"ref": "1", "status": "conflict", "error": {"code": "LAGO_CONFLICT", "message": "a is not b"}}
    )

    assert isinstance(found, Rejected)
    assert (found.code, found.message) == ("conflict", "a is not b")


def test_skipped_item_is_throttled():
    """
    Units or time ran out before its turn; sending it again is always right.
    """
    assert outcome_of({"ref": "1", "status": "skipped"}) == Throttled(reason="skipped", by="script")


@pytest.mark.parametrize(
    ("answers", "envelope"),
    [
        ([], {}),
        ([examples.created("another")], {}),
        ([examples.created(internalId=None)], {}),
        ([examples.created()], {"request_id": "somebody-elses"}),
    ],
)
def test_answer_that_leaves_an_item_open_is_ambiguous(answers, envelope):
    """
    It concerns this request only, and a repeat of the same call shows it.
    """
    assert isinstance(outcome_of(*answers, envelope=envelope), Ambiguous)


@pytest.mark.parametrize(
    "account",
    [
        {"id": "1234567", "environment": "SANDBOX"},
        {"id": "1234567_SB2", "environment": "SANDBOX"},
        {"id": "1234567_SB1", "environment": "PRODUCTION"},
    ],
)
def test_other_account_or_environment_stops_the_connection(account):
    """
    However well the items went, they went to the wrong place.
    """
    found = outcome_of(examples.created(), envelope={"account": account})

    assert isinstance(found, AccountDown)
    assert "1234567_SB1 (sandbox)" in found.reason
    assert f"{account['id']} ({account['environment'].lower()})" in found.reason


@pytest.mark.parametrize("account", [{"id": "1234567-sb1", "environment": "sandbox"}, {}])
def test_same_account_in_another_spelling_is_the_same(account):
    """
    Neither the spelling of the id nor a script that returns no account stops the work.
    """
    assert isinstance(outcome_of(examples.created(), envelope={"account": account}), Delivered)


@pytest.mark.parametrize(
    ("code", "group", "published"),
    [
        ("LAGO_OVERAPPLIED", "state", "overapplied"),
        ("LAGO_VOID_OF_PAID_INVOICE", "state", "void_of_paid_invoice"),
        ("LAGO_CURRENCY_MISMATCH", "state", "not_applicable"),
        ("LAGO_NOT_APPLICABLE", "state", "not_applicable"),
        ("LAGO_CUSTOMER_MISMATCH", "invalid_reference", "not_applicable"),
        ("LAGO_LINK_NOT_FOUND", "config", "link_not_found"),
        ("LAGO_LINK_TAKEN", "config", "link_taken"),
        ("LAGO_CURRENCY_NOT_ON_CUSTOMER", "config", "currency_not_on_customer"),
        ("INVALID_RCRD_TRANSFRM", "config", "INVALID_RCRD_TRANSFRM"),
    ],
)
def test_what_the_books_or_the_setup_forbid_is_rejected(code, group, published):
    """
    The classes state and config need a person; NetSuite's own codes stay as they are.
    """
    found = outcome_of(examples.failed(code=code, **{"class": group}))

    assert isinstance(found, Rejected)
    assert found.code == published
    assert found.details["class"] == group


def test_a_void_waits_for_its_invoice_by_name():
    """
    The invoice is named by the item itself; no field refers to it.
    """
    error = {"code": "LAGO_REFERENCE_NOT_FOUND", "class": "dependency", "field": "external_id"}

    assert outcome_of(examples.failed(**error)).on == "invoice lago-inv-1"


def test_a_spent_credit_waits_for_its_memo_by_name():
    """Credits are on the item, beside the record."""
    credits_ = tuple({"doc": {"externalId": f"lago-cn-{number}"}, "amount": "1.00"} for number in (1, 2))
    error = {"code": "LAGO_REFERENCE_NOT_FOUND", "class": "dependency", "field": "apply_credits", "line": 1}

    found = outcome_of(
        examples.failed(**error), items=[structs.replace(examples.item(), apply_credits=credits_)]
    )

    assert found.on == "apply_credits lago-cn-2"


@pytest.mark.parametrize(
    ("warning", "words"),
    [
        ({"code": "LAGO_UNAPPLIED", "amount": "12.00"}, "LAGO_UNAPPLIED 12.00"),
        (
            {"code": "LAGO_POSTED_IN", "field": "postingperiod", "period": "Jul 2026"},
            "LAGO_POSTED_IN postingperiod Jul 2026",
        ),
        ({"code": "LAGO_VOIDED_BY_MEMO", "message": "credit memo 7"}, "LAGO_VOIDED_BY_MEMO credit memo 7"),
    ],
)
def test_a_warning_says_amounts_and_periods(warning, words):
    """
    Results carry warnings as words.
    """
    assert outcome_of(examples.created(warnings=[warning])).written[0].warnings == (words,)


def test_an_answer_to_a_look_up_is_none_to_a_write():
    """
    Only a repeat of the same call shows whether the record is written.
    """
    assert isinstance(outcome_of({"ref": "1", "status": "missing"}), Ambiguous)


@pytest.mark.parametrize("policy", ["hold", "reject"])
def test_what_settles_a_pending_invoice_is_held_for_as_long_as_people_may_take(policy):
    """
    Approval is an act of a person: the budget of dependencies ends after hours.
    """
    message = "invoice ACME-1 (7) is pending approval in NetSuite, and nothing can be applied to it before."
    error = {"code": "LAGO_PENDING_APPROVAL", "class": "dependency", "message": message, "retryable": True}

    found = outcome_of(examples.failed(**error), closed_period=policy, hold_max_days=3)

    assert isinstance(found, Waiting)
    assert (found.on, found.stands, found.hold.max_age_s) == ("approval of the invoice", False, 3 * 86_400)
    assert message in found.message
    assert found.hold.refusal.code == "pending_approval"
    assert "Approval Routing" in found.hold.refusal.hint


def test_an_invoice_that_waits_for_its_own_approval_to_spend_a_credit_stands():
    """
    Only the credit is outstanding.
    """
    credit = {"doc": {"externalId": "lago-cn-7"}, "amount": "50.00"}
    error = {"code": "LAGO_PENDING_APPROVAL", "class": "dependency"}

    found = outcome_of(
        examples.failed(**error), items=[structs.replace(examples.item(), apply_credits=(credit,))]
    )

    assert found.stands is True

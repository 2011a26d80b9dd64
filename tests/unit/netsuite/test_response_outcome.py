from __future__ import annotations

import ssl
from datetime import UTC, datetime

import httpx
import pytest

from consumer.netsuite import http_response, response_outcome
from consumer.outcome import AccountDown, Ambiguous, Delivered, Rejected, Throttled, Unavailable
from schemas.error_codes import BY_NETSUITE_CODE
from tests.unit.netsuite import examples

THROTTLED = [
    "SSS_REQUEST_LIMIT_EXCEEDED",
    "CONCURRENCY_LIMIT_EXCEEDED",
    "EXCEEDED_MAX_CONCUR_RQST",
    "SSS_QUEUE_LIMIT_EXCEEDED",
    "SSS_APP_SERVER_RESTART",
]
AMBIGUOUS = [
    "SSS_SEARCH_TIMEOUT",
    "SEARCH_TIMED_OUT",
    "SSS_REQUEST_TIME_EXCEEDED",
    "SSS_CONNECTION_TIME_OUT",
    "UNEXPECTED_ERROR",
    "RCRD_HAS_BEEN_CHANGED",
    "CUSTOM_RECORD_COLLISION",
    "RCRD_EDITED_SINCE_RETRIEVED",
    "JS_EXCEPTION",
]
ACCOUNT_DOWN = [
    "SSS_INVALID_SCRIPTLET_ID",
    "INVALID_LOGIN_ATTEMPT",
    "INVALID_LOGIN_CREDENTIALS",
    "INVALID_REQUEST",
    "TWO_FA_REQD",
    "INSUFFICIENT_PERMISSION",
    "SSS_METHOD_NOT_IMPLEMENTED",
    "LAGO_VERSION_NOT_SUPPORTED",
    "LAGO_BAD_ENVELOPE",
    "MODULE_DOES_NOT_EXIST",
    "SYNTAX_ERROR",
    "INVALID_RETURN_DATA_FORMAT",
    "INVALID_RCRD_TYPE",
    "INSUFFICIENT_FLD_PERMISSION",
    "SSS_INVALID_SRCH_COL",
    "invalid_grant",
    "invalid_client",
    "invalid_request",
]
TOO_BIG = [
    "SSS_USAGE_LIMIT_EXCEEDED",
    "SSS_TIME_LIMIT_EXCEEDED",
    "SSS_INSTRUCTION_COUNT_EXCEEDED",
    "SSS_STATEMENT_COUNT_EXCEEDED",
    "SSS_MEMORY_USAGE_EXCEEDED",
]
ABOUT_NO_RECORD = [
    "ACCT_TEMP_UNAVAILABLE",
    "SSS_MISSING_REQD_ARGUMENT",
    "SSS_INVALID_TYPE_ARG",
    "WRONG_PARAMETER_TYPE",
    "SSS_INVALID_API_USAGE",
    "SSS_INVALID_SUBLIST_OPERATION",
    "SSS_RECORD_TYPE_MISMATCH",
    "RCRD_DELETED_SINCE_RETRIEVED",
    "RCRD_LOCKED_BY_WF",
    "UNIQUE_CUST_EMAIL_REQD",
    "DUP_ENTITY_EMAIL",
    "RCRD_DSNT_EXIST",
    "INVALID_KEY_OR_REF",
    "INVALID_FLD_VALUE",
    "USER_ERROR",
    "MISSING_REQD_FLD",
    "FIELD_REQD",
    "LOCATION_REQD",
    "CRNCY_REQD",
    "TRAN_DATE_REQD",
    "VALID_LINE_ITEM_REQD",
    "PERMISSION_VIOLATION",
    "VALID_PRD_REQD",
    "TRAN_PERIOD_CLOSED",
    "CLOSED_TRAN_PRD",
    "TRANS_EDIT_DISALLWD",
    "TRAN_PRD_CLOSED",
    "INVALID_TRANS_SUB_ENTITY",
    "INVALID_TRANS_SUB_ITEM",
    "INVALID_TRANS_SUB_ACCT",
    "INVALID_TRANS_SUB_CLASS",
    "INVALID_TRANS_SUB_DEPT",
    "INVALID_TRANS_SUB_LOC",
    "INVALID_TRANSACTION_DATE",
    "INVALID_TRANSACTIO_DATE",
    "INVALID_TRANS_AMT",
    "INVALID_TRANS_TYP",
    "CANT_VOID_TRANS",
    "CANT_MODIFY_VOID_TRANS",
    "TRANS_ALREADY_VOIDED",
    "VOIDING_REVERSAL_DISALLWD",
    "VOID_FAILED",
    "TRANS_IN_USE",
    "CANT_DELETE_CHILD_RCRDS_EXIST",
    "CANT_DELETE_CHILD_RCRD_FOUND",
    "SO_HAS_CHILD_TRANS",
    "TRANS_APPLIED_AMTS_UNBALNCD",
    "TRANS_UNBALNCD",
    "TRANS_FORGN_CRNCY_MISMATCH",
    "EXCEEDED_MAX_TRANS_LINES",
    "EXCEEDED_MAX_FIELD_LENGTH",
    "STORAGE_LIMIT_EXCEEDED",
    "TAX_CODE_REQD",
    "TAX_SETUP_REQD",
    "NEXUS_REQD",
    "DUP_RCRD",
    "DUP_ENTITY",
    "SSS_AUTHORIZATION_HEADERS_NOT_ALLOWED",
    "NEVER_HEARD_OF_IT",
]
PAGE = b"<html><head><title>Sorry</title></head></html>"


def judged(
    status: int, body: bytes = b"", items: int = 1, **changes: object
) -> response_outcome.ResponseOutcome:
    request = examples.request(*(examples.item(str(ref)) for ref in range(items)))
    got = http_response.HttpResponse(
        status=status, body=body, retry_after_s=changes.pop("retry_after_s", None)
    )
    return response_outcome.of_write(got, request, examples.connection(**changes))


@pytest.mark.parametrize("code", THROTTLED)
def test_refusals_for_concurrency_are_throttled_and_worth_repeating(code):
    """
    The account had no place for the call; whatever the status, the script did not run.
    """
    found = [judged(status, examples.platform_error(code)) for status in (400, 403, 500)]

    assert all(isinstance(one.outcome, Throttled) for one in found)
    assert all(one.repeat for one in found)


@pytest.mark.parametrize("code", AMBIGUOUS)
def test_errors_behind_which_something_may_stand_are_ambiguous(code):
    """
    The script ran, so only a repeat of the same call shows what is written.
    """
    found = judged(400, examples.platform_error(code))

    assert isinstance(found.outcome, Ambiguous)
    assert found.repeat is False


def test_an_error_with_an_empty_code_is_named_by_its_status():
    """Or people would read an empty reason."""
    assert judged(400, examples.platform_error("", "")).outcome == Ambiguous(reason="HTTP_400")


@pytest.mark.parametrize("code", ACCOUNT_DOWN)
def test_errors_of_login_role_and_script_stop_the_account(code):
    """
    The sentence names the connection, NetSuite's code and what to check.
    """
    found = judged(400, examples.platform_error(code, "Go away."))

    assert isinstance(found.outcome, AccountDown)
    start = f"NetSuite refuses connection netsuite-eu with {code}: Go away (HTTP 400): "
    assert found.outcome.reason.startswith(start)
    assert len(found.outcome.reason) > len(start)


@pytest.mark.parametrize("code", TOO_BIG)
def test_exhausted_limits_reject_a_single_item_and_are_repeated_for_several(code):
    """Items saved before the limit remain saved: a repeat of several has fewer to write."""
    error = examples.platform_error(code)

    assert isinstance(judged(400, error, items=1).outcome, Rejected)
    assert isinstance(judged(400, error, items=2).outcome, Ambiguous)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", ABOUT_NO_RECORD)
def test_an_error_of_the_platform_is_about_no_record_whichever_its_code(code, status):
    """
    N02: the RESTlet answers refusals of records in its envelope, so nothing may be settled by these.
    """
    found = judged(status, examples.platform_error(code, "Because."))

    assert isinstance(found.outcome, Unavailable)
    assert found.outcome.reason.startswith(f"{code}: Because.")
    assert found.code == code


@pytest.mark.parametrize("items", [1, 2])
def test_what_the_platform_answers_outside_of_the_envelope_settles_no_record(items):
    """
    N02: of all codes that the table knows only exhausted limits can be one record's fault, alone in its call.
    """
    for code, row in BY_NETSUITE_CODE.items():
        outcome = judged(400, examples.platform_error(code), items=items).outcome
        is_own_fault = row.effect == "too_big" and items == 1
        assert isinstance(outcome, Rejected) is is_own_fault, code


@pytest.mark.parametrize(
    ("status", "body", "expected", "repeat"),
    [
        (200, PAGE, Unavailable, True),
        (200, b"", AccountDown, False),
        (200, b'{"id": 7}', AccountDown, False),
        (200, b'"7"', AccountDown, False),
        (204, b"", AccountDown, False),
        (200, examples.platform_error("UNEXPECTED_ERROR"), Ambiguous, False),
        (301, b"", AccountDown, False),
        (302, b"", AccountDown, False),
        (307, PAGE, AccountDown, False),
        (400, b"", Ambiguous, False),
        (400, PAGE, Unavailable, True),
        (401, b"", AccountDown, False),
        (401, examples.platform_error("USER_ERROR"), AccountDown, False),
        (403, b"", AccountDown, False),
        (403, PAGE, AccountDown, False),
        (402, b"", AccountDown, False),
        (402, PAGE, AccountDown, False),
        (404, PAGE, AccountDown, False),
        (405, b"", AccountDown, False),
        (408, b"", Ambiguous, False),
        (409, b"", Unavailable, True),
        (410, b"", AccountDown, False),
        (413, b"", Rejected, False),
        (418, b"", Unavailable, True),
        (418, PAGE, Unavailable, True),
        (418, examples.platform_error("NOBODY_KNOWS"), Unavailable, True),
        (421, b"", AccountDown, False),
        (422, b'{"detail": "no"}', Unavailable, True),
        (431, b"", Unavailable, True),
        (451, b"", AccountDown, False),
        (451, PAGE, AccountDown, False),
        (451, examples.platform_error("NOBODY_KNOWS"), AccountDown, False),
        (499, b"", Unavailable, True),
        (415, b"", AccountDown, False),
        (429, b"", Throttled, True),
        (500, b"", Ambiguous, False),
        (500, examples.platform_error("USER_ERROR"), Ambiguous, False),
        (500, examples.platform_error("INVALID_LOGIN_ATTEMPT"), AccountDown, False),
        (502, PAGE, Ambiguous, True),
        (503, PAGE, Unavailable, True),
        (503, b"", Unavailable, True),
        (504, b"", Ambiguous, False),
        (500, examples.body(examples.envelope(examples.created())), Ambiguous, False),
    ],
)
def test_statuses_without_a_code_that_knows_better(status, body, expected, repeat):
    """
    Every status has its outcome, and only what is safe and soon over is worth repeating at once.
    """
    found = judged(status, body)

    assert isinstance(found.outcome, expected)
    assert found.repeat is repeat


@pytest.mark.parametrize(
    ("status", "body", "is_answer"),
    [
        (500, examples.platform_error("UNEXPECTED_ERROR"), True),
        (500, examples.platform_error("USER_ERROR"), True),
        (400, examples.platform_error("RCRD_HAS_BEEN_CHANGED"), True),
        (500, examples.platform_error("NOBODY_KNOWS"), False),
        (500, b"", False),
        (502, PAGE, False),
    ],
)
def test_an_error_with_a_code_of_netsuites_is_its_own_answer(status, body, is_answer):
    """
    The account works then, so that the time counts for the record (N25: an hour, and not a day).
    """
    outcome = judged(status, body).outcome

    assert isinstance(outcome, Ambiguous)
    assert outcome.is_answer is is_answer


@pytest.mark.parametrize(
    ("error", "expected", "repeat"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), Unavailable, True),
        (httpx.ConnectTimeout(""), Unavailable, True),
        (httpx.PoolTimeout(""), Unavailable, True),
        (httpx.ProxyError(""), Unavailable, True),
        (httpx.UnsupportedProtocol(""), AccountDown, False),
        (httpx.LocalProtocolError("Illegal header value b'Bearer hush'"), AccountDown, False),
        (httpx.WriteTimeout(""), Ambiguous, False),
        (httpx.WriteError(""), Ambiguous, False),
        (httpx.ReadTimeout(""), Ambiguous, False),
        (httpx.ReadError(""), Ambiguous, False),
        (httpx.CloseError(""), Ambiguous, False),
        (httpx.RemoteProtocolError("Server disconnected"), Ambiguous, False),
        (httpx.DecodingError(""), Ambiguous, False),
        (httpx.InvalidURL("too long"), AccountDown, False),
        (ssl.SSLError("bad record mac"), Ambiguous, False),
        (ConnectionResetError(), Ambiguous, False),
        (TimeoutError(), Ambiguous, False),
    ],
)
def test_exceptions_before_and_after_sending(error, expected, repeat):
    """Before the request was sent nothing can be written; afterwards it is unknown. No header is quoted."""
    found = response_outcome.of_exception(error, examples.connection())

    assert isinstance(found.outcome, expected)
    assert found.repeat is repeat
    assert "hush" not in found.outcome.reason


def test_unresolvable_host_is_named_by_its_cause():
    """
    The log contains the reason why there is no connection.
    """
    found = response_outcome.of_exception(
        httpx.ConnectError("[Errno -2] Name not known"), examples.connection()
    )

    assert found.outcome == Unavailable(reason="ConnectError: [Errno -2] Name not known")


def test_waiting_time_that_was_asked_for_is_passed_on():
    """
    Retry-After reaches the engine with the outcome.
    """
    found = judged(429, retry_after_s=7.0)

    assert found.outcome == Throttled(reason="HTTP_429", retry_after_s=7.0)
    assert found.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("5", 5.0),
        ("Sat, 01 Aug 2026 00:00:30 GMT", 30.0),
        ("Fri, 31 Jul 2026 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("9" * 400, float("inf")),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, expected):
    """
    Both forms of RFC 9110 are understood; the past means now; nonsense means nothing.
    """
    assert http_response.retry_after({"retry-after": header}, datetime(2026, 8, 1, tzinfo=UTC)) == expected


def test_written_items_are_delivered():
    """
    The envelope of a success is a success.
    """
    found = judged(200, examples.body(examples.envelope(examples.created("0"))))

    assert isinstance(found.outcome, Delivered)
    assert found.is_success


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, b'{"error":"invalid_grant"}', AccountDown),
        (400, b'{"error":"something_new"}', AccountDown),
        (400, b"", AccountDown),
        (401, b"", AccountDown),
        (404, b"", AccountDown),
        (429, b"", Throttled),
        (500, b"", Unavailable),
        (502, PAGE, Unavailable),
        (503, PAGE, Unavailable),
        (200, b"{}", AccountDown),
    ],
)
def test_failed_login_is_never_ambiguous_and_never_about_a_record(status, body, expected):
    """
    Nothing was written yet: either the account refuses us, or it cannot be reached.
    """
    found = response_outcome.of_login(
        http_response.HttpResponse(status=status, body=body), examples.connection()
    )

    assert isinstance(found.outcome, expected)


def test_wrong_account_is_named_with_the_right_one():
    """
    One sentence holds both accounts, both environments and the place to correct.
    """
    connection = examples.connection().with_lines({"account_id": "connections.yaml:5"})
    elsewhere = {"id": "7654321", "environment": "PRODUCTION"}
    got = http_response.HttpResponse(status=200, body=examples.body(examples.envelope(account=elsewhere)))

    found = response_outcome.of_ping(got, connection)

    assert isinstance(found, response_outcome.ResponseOutcome)
    assert found.outcome == AccountDown(
        reason="connection netsuite-eu is for account 1234567_SB1 (sandbox), but restlet_url leads to "
        "7654321 (production): correct account_id, environment or restlet_url at connections.yaml:5",
        is_elsewhere=True,
    )

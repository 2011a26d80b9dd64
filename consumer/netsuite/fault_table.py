"""
The one table from whatever can go wrong on the way to NetSuite to the outcome it stands for.

Codes and statuses are Oracle's (help page section_4634920277 and the SOAP error list); messages are
translated to the user's language, so nothing here ever looks at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import httpx

from consumer.netsuite import hints


class Kind(Enum):
    """Which outcome a fault stands for."""

    THROTTLED = auto()
    UNAVAILABLE = auto()
    AMBIGUOUS = auto()
    ACCOUNT_DOWN = auto()
    TOO_BIG = auto()
    REJECTED = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One row of the table.

    Attributes:
        hint: what to change and where; empty when waiting is all there is to do.
    """

    kind: Kind
    hint: str = ""


_CODES_BY_KIND: dict[Kind, dict[str, str]] = {
    Kind.THROTTLED: {
        """
        SSS_REQUEST_LIMIT_EXCEEDED CONCURRENCY_LIMIT_EXCEEDED EXCEEDED_MAX_CONCUR_RQST
        SSS_QUEUE_LIMIT_EXCEEDED SSS_APP_SERVER_RESTART
        """: "",
    },
    # The script ran, so something may stand. Duplicates belong here: the repeat finds what is there.
    Kind.AMBIGUOUS: {
        """
        UNEXPECTED_ERROR JS_EXCEPTION RCRD_HAS_BEEN_CHANGED CUSTOM_RECORD_COLLISION
        RCRD_EDITED_SINCE_RETRIEVED SSS_SEARCH_TIMEOUT SEARCH_TIMED_OUT SSS_REQUEST_TIME_EXCEEDED
        SSS_CONNECTION_TIME_OUT DUP_RCRD DUP_ENTITY UNIQUE_CUST_ID_REQD UNIQUE_RCRD_ID_REQD
        DUP_CSTM_RCRD_ENTRY DUP_ITEM DUP_TRANS
        """: "",
    },
    Kind.TOO_BIG: {
        """
        SSS_USAGE_LIMIT_EXCEEDED SSS_TIME_LIMIT_EXCEEDED SSS_INSTRUCTION_COUNT_EXCEEDED
        SSS_STATEMENT_COUNT_EXCEEDED SSS_MEMORY_USAGE_EXCEEDED
        """: hints.SPLIT,
    },
    Kind.ACCOUNT_DOWN: {
        "INVALID_LOGIN_ATTEMPT INVALID_LOGIN_CREDENTIALS INVALID_REQUEST TWO_FA_REQD": hints.LOGIN,
        "invalid_grant invalid_client invalid_request unauthorized_client": hints.CERTIFICATE,
        "SSS_INVALID_SCRIPTLET_ID": hints.DEPLOYMENT,
        "SSS_METHOD_NOT_IMPLEMENTED LAGO_VERSION_NOT_SUPPORTED LAGO_UNKNOWN_OPERATION": hints.CONTRACT,
        "INSUFFICIENT_PERMISSION": hints.ROLE,
    },
    Kind.REJECTED: {
        "INVALID_KEY_OR_REF RCRD_DSNT_EXIST INVALID_RCRD_TYPE": hints.REFERENCE,
        """
        USER_ERROR MISSING_REQD_FLD FIELD_REQD LOCATION_REQD CRNCY_REQD TRAN_DATE_REQD VALID_LINE_ITEM_REQD
        """: hints.FIELD,
        """
        VALID_PRD_REQD TRAN_PERIOD_CLOSED CLOSED_TRAN_PRD TRANS_EDIT_DISALLWD TRAN_PRD_CLOSED
        INVALID_TRANSACTION_DATE INVALID_TRANSACTIO_DATE
        """: hints.PERIOD,
        """
        INVALID_TRANS_SUB_ENTITY INVALID_TRANS_SUB_ITEM INVALID_TRANS_SUB_ACCT INVALID_TRANS_SUB_CLASS
        INVALID_TRANS_SUB_DEPT INVALID_TRANS_SUB_LOC
        """: hints.SUBSIDIARY,
        "TAX_CODE_REQD TAX_SETUP_REQD NEXUS_REQD": hints.TAX,
        "INSUFFICIENT_FLD_PERMISSION PERMISSION_VIOLATION": hints.ROLE,
    },
}
_CODES = {
    code: Fault(kind, what_to_do)
    for kind, rows in _CODES_BY_KIND.items()
    for codes, what_to_do in rows.items()
    for code in codes.split()
}

_STATUSES = {
    # No code beside it, so it is not known whether a script ran.
    400: Fault(Kind.AMBIGUOUS),
    401: Fault(Kind.ACCOUNT_DOWN, hints.LOGIN),
    402: Fault(Kind.ACCOUNT_DOWN, hints.BETWEEN),
    403: Fault(Kind.ACCOUNT_DOWN, f"{hints.ROLE}; {hints.DEPLOYMENT}"),
    404: Fault(Kind.ACCOUNT_DOWN, hints.DEPLOYMENT),
    405: Fault(Kind.ACCOUNT_DOWN, hints.CONTRACT),
    407: Fault(Kind.ACCOUNT_DOWN, hints.PROXY),
    408: Fault(Kind.AMBIGUOUS),
    410: Fault(Kind.ACCOUNT_DOWN, hints.DEPLOYMENT),
    413: Fault(Kind.TOO_BIG, hints.SPLIT),
    415: Fault(Kind.ACCOUNT_DOWN, hints.CONTRACT),
    421: Fault(Kind.ACCOUNT_DOWN, hints.HOST),
    429: Fault(Kind.THROTTLED),
    451: Fault(Kind.ACCOUNT_DOWN, hints.BETWEEN),
    503: Fault(Kind.UNAVAILABLE),
}

# First match wins, so subclasses stand before their parents. "Sent" is where the line runs: before it
# nothing can have been written, after it only the same call, repeated, can tell.
_EXCEPTIONS: tuple[tuple[type[Exception], Fault], ...] = (
    (httpx.ConnectTimeout, Fault(Kind.UNAVAILABLE)),
    (httpx.PoolTimeout, Fault(Kind.UNAVAILABLE)),
    (httpx.ConnectError, Fault(Kind.UNAVAILABLE)),
    (httpx.ProxyError, Fault(Kind.UNAVAILABLE)),
    (httpx.UnsupportedProtocol, Fault(Kind.ACCOUNT_DOWN, hints.HOST)),
    (httpx.InvalidURL, Fault(Kind.ACCOUNT_DOWN, hints.HOST)),
    (httpx.LocalProtocolError, Fault(Kind.ACCOUNT_DOWN, hints.HEADER)),
    (httpx.HTTPError, Fault(Kind.AMBIGUOUS)),
    # A deadline; or what TLS raises from a connection that is open already, which httpx lets through.
    (OSError, Fault(Kind.AMBIGUOUS)),
)


def of_code(code: str) -> Fault | None:
    """Look up NetSuite's own code; None for one that the table does not know."""
    return _CODES.get(code)


def of_status(status: int) -> Fault:
    """
    Look up an HTTP status other than success.

    Redirects come from a host that does not serve the account and are never followed with a signed header.
    405 and 415 concern the deployed script and thus every record, so they stop the account, not the record.

    A RESTlet's own refusals have status 400. Any other of the 4xx that is not listed comes from what stands
    before it, and is never a record's fault: the call was not carried out. It is `UNAVAILABLE` and not
    `ACCOUNT_DOWN`, because a filter may dislike one document only, and that must not stop the others.
    """
    if status in _STATUSES:
        return _STATUSES[status]
    if 300 <= status < 400:
        return Fault(Kind.ACCOUNT_DOWN, hints.HOST)
    return Fault(Kind.UNAVAILABLE, hints.BETWEEN) if 400 <= status < 500 else Fault(Kind.AMBIGUOUS)


def of_refusal(status: int, code: str | None) -> Fault:
    """
    Look up an answer by both its status and its code.

    Below 500 the code knows better, but at 401 and 403 none can make the refusal a matter of one record.
    A code that is not known rejects the record where RESTlets refuse records, at 400 and below.
    From 500 on a code may only say that the call was refused outright, as Lago takes
    ``INVALID_LOGIN_ATTEMPT`` at any status (getlago/lago-api ``invoices/create_service.rb``).
    """
    known = of_code(code) if code else None
    is_scripts = status == 400 or status < 300
    by_status = Fault(Kind.REJECTED) if is_scripts and code else of_status(status)
    if known is None:
        return by_status
    outright = known.kind in {Kind.THROTTLED, Kind.ACCOUNT_DOWN}
    return known if outright or status not in {401, 403, *range(500, 600)} else by_status


def of_exception(error: httpx.HTTPError | httpx.InvalidURL | OSError) -> Fault:
    """Look up what was raised instead of an answer."""
    return next(fault for kind, fault in _EXCEPTIONS if isinstance(error, kind))

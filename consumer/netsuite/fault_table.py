"""
The fault table: the outcome of each error code, HTTP status and exception of a call.

Codes are those of `schemas/error_codes`, statuses Oracle's (help page section_4634920277); messages are not
used, since NetSuite translates them to the user's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import httpx

from consumer.netsuite import hints
from schemas.error_codes import BY_NETSUITE_CODE
from schemas.error_codes.entry import Effect


class Kind(Enum):
    """The outcome of a fault."""

    THROTTLED = auto()
    UNAVAILABLE = auto()
    AMBIGUOUS = auto()
    ACCOUNT_DOWN = auto()
    TOO_BIG = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One row of the table.

    Attributes:
        kind: the outcome.
        hint: the fix; empty when only waiting helps.
        is_answer: NetSuite itself has responded with a code, and it is not about a record.
    """

    kind: Kind
    hint: str = ""
    is_answer: bool = False


_KINDS: dict[Effect, Kind] = {
    "throttled": Kind.THROTTLED,
    "unavailable": Kind.UNAVAILABLE,
    # The script ran, so a record may be written.
    "repeated": Kind.AMBIGUOUS,
    "too_big": Kind.TOO_BIG,
    "account": Kind.ACCOUNT_DOWN,
    # Outside of an item it is about the script as a whole.
    "kind": Kind.ACCOUNT_DOWN,
}
_CODES = {
    code: Fault(
        _KINDS[row.effect], row.hint if row.effect in {"account", "kind", "too_big"} else "", is_answer=True
    )
    for code, row in BY_NETSUITE_CODE.items()
    if row.effect in _KINDS
}

_STATUSES = {
    # Without a code it is unknown whether a script ran.
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

# The first match counts, so subclasses come before their parents. Before the request was sent nothing can be
# written; afterwards only a repeat of the same call shows whether it was.
_EXCEPTIONS: tuple[tuple[type[Exception], Fault], ...] = (
    (httpx.ConnectTimeout, Fault(Kind.UNAVAILABLE)),
    (httpx.PoolTimeout, Fault(Kind.UNAVAILABLE)),
    (httpx.ConnectError, Fault(Kind.UNAVAILABLE)),
    (httpx.ProxyError, Fault(Kind.UNAVAILABLE)),
    (httpx.UnsupportedProtocol, Fault(Kind.ACCOUNT_DOWN, hints.HOST)),
    (httpx.InvalidURL, Fault(Kind.ACCOUNT_DOWN, hints.HOST)),
    (httpx.LocalProtocolError, Fault(Kind.ACCOUNT_DOWN, hints.HEADER)),
    (httpx.HTTPError, Fault(Kind.AMBIGUOUS)),
    # A timeout; or an error of TLS on an open connection, which httpx does not wrap.
    (OSError, Fault(Kind.AMBIGUOUS)),
)


def of_code(code: str) -> Fault | None:
    """The fault of NetSuite's code; None for one that is about a record, or is not in the table."""
    return _CODES.get(code)


def of_status(status: int) -> Fault:
    """
    The fault of an HTTP status other than success.

    Redirects come from a host that does not serve the account, and are never followed with a signed header.
    405 and 415 concern the deployed script and thus every record, so they stop the account, not the record.

    Any other 4xx status is never a record's fault: the call was not executed. It is `UNAVAILABLE` and not
    `ACCOUNT_DOWN`, because a content filter may block one document only, which must not stop the others.
    """
    if status in _STATUSES:
        return _STATUSES[status]
    if 300 <= status < 400:
        return Fault(Kind.ACCOUNT_DOWN, hints.HOST)
    return Fault(Kind.UNAVAILABLE, hints.BETWEEN) if 400 <= status < 500 else Fault(Kind.AMBIGUOUS)


def of_refusal(status: int, code: str | None) -> Fault:
    """
    The fault of a response by its status and its code.

    The RESTlet responds to every refusal of a record with its envelope. So an error of the platform, with any
    code, is not about a record, and no record is settled by it.

    Below 500 the code takes precedence, except that at 401 and 403 no code makes it a fault of one record.
    From 500 on a code counts only when it means that the call was refused, as Lago treats
    ``INVALID_LOGIN_ATTEMPT`` at any status (getlago/lago-api ``invoices/create_service.rb``).
    """
    known = of_code(code) if code else None
    is_scripts = status == 400 or status < 300
    by_status = (
        Fault(Kind.UNAVAILABLE, hints.OUTSIDE, is_answer=True) if is_scripts and code else of_status(status)
    )
    if known is None:
        return by_status
    outright = known.kind in {Kind.THROTTLED, Kind.ACCOUNT_DOWN}
    return known if outright or status not in {401, 403, *range(500, 600)} else by_status


def of_exception(error: httpx.HTTPError | httpx.InvalidURL | OSError) -> Fault:
    """The fault of an exception."""
    return next(fault for kind, fault in _EXCEPTIONS if isinstance(error, kind))

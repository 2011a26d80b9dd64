"""The outcome of one attempt, by `fault_table` and `item_results`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import httpx

from consumer.config.connection import Connection
from consumer.http_client import connect_failure
from consumer.http_client.answer_limit import AnswerUnreadable
from consumer.netsuite import fault_table, hints, item_results, response_body
from consumer.netsuite.batch import Batch
from consumer.netsuite.http_response import HttpResponse, retry_after
from consumer.outcome import AccountDown, Ambiguous, Confirmed, Outcome, Rejected, Throttled, Unavailable
from schemas import wire
from schemas.error_codes import BY_NETSUITE_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOutcome:
    """
    The outcome of one attempt.

    Attributes:
        code: NetSuite's code, an HTTP status or the name of an exception; safe to log.
        repeat: whether a retry with the same bytes may succeed within seconds.
    """

    outcome: Outcome
    code: str
    repeat: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the record is in NetSuite."""
        return isinstance(self.outcome, Confirmed)

    @property
    def retry_after_s(self) -> float | None:
        """The seconds of ``Retry-After``; None without one."""
        return self.outcome.retry_after_s if isinstance(self.outcome, Throttled | Unavailable) else None


def of_write(got: HttpResponse, request: wire.WriteRequest, connection: Connection) -> ResponseOutcome:
    """The outcome of the response to a write."""
    return of_batch(got, Batch.alone(request), connection)[0]


def of_batch(got: HttpResponse, batch: Batch, connection: Connection) -> list[ResponseOutcome]:
    """
    The outcomes of the response to a write of several requests.

    Items that the script skipped are retried at once only when the call had a single request.
    """
    content = response_body.read(got.body)
    if isinstance(content, response_body.Envelope) and got.status < 300:
        outcomes = [item_results.of_response(content.response, part, connection) for part in batch.parts]
        is_alone = len(outcomes) == 1
        return [
            ResponseOutcome(
                outcome=each, code=_item_code(each), repeat=is_alone and isinstance(each, Throttled)
            )
            for each in outcomes
        ]
    refusal = of_refusal(got, content, connection, items=len(batch.request.items))
    return [refusal] * len(batch.parts)


def of_ping(got: HttpResponse, connection: Connection) -> ResponseOutcome | wire.Response:
    """The envelope of the response to a ping, or an outcome when it is not from the connection's account."""
    content = response_body.read(got.body)
    if not isinstance(content, response_body.Envelope) or got.status >= 300:
        return nothing_sent(of_refusal(got, content, connection, items=0), connection)
    elsewhere = item_results.wrong_account(content.response, connection)
    return content.response if elsewhere is None else ResponseOutcome(outcome=elsewhere, code="wrong_account")


def of_refusal(
    got: HttpResponse, content: response_body.Content, connection: Connection, *, items: int
) -> ResponseOutcome:
    """
    The outcome of a response that is not an envelope.

    HTML means maintenance (a gateway's own error page counts by its status). A success without envelope or
    error makes the account `AccountDown`: it concerns every record, a person must deploy or correct
    something, and the same bytes may be sent again afterwards, which is idempotent.
    """
    match content:
        case response_body.PlatformError(code=code, message=message):
            fault = fault_table.of_refusal(got.status, code)
            code = code or f"HTTP_{got.status}"
        case response_body.Page(title=title):
            code, message, fault = f"HTTP_{got.status}", title, _of_page(got.status)
        case response_body.Unreadable(reason=reason) if got.status < 300:
            code, message = "CONTRACT", reason
            fault = fault_table.Fault(fault_table.Kind.ACCOUNT_DOWN, hints.CONTRACT)
        case response_body.Envelope() | response_body.Unreadable():
            code, message, fault = f"HTTP_{got.status}", "", fault_table.of_status(got.status)
        case _:
            assert_never(content)
    outcome = _outcome(fault, connection, code=code, message=message, got=got, items=items)
    repeat = isinstance(outcome, Throttled | Unavailable) or got.status == 502
    return ResponseOutcome(outcome=outcome, code=code, repeat=repeat)


def of_login(got: HttpResponse, connection: Connection) -> ResponseOutcome:
    """
    The outcome of a token endpoint's response without token.

    400 is a refused login (RFC 6749 section 5.2), also without an error code.
    """
    content = response_body.read(got.body)
    if got.status == 400 and (code := _unexplained(content)) is not None:
        reason = _refused(connection, code, got.status, hints.CERTIFICATE)
        return ResponseOutcome(outcome=AccountDown(reason=reason), code=code)
    return nothing_sent(of_refusal(got, content, connection, items=0), connection)


def _unexplained(content: response_body.Content) -> str | None:
    """The code of a refused login that is not in the table; None for one that is, or for HTML."""
    match content:
        case response_body.PlatformError(code=code) if fault_table.of_code(code) is None:
            return code
        case response_body.Envelope() | response_body.Unreadable():
            return "HTTP_400"
        case _:
            return None


def of_unreadable(error: AnswerUnreadable, now: datetime, connection: Connection) -> ResponseOutcome:
    """
    The outcome of a response whose body is too large, too slow or invalid.

    A refusal is known by its status. With a success status, or an error of the script, the call may have been
    executed. It is not retried within seconds, since the response would be the same.
    """
    fault = (
        fault_table.of_status(error.status)
        if error.status >= 300
        else fault_table.Fault(fault_table.Kind.AMBIGUOUS)
    )
    got = HttpResponse(status=error.status, body=b"", retry_after_s=retry_after(error.answer.headers, now))
    code = f"HTTP_{error.status}"
    outcome = _outcome(fault, connection, code=code, message=str(error), got=got, items=1)
    return ResponseOutcome(outcome=outcome, code="answer_unreadable")


def of_exception(
    error: httpx.HTTPError | httpx.InvalidURL | OSError, connection: Connection
) -> ResponseOutcome:
    """The outcome of an exception; without the exception's text, which may contain a header."""
    code = type(error).__name__
    fault = fault_table.of_exception(error)
    got = HttpResponse(status=0, body=b"")
    outcome = _outcome(fault, connection, code=code, message=_cause(error), got=got, items=1)
    return ResponseOutcome(outcome=outcome, code=code, repeat=isinstance(outcome, Unavailable))


def nothing_sent(result: ResponseOutcome, connection: Connection) -> ResponseOutcome:
    """
    The outcome of the same fault for a call that writes nothing and has no record: a login, a ping.

    `Ambiguous` becomes `Unavailable`, and a rejection concerns the whole connection.
    """
    match result.outcome:
        case Ambiguous(reason=reason):
            return replace(result, outcome=Unavailable(reason=reason), repeat=True)
        case Rejected(code=code, message=message, hint=hint):
            reason = code if message == code else f"{code}: {message}"
            return replace(result, outcome=AccountDown(reason=_refused(connection, reason, 0, hint)))
        case _:
            return result


def _cause(error: Exception) -> str:
    if not isinstance(error, httpx.ConnectError):
        return ""
    try:
        host = error.request.url.host
    except RuntimeError:
        host = "the host"
    return connect_failure.sentence(error, host) or str(error)


def _of_page(status: int) -> fault_table.Fault:
    is_known = status >= 300 and status != 400
    return fault_table.of_status(status) if is_known else fault_table.Fault(fault_table.Kind.UNAVAILABLE)


def _outcome(
    fault: fault_table.Fault,
    connection: Connection,
    *,
    code: str,
    message: str,
    got: HttpResponse,
    items: int,
) -> Outcome:
    reason = f"{code}: {message}" if message else code
    match fault.kind:
        case fault_table.Kind.THROTTLED:
            return Throttled(reason=reason, retry_after_s=got.retry_after_s)
        case fault_table.Kind.UNAVAILABLE:
            explained = f"{reason}: {fault.hint}" if fault.hint else reason
            return Unavailable(reason=explained, retry_after_s=got.retry_after_s, is_answer=fault.is_answer)
        case fault_table.Kind.AMBIGUOUS:
            # Whichever the status beside it, a code of NetSuite's is its own answer.
            return Ambiguous(reason=reason, is_answer=code in BY_NETSUITE_CODE)
        case fault_table.Kind.TOO_BIG if items > 1:
            # Records saved before the limit are written, so the repeat has fewer to write.
            return Ambiguous(reason=reason, is_answer=True)
        case fault_table.Kind.TOO_BIG:
            details = {"http_status": str(got.status)}
            return Rejected(code=code, message=message or reason, hint=fault.hint, details=details)
        case fault_table.Kind.ACCOUNT_DOWN:
            return AccountDown(reason=_refused(connection, reason, got.status, fault.hint))
        case _:
            assert_never(fault.kind)


def _refused(connection: Connection, reason: str, status: int, what_to_do: str) -> str:
    at_status = f" (HTTP {status})" if status and not reason.startswith("HTTP_") else ""
    sentence = f"NetSuite refuses connection {connection.code} with {reason.rstrip('.')}{at_status}"
    return f"{sentence}: {what_to_do}" if what_to_do else sentence


def _item_code(outcome: Outcome) -> str:
    match outcome:
        case Rejected(code=code, details=details):
            return details.get("netsuite_code", code)
        case Throttled(reason=reason) | Ambiguous(reason=reason):
            return reason.partition(":")[0]
        case _:
            return type(outcome).__name__

"""What the items of an answer amount to: one outcome for the call, and what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from consumer.config import netsuite_account
from consumer.config.connection import Connection
from consumer.netsuite import awaited_record, error_codes, fault_table, hints
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Hold,
    Outcome,
    Rejected,
    Throttled,
    Unsettled,
    Waiting,
    Written,
)
from schemas import wire
from schemas.error_codes import CATALOGUE

_OBJECTS = {
    "customer": "customer",
    "invoice": "invoice",
    "creditmemo": "credit_note",
    "customerpayment": "payment",
    "salesorder": "sales_order",
}
_WORDS = ("code", "field", "period", "amount", "message")
"""What of a warning is told, in this order."""
MOST_WARNINGS = 200
WARNING_LIMIT_CHARS = 1_000
CREDIT_PENDING = "LAGO_CREDIT_PENDING"
PENDING_APPROVAL = "LAGO_PENDING_APPROVAL"
DAY_S = 86_400.0


def of_response(response: wire.Response, request: wire.WriteRequest, connection: Connection) -> Outcome:
    """
    Make one outcome of an answer.

    The first item that was not written decides, since whatever follows may refer to it. An envelope that
    lacks one of our items is `Ambiguous`: it concerns this request only, and repeating it is harmless.
    """
    if (elsewhere := wrong_account(response, connection)) is not None:
        return elsewhere
    if response.request_id not in {None, request.request_id}:
        return Ambiguous(reason="the answer belongs to another request")
    results = {result.ref: result for result in response.items}
    written: list[Written] = []
    for item in request.items:
        became = _of_item(results.get(item.ref), item, request, connection)
        if not isinstance(became, Written):
            return became
        written.append(became)
    if all(one.status == "exists" for one in written):
        return AlreadyThere(written=tuple(written))
    return Delivered(written=tuple(written))


def wrong_account(response: wire.Response, connection: Connection) -> AccountDown | None:
    """Compare who answered with whom the connection is for; None when they agree."""
    found_id, found_environment = response.account.id, response.account.environment
    same_id = not found_id or _same_account(found_id, connection.account_id)
    if same_id and found_environment.lower() in {"", connection.environment}:
        return None
    return AccountDown(
        reason=f"connection {connection.code} is for account {connection.account_id} "
        f"({connection.environment}), but restlet_url leads to {found_id} ({found_environment.lower()}): "
        f"correct account_id, environment or restlet_url at {connection.at('account_id')}",
        is_elsewhere=True,
    )


def _same_account(found: str, expected: str) -> bool:
    return found.strip().upper().replace("-", "_") == expected.strip().upper().replace("-", "_")


def _of_item(
    result: wire.ItemResult | None, item: wire.WriteItem, request: wire.WriteRequest, connection: Connection
) -> Written | Rejected | Unsettled:
    if result is None or result.status == "missing":
        return Ambiguous(reason=f"the answer lacks item {item.ref}")
    match result.status:
        case "created" | "exists" | "updated" | "adopted" | "voided":
            if not result.internal_id and not request.options.dry_run:
                return Ambiguous(reason=f"the answer says {result.status} and gives no internal id")
            return _pending(result, item) or _written(result, item, connection)
        case "skipped":
            return Throttled(reason="skipped", by="script")
        case "conflict":
            error = result.error or wire.ItemError(code="conflict")
            message = error.message or f"{item.external_id} stands in NetSuite with other content"
            return Rejected(
                code="conflict", message=message, hint=CATALOGUE["conflict"].hint, details=_details(error)
            )
        case "error":
            return _of_error(result.error or wire.ItemError(), item, connection)
        case _:
            assert_never(result.status)


def _pending(result: wire.ItemResult, item: wire.WriteItem) -> Waiting | None:
    """The invoice stands, but a credit note spent on it does not yet: it is not done before both do."""
    answer = [
        one for one in result.warnings if isinstance(one, Mapping) and one.get("code") == CREDIT_PENDING
    ]
    if not answer:
        return None
    memos = ", ".join(str(credit["doc"].get("externalId")) for credit in item.apply_credits)
    message = f"{CREDIT_PENDING}: {answer[0].get('message', '')}"
    return Waiting(on=memos, message=message, missing=awaited_record.lane_of(memos), stands=True)


def _of_error(  # noqa: PLR0911 -- one row a class, as in the RESTlet's own table
    error: wire.ItemError, item: wire.WriteItem, connection: Connection
) -> Rejected | Unsettled:
    reason = f"{error.code}: {error.message}" if error.message else error.code
    match error.group:
        case "dependency" if error.code == PENDING_APPROVAL:
            return _unapproved(error, item, connection, message=reason)
        case "dependency":
            return _missing(error, item, message=reason)
        case "rate":
            return Throttled(reason=reason)
        case "governance" if error.retryable:
            return Throttled(reason=reason, by="script")
        case "transient":
            return Ambiguous(reason=reason, is_answer=True)
        case "auth":
            return AccountDown(reason=f"NetSuite refuses connection {connection.code} with {reason}")
        case "period_closed" if connection.closed_period == "hold":
            return _held(_of_closed_period(error, item, connection), connection, message=reason)
        case "period_closed":
            return _of_closed_period(error, item, connection)
        case "unknown" if _may_stand(error.code):
            return Ambiguous(reason=reason, is_answer=True)
        case _:
            return _rejected(error, item, connection)


def _missing(error: wire.ItemError, item: wire.WriteItem, *, message: str) -> Waiting:
    on = awaited_record.name_of(error, item)
    return Waiting(on=on, message=message, missing=awaited_record.lane_of(on.rpartition(" ")[2]))


def _unapproved(
    error: wire.ItemError, item: wire.WriteItem, connection: Connection, *, message: str
) -> Waiting:
    """People approve, in days rather than hours; an invoice whose credits must wait for it stands already."""
    refusal = replace(_rejected(error, item, connection), code="pending_approval")
    hold = Hold(max_age_s=connection.hold_max_days * DAY_S, refusal=refusal)
    return Waiting(on="approval of the invoice", message=message, stands=bool(item.apply_credits), hold=hold)


def _held(refusal: Rejected, connection: Connection, *, message: str) -> Waiting:
    hold = Hold(max_age_s=connection.hold_max_days * DAY_S, refusal=refusal)
    return Waiting(on="accounting period", message=message, hold=hold)


def _of_closed_period(error: wire.ItemError, item: wire.WriteItem, connection: Connection) -> Rejected:
    """Name the date, which we know, and the period where the script does; NetSuite's words name neither."""
    rejected = _rejected(error, item, connection)
    date, period = item.record.get("columns", {}).get("trandate"), error.period
    named = {"date": date, "period": period}
    where = " ".join(text for text in (f"of {date}" if date else "", f"({period})" if period else "") if text)
    return replace(
        rejected,
        message=f"the accounting period {where} is closed: {rejected.message}".replace("  ", " "),
        details=rejected.details | {name: str(text) for name, text in named.items() if text},
    )


def _may_stand(code: str) -> bool:
    fault = fault_table.of_code(code)
    return fault is not None and fault.kind is fault_table.Kind.AMBIGUOUS


def _rejected(error: wire.ItemError, item: wire.WriteItem, connection: Connection) -> Rejected:
    code = error_codes.of_item(error, item)
    hint = hints.of(hints.row_of(code, error.code, error.group), connection)
    details = error_codes.with_original(_details(error), error.code, code)
    return Rejected(code=code, message=error.message or error.code, hint=hint, details=details)


def _details(error: wire.ItemError) -> dict[str, str]:
    found = {"class": error.group, "field": error.field, "line": error.line}
    return {name: str(value) for name, value in found.items() if value is not None}


def _written(result: wire.ItemResult, item: wire.WriteItem, connection: Connection) -> Written:
    netsuite_type = result.type or str(item.record.get("type", ""))
    url = result.url or ""
    return Written(
        object=_OBJECTS.get(str(item.record.get("type", netsuite_type)), netsuite_type),
        lago_id=item.lago_id,
        netsuite_type=netsuite_type,
        internal_id=result.internal_id or "",
        external_id=result.external_id or item.external_id,
        status=result.status,
        number=result.number,
        url=netsuite_account.app_url(connection.account_id, url) if url.startswith("/") else url,
        totals=dict(result.totals),
        warnings=(*item.warnings, *_warnings(result)),
    )


def _warnings(result: wire.ItemResult) -> list[str]:
    return [_warning(one)[:WARNING_LIMIT_CHARS] for one in result.warnings[:MOST_WARNINGS]]


def _warning(warning: Any) -> str:
    """Put a warning in words; the script sends texts, or objects with a code and what it concerns."""
    if not isinstance(warning, Mapping):
        return str(warning)
    return " ".join(str(warning[name]) for name in _WORDS if warning.get(name))

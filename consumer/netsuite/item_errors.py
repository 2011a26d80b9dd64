"""The outcome of an item's error: a rejection, or a wait with its cause."""

from __future__ import annotations

from dataclasses import replace

from consumer.config.connection import Connection
from consumer.netsuite import awaited_record, error_codes, fault_table, hints
from consumer.outcome import (
    AccountDown,
    Ambiguous,
    Hold,
    Rejected,
    Throttled,
    Unavailable,
    Unsettled,
    Waiting,
)
from schemas import wire
from schemas.error_codes import BY_NETSUITE_CODE
from schemas.error_codes.entry import Effect

OBJECTS = {
    "customer": "customer",
    "invoice": "invoice",
    "creditmemo": "credit_note",
    "customerpayment": "payment",
    "customerrefund": "refund",
    "salesorder": "sales_order",
}
"""Lago's object type by NetSuite's record type."""

DAY_S = 86_400.0
PENDING_APPROVAL = "LAGO_PENDING_APPROVAL"


def of_error(error: wire.ItemError, item: wire.WriteItem, connection: Connection) -> Rejected | Unsettled:
    """The outcome of one item's error: by its code if the table has it, else by its class."""
    reason = f"{error.code}: {error.message}" if error.message else error.code
    match _effect(error):
        case "kind":
            return _kind_refused(error, item, connection)
        case "account":
            return _account_refused(error, connection, reason)
        case "unavailable":
            return Unavailable(reason=reason)
        case _:
            return _by_class(error, item, connection, reason)


def _by_class(  # noqa: PLR0911 -- one row a class, as in the RESTlet's own table
    error: wire.ItemError, item: wire.WriteItem, connection: Connection, reason: str
) -> Rejected | Unsettled:
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


def _account_refused(error: wire.ItemError, connection: Connection, reason: str) -> AccountDown:
    """No document of the connection can be written until its setting or the account is corrected."""
    fix = hints.of(BY_NETSUITE_CODE[error.code], connection)
    sentence = f"NetSuite refuses connection {connection.code} with {reason.rstrip('.')}"
    return AccountDown(reason=f"{sentence}: {fix}")


def _effect(error: wire.ItemError) -> Effect | None:
    known = BY_NETSUITE_CODE.get(error.code)
    if known is None:
        return "kind" if error.group == "permission" else None
    return known.effect


def _kind_refused(error: wire.ItemError, item: wire.WriteItem, connection: Connection) -> Waiting:
    """A missing permission or feature concerns all documents of the kind: they wait until it is granted."""
    kind = "void" if item.mode == "void" else OBJECTS.get(str(item.record.get("type")), "document")
    refusal = _rejected(error, item, connection)
    sentence = f"NetSuite refuses every {kind.replace('_', ' ')} with {error.code}: {refusal.message}"
    refusal = replace(refusal, message=sentence, details=refusal.details | {"kind": kind})
    hold = Hold(max_age_s=connection.hold_max_days * DAY_S, refusal=refusal)
    return Waiting(on=f"permission for {kind}", message=sentence, hold=hold, kind=kind)


def _missing(error: wire.ItemError, item: wire.WriteItem, *, message: str) -> Waiting:
    on = awaited_record.name_of(error, item)
    return Waiting(on=on, message=message, missing=awaited_record.lane_of(on.rpartition(" ")[2]))


def _unapproved(
    error: wire.ItemError, item: wire.WriteItem, connection: Connection, *, message: str
) -> Waiting:
    """A hold until a person approves; an invoice whose credits wait for the approval is already written."""
    refusal = replace(_rejected(error, item, connection), code="pending_approval")
    hold = Hold(max_age_s=connection.hold_max_days * DAY_S, refusal=refusal)
    return Waiting(on="approval of the invoice", message=message, stands=bool(item.apply_credits), hold=hold)


def _held(refusal: Rejected, connection: Connection, *, message: str) -> Waiting:
    hold = Hold(max_age_s=connection.hold_max_days * DAY_S, refusal=refusal)
    return Waiting(on="accounting period", message=message, hold=hold)


def _of_closed_period(error: wire.ItemError, item: wire.WriteItem, connection: Connection) -> Rejected:
    """The rejection with the document's date and, if the script states it, the period's name."""
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
    hint = hints.of(hints.row_of(code, error.code, error.group), connection, error.field)
    details = error_codes.with_original(details_of(error) | _sent(error, item), error.code, code)
    return Rejected(code=code, message=error.message or error.code, hint=hint, details=details)


def details_of(error: wire.ItemError) -> dict[str, str]:
    found = {"class": error.group, "field": error.field, "line": error.line}
    return {name: str(value) for name, value in found.items() if value is not None}


def _sent(error: wire.ItemError, item: wire.WriteItem) -> dict[str, str]:
    """The value sent in the field of the error, and the document's date."""
    value, date = awaited_record.sent_value(error, item), item.record.get("columns", {}).get("trandate")
    found = {"value": value if isinstance(value, str) else None, "date": date}
    return {name: str(text) for name, text in found.items() if text}

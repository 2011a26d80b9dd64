"""The outcome of a request from the items of a response, with the written records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from consumer.config import netsuite_account
from consumer.config.connection import Connection
from consumer.netsuite import awaited_record, item_errors
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Delivered,
    Outcome,
    Rejected,
    Throttled,
    Unsettled,
    Waiting,
    Written,
)
from schemas import wire
from schemas.error_codes import CATALOGUE

_WORDS = ("code", "field", "period", "amount", "message")
"""The members of a warning that its text contains, in this order."""
MOST_WARNINGS = 200
WARNING_LIMIT_CHARS = 1_000
CREDIT_PENDING = "LAGO_CREDIT_PENDING"


def of_response(response: wire.Response, request: wire.WriteRequest, connection: Connection) -> Outcome:
    """
    The outcome of a request by the response.

    The first item that was not written decides, since the following ones may refer to it. An envelope without
    one of the items is `Ambiguous`: it concerns this request only, and a repeat is idempotent.
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
    """The outcome when another account than the connection's responded; None when it is the same."""
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
                code="conflict",
                message=message,
                hint=CATALOGUE["conflict"].hint,
                details=item_errors.details_of(error),
            )
        case "error":
            return item_errors.of_error(result.error or wire.ItemError(), item, connection)
        case _:
            assert_never(result.status)


def _pending(result: wire.ItemResult, item: wire.WriteItem) -> Waiting | None:
    """The wait of a written invoice for a credit memo that must be applied to it and is not written yet."""
    pending = [
        one for one in result.warnings if isinstance(one, Mapping) and one.get("code") == CREDIT_PENDING
    ]
    if not pending:
        return None
    memos = ", ".join(str(credit["doc"].get("externalId")) for credit in item.apply_credits)
    message = f"{CREDIT_PENDING}: {pending[0].get('message', '')}"
    return Waiting(on=memos, message=message, missing=awaited_record.lane_of(memos), stands=True)


def _written(result: wire.ItemResult, item: wire.WriteItem, connection: Connection) -> Written:
    netsuite_type = result.type or str(item.record.get("type", ""))
    url = result.url or ""
    return Written(
        object=item_errors.OBJECTS.get(str(item.record.get("type", netsuite_type)), netsuite_type),
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
    """The text of a warning; the script sends text, or objects with a code and its context."""
    if not isinstance(warning, Mapping):
        return str(warning)
    return " ".join(str(warning[name]) for name in _WORDS if warning.get(name))

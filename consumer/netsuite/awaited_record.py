"""The missing record of an error, by the reference in the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from consumer.mapping import identity
from schemas import wire

_FAMILIES = {
    identity.CUSTOMER: "customer",
    identity.INVOICE: "invoice",
    identity.CREDIT_NOTE: "credit_note",
    identity.PAYMENT: "payment",
}


def lane_of(external_id: str) -> str | None:
    """The lane of the events that write the record with this external id (`schemas.lane`)."""
    for prefix, family in _FAMILIES.items():
        if external_id.startswith(prefix):
            return f"{family}:{external_id.removeprefix(prefix)}"
    return None


def name_of(error: wire.ItemError, item: wire.WriteItem) -> str:
    """The name of the missing record, by the reference in the request, ``entity lago-cus-9a…``."""
    if error.field is None:
        return "a record this one refers to"
    if error.field == "external_id":
        return f"{item.record.get('type', 'record')} {item.external_id}"
    sent = sent_value(error, item)
    key = next((str(value) for value in sent.values()), "") if isinstance(sent, Mapping) else str(sent or "")
    return f"{error.field} {key}".strip()


def sent_value(error: wire.ItemError, item: wire.WriteItem) -> Any:
    """The value sent in the field that an error names; None when it names none, or none that was sent."""
    return None if error.field is None else _sent(item.as_json(), error.field, error.line)


def _sent(item: Mapping[str, Any], field: str, line: int | None) -> Any:
    record: Mapping[str, Any] = item["record"]
    columns: Mapping[str, Any] = record.get("columns", {})
    if field in columns:
        return columns[field]
    rows = [row for sublist in _sublists(record) for row in sublist.get("lineItems", ())]
    if field == "apply_credits":
        field, rows = "doc", list(item.get("apply_credits", ()))
    lines = [row for row in rows if field in row]
    chosen = lines[line : line + 1] if line is not None and 0 <= line < len(lines) else lines[:1]
    return chosen[0][field] if chosen else None


def _sublists(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return chain(record.get("lines", ()), record.get("taxdetails", ()))

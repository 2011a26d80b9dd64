"""
From the code of NetSuite or the RESTlet to the published code.

NetSuite has several codes for causes with the same fix, and changes them between versions; the published
code, by which error events are filtered, stays the same. A code without an entry here is published unchanged.
"""

from __future__ import annotations

from schemas import wire
from schemas.error_codes import BY_NETSUITE_CODE

STABLE = {
    code: row.code
    for code, row in BY_NETSUITE_CODE.items()
    if row.code.islower() and row.effect in {"record", "kind"}
}
"""The connector's code by NetSuite's or the RESTlet's."""

_BY_CLASS = {
    "period_closed": "period_closed",
    "missing_field": "missing_field",
    "total_mismatch": "total_mismatch",
}
_REFERENCES = frozenset(("invalid_reference", "record_deleted"))
_CUSTOMER_FIELDS = frozenset(("entity", "customer"))


def of_item(error: wire.ItemError, item: wire.WriteItem) -> str:
    """
    The published code of an item's error.

    The class is more precise than the code when NetSuite's code is ``USER_ERROR``; the field distinguishes an
    invalid reference to a linked customer or a currency from one to a mapped id.
    """
    code = STABLE.get(error.code) or _BY_CLASS.get(error.group, error.code)
    if code not in _REFERENCES:
        return code
    if (item.mode == "adopt" and error.field is None) or _is_linked(item, error.field):
        return "link_not_found"
    is_document = item.record.get("type") != "customer"
    return "currency_not_on_customer" if is_document and error.field == "currency" else code


def _is_linked(item: wire.WriteItem, field: str | None) -> bool:
    sent = item.record.get("columns", {}).get(field) if field in _CUSTOMER_FIELDS else None
    return isinstance(sent, dict) and "internalId" in sent


def with_original(details: dict[str, str], code: str, published: str) -> dict[str, str]:
    """The details, with NetSuite's code when another one is published."""
    return details if code == published else details | {"netsuite_code": code}

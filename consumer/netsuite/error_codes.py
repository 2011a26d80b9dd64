"""
From the code that NetSuite or the RESTlet gives to the one that is published, where ours says more.

NetSuite has several codes for one thing to mend, and changes them between versions; what a person filters
error events by should not follow. A code without an entry here is published as it is.
"""

from __future__ import annotations

from schemas import wire
from schemas.error_codes import BY_NETSUITE_CODE

STABLE = {
    code: row.code
    for code, row in BY_NETSUITE_CODE.items()
    if row.code.islower() and row.effect in {"record", "kind"}
}
"""Our code by NetSuite's or the RESTlet's."""

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

    The class knows more than the code where NetSuite says ``USER_ERROR`` for anything; the field tells an
    unusable reference to a linked customer or a currency from one to what is mapped.
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
    """The details, with NetSuite's code among them where another is published."""
    return details if code == published else details | {"netsuite_code": code}

"""
From the code that NetSuite or the RESTlet gives to the one that is published, where ours says more.

NetSuite has several codes for one thing to mend, and changes them between versions; what a person filters
error events by should not follow. A code without an entry here is published as it is.
"""

from __future__ import annotations

from consumer.netsuite import hints
from schemas import wire

_BY_CODE = {
    "period_closed": "VALID_PRD_REQD TRAN_PERIOD_CLOSED CLOSED_TRAN_PRD TRANS_EDIT_DISALLWD TRAN_PRD_CLOSED",
    "invalid_reference": """
        INVALID_KEY_OR_REF SSS_RECORD_TYPE_MISMATCH INVALID_TRANS_SUB_ENTITY INVALID_TRANS_SUB_ITEM
        INVALID_TRANS_SUB_ACCT INVALID_TRANS_SUB_CLASS INVALID_TRANS_SUB_DEPT INVALID_TRANS_SUB_LOC
        LAGO_INVALID_REFERENCE
        """,
    "missing_field": """
        MISSING_REQD_FLD FIELD_REQD LOCATION_REQD CRNCY_REQD TRAN_DATE_REQD VALID_LINE_ITEM_REQD
        """,
    "record_deleted": "RCRD_DSNT_EXIST RCRD_DELETED_SINCE_RETRIEVED",
    "total_mismatch": "LAGO_TOTAL_MISMATCH",
    "conflict": "LAGO_FINGERPRINT_CONFLICT LAGO_EXTID_TYPE_MISMATCH",
    "link_not_found": "LAGO_LINK_NOT_FOUND",
    "currency_not_on_customer": "LAGO_CURRENCY_NOT_ON_CUSTOMER",
    "void_of_paid_invoice": "LAGO_VOID_OF_PAID_INVOICE",
    "overapplied": "LAGO_OVERAPPLIED",
    "link_taken": "LAGO_LINK_TAKEN",
    "not_applicable": "LAGO_CUSTOMER_MISMATCH LAGO_CURRENCY_MISMATCH LAGO_NOT_APPLICABLE",
    "restlet_outdated": """
        LAGO_BAD_ENVELOPE LAGO_BAD_ITEM LAGO_MODE_NOT_SUPPORTED LAGO_TYPE_NOT_SUPPORTED LAGO_UNKNOWN_OPERATION
        LAGO_VERSION_NOT_SUPPORTED
        """,
}
STABLE = {code: stable for stable, codes in _BY_CODE.items() for code in codes.split()}
"""Our code by NetSuite's or the RESTlet's."""

_BY_CLASS = {
    "period_closed": "period_closed",
    "missing_field": "missing_field",
    "total_mismatch": "total_mismatch",
}
_REFERENCES = frozenset(("invalid_reference", "record_deleted"))
_CUSTOMER_FIELDS = frozenset(("entity", "customer"))

HINTS = {
    "invalid_reference": hints.REFERENCE,
    "missing_field": hints.FIELD,
    "period_closed": hints.PERIOD,
    "total_mismatch": hints.TOTAL,
    "conflict": hints.CONFLICT,
    "link_not_found": hints.LINK,
    "currency_not_on_customer": hints.CURRENCY,
    "record_deleted": hints.DELETED,
    "void_of_paid_invoice": hints.PAID,
    "overapplied": hints.OVERAPPLIED,
    "link_taken": hints.LINK_TAKEN,
    "not_applicable": hints.NOT_APPLICABLE,
    "restlet_outdated": hints.CONTRACT,
}
"""What to do, by our code."""


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

"""The rows of a search: records of the books and entries of the account's lists, by search column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.open_items import VOIDED
from consumer.sandbox.netsuite.saved_record import Group, Saved
from consumer.sandbox.netsuite.suitescript import deleted_records, list_rows
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.list_rows import Row
from consumer.sandbox.netsuite.suitescript.record_types import KINDS
from consumer.sandbox.netsuite.suitescript.values import rounded

GROUPS: Mapping[str, Group] = {"transaction": "transaction", "entity": "entity"}
_BASE_DECIMALS = 2
# Values of a column for a status, by the end of the status; from practice, Oracle does not document them.
_STATUS_WORDS = {
    "A": ("open", "Open"),
    "B": ("paidInFull", "Paid In Full"),
    "D": ("pendingApproval", "Pending Approval"),
    "E": ("rejected", "Rejected"),
    VOIDED: ("voided", "Voided"),
}


def candidates(
    account: Account, search_type: str, equal: dict[str, list[str]], above: int = 0
) -> Iterable[Row]:
    """
    All rows of a type, in the order of ids.

    Of records only those with the `equal` values of indexed fields, and ids `above` one.
    """
    if search_type == deleted_records.TYPE:
        return deleted_records.rows(account)
    if account.lists.knows(search_type):
        return list_rows.rows(account, search_type)
    group = group_of(account, search_type)
    if not list_rows.may_view(account, KINDS[search_type].permission if search_type in KINDS else None):
        return []
    # A search for customers finds them at every stage.
    record_type = None if search_type in GROUPS or search_type == "customer" else search_type
    found = account.books.scan(group=group, record_type=record_type, equal=equal, above=above)
    return map(_record_row, found)


def group_of(account: Account, search_type: str) -> Group:
    """The record group of a search type; raises INVALID_RCRD_TYPE."""
    if search_type in GROUPS:
        return GROUPS[search_type]
    kind = KINDS.get(search_type)
    if kind is not None and (kind.feature is None or kind.feature in account.profile.features):
        return kind.group
    raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{search_type}] is invalid.")


def _record_row(saved: Saved) -> Row:
    fields = saved.fields
    kind = {"internalid": str(saved.id), "mainline": True, "recordtype": saved.type}
    kind |= {"type": KINDS[saved.type].code if saved.type in KINDS else saved.type}
    text = {"externalidstring": fields.get("externalid"), "internalidnumber": str(saved.id)}
    amounts = _amounts_of(saved) if saved.group == "transaction" else {}
    word, shown = _status_of(saved)
    values = {"isinactive": False, "statusref": word} | fields | kind | text | amounts | _moments_of(saved)
    texts = {"statusref": shown}
    return Row(id=str(saved.id), record_type=saved.type, values=values, texts=texts, stamp=saved.stamp)


def _moments_of(saved: Saved) -> dict[str, Any]:
    stamp = saved.stamp
    return {"datecreated": stamp.created.at, "lastmodifieddate": stamp.changed.at} if stamp else {}


def _status_of(saved: Saved) -> tuple[str, str]:
    status = str(saved.fields.get("status", ""))
    return _STATUS_WORDS.get(status.rpartition(":")[2], (status, status))


def _amounts_of(saved: Saved) -> dict[str, Any]:
    # Searches show credits negative, ``amount`` and ``taxtotal`` in the base currency, ``fxamount`` in the
    # transaction's.
    fields = saved.fields
    sign = -1 if saved.type in KINDS and KINDS[saved.type].lessens else 1
    rate = Decimal(fields.get("exchangerate", "1"))
    shown: dict[str, Any] = {"voided": str(fields.get("status", "")).endswith(f":{VOIDED}")}
    if fields.get("taxtotal") is not None:
        shown["taxtotal"] = f"{rounded(sign * Decimal(fields['taxtotal']) * rate, _BASE_DECIMALS):f}"
    for name, source in (("amount", "total"), ("amountremaining", "amountremaining")):
        if fields.get(source) is not None:
            foreign = sign * Decimal(fields[source])
            shown |= {f"fx{name}": f"{foreign:f}", name: f"{rounded(foreign * rate, _BASE_DECIMALS):f}"}
    return shown

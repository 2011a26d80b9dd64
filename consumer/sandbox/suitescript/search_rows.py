"""The rows a search can find: records of the books and entries of the account's lists, by search column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.sandbox.account import Account
from consumer.sandbox.entries import Entry, Item, Period
from consumer.sandbox.open_items import VOIDED
from consumer.sandbox.saved import Group, Saved
from consumer.sandbox.suitescript.errors import ScriptError
from consumer.sandbox.suitescript.kinds import KINDS, of_group
from consumer.sandbox.suitescript.values import rounded

GROUPS: Mapping[str, Group] = {"transaction": "transaction", "entity": "entity"}
_VIEW = 1
_BASE_DECIMALS = 2
_LIST_PERMISSIONS = {
    "item": "LIST_ITEM",
    "account": "LIST_ACCOUNT",
    "subsidiary": "LIST_SUBSIDIARY",
    "currency": "LIST_CURRENCY",
    "salestaxitem": "LIST_TAXITEM",
    "location": "LIST_LOCATION",
    "accountingperiod": "ADMI_ACCTPERIODS",
}
_ALWAYS = frozenset(
    {"internalid", "externalid", "externalidstring", "mainline", "type", "recordtype", "isinactive"}
)
_AMOUNTS = frozenset({"amount", "fxamount", "amountremaining", "fxamountremaining", "voided"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result: where it stands and its values by search column."""

    id: str
    record_type: str
    values: Mapping[str, Any]


def candidates(account: Account, search_type: str, equal: dict[str, list[str]]) -> list[Row]:
    """Every row of a type, or those with `equal` values where the books have an index for them."""
    if account.lists.knows(search_type):
        return _list_rows(account, search_type)
    group = group_of(search_type)
    if not _may_view(account, KINDS[search_type].permission if search_type in KINDS else None):
        return []
    record_type = None if search_type in GROUPS else search_type
    found = account.books.find(group=group, record_type=record_type, equal=equal)
    return [_record_row(saved) for saved in found]


def group_of(search_type: str) -> Group:
    """The record group that a search goes through; raises INVALID_RCRD_TYPE."""
    if search_type in GROUPS:
        return GROUPS[search_type]
    if search_type in KINDS:
        return KINDS[search_type].group
    raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{search_type}] is invalid.")


def is_known(account: Account, search_type: str, name: str) -> bool:
    """Whether a search type has that filter or column."""
    if name in _ALWAYS or account.lists.knows(search_type):
        return True
    kinds = [KINDS[search_type]] if search_type in KINDS else of_group(search_type)
    if name in _AMOUNTS:
        return any(kind.group == "transaction" for kind in kinds)
    return any(name in account.catalogue.body(kind.type) for kind in kinds)


def _may_view(account: Account, permission: str | None) -> bool:
    return permission is None or account.profile.permissions.get(permission, _VIEW) >= _VIEW


def _list_rows(account: Account, name: str) -> list[Row]:
    if not _may_view(account, _LIST_PERMISSIONS.get(name)):
        return []
    return [_list_row(name, entry) for entry in account.lists.all(name)]


def _list_row(name: str, entry: Entry) -> Row:
    values = entry.model_dump(mode="json")
    values |= {"internalid": entry.id, "isinactive": entry.inactive, "itemid": entry.name}
    if isinstance(entry, Item):
        values |= {"incomeaccount": entry.account, "type": entry.type, "istaxable": entry.taxable}
    if isinstance(entry, Period):
        values |= _of_period(entry)
    return Row(id=entry.id, record_type=name, values=values)


def _of_period(period: Period) -> dict[str, Any]:
    return {
        "periodname": period.name,
        "startdate": period.start,
        "enddate": period.end,
        "arlocked": period.ar_locked,
        "alllocked": period.all_locked,
        "isquarter": period.kind == "quarter",
        "isyear": period.kind == "year",
        "isadjust": period.kind == "adjustment",
        "isposting": period.posting,
    }


def _record_row(saved: Saved) -> Row:
    fields = saved.fields
    kind = {"internalid": str(saved.id), "mainline": True, "recordtype": saved.type}
    kind |= {"type": KINDS[saved.type].code if saved.type in KINDS else saved.type}
    text = {"externalidstring": fields.get("externalid")}
    amounts = _amounts_of(saved) if saved.group == "transaction" else {}
    values = {"isinactive": False} | fields | kind | text | amounts
    return Row(id=str(saved.id), record_type=saved.type, values=values)


def _amounts_of(saved: Saved) -> dict[str, Any]:
    # Searches show what lessens a debt negative, and plain amounts in the base currency.
    fields = saved.fields
    sign = -1 if saved.type in KINDS and KINDS[saved.type].lessens else 1
    rate = Decimal(fields.get("exchangerate", "1"))
    shown: dict[str, Any] = {"voided": str(fields.get("status", "")).endswith(f":{VOIDED}")}
    for name, source in (("amount", "total"), ("amountremaining", "amountremaining")):
        if fields.get(source) is not None:
            foreign = sign * Decimal(fields[source])
            shown |= {f"fx{name}": f"{foreign:f}", name: f"{rounded(foreign * rate, _BASE_DECIMALS):f}"}
    return shown

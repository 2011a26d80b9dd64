"""
Search rows of the account's lists: a row for each entry.

A column that Oracle lists and no row has is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.change_stamps import Stamp
from consumer.sandbox.netsuite.list_entries import Entry, Item, Nexus, Period, TaxCode, Term

_VIEW = 1
_PERMISSIONS = {
    "item": "LIST_ITEM",
    "account": "LIST_ACCOUNT",
    "subsidiary": "LIST_SUBSIDIARY",
    "currency": "LIST_CURRENCY",
    "salestaxitem": "LIST_TAXITEM",
    "taxtype": "LIST_TAXITEM",
    "nexus": "LIST_TAXITEM",
    "location": "LIST_LOCATION",
    "department": "LIST_DEPARTMENT",
    "classification": "LIST_CLASS",
    "accountingperiod": "ADMI_ACCTPERIODS",
    "paymentmethod": "LIST_PAYMETH",
}
TARGETS = {"currency": "currency", "taxtype": "taxtype", "nexus": "nexus", "subsidiary": "subsidiary"}
"""Columns with an internal id, and the list of that id."""
_WITHOUT_SUBTYPE = frozenset({"InvtPart", "Discount"})
_SCHEDULE = {True: "1", False: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One search result: id, record type, and values by search column; of a record its stamp, too."""

    id: str
    record_type: str
    values: Mapping[str, Any]
    texts: Mapping[str, str] | None = None
    stamp: Stamp | None = None


def may_view(account: Account, permission: str | None) -> bool:
    """Whether the role has the permission at the level View."""
    return permission is None or account.profile.permissions.get(permission, _VIEW) >= _VIEW


def rows(account: Account, name: str) -> list[Row]:
    """All rows of a list; none when the role may not view it, without an error, as in NetSuite."""
    if not may_view(account, _PERMISSIONS.get(name)):
        return []
    return [row for entry in account.lists.all(name) for row in _rows_of(account, name, entry)]


def _rows_of(account: Account, name: str, entry: Entry) -> Iterator[Row]:
    values = entry.model_dump(mode="json")
    values |= {"internalid": entry.id, "isinactive": entry.inactive, "itemid": entry.name}
    match entry:
        case Item():
            yield from _of_item(account, entry, values)
            return
        case Period():
            values |= _of_period(entry)
        case Nexus():
            values |= {"description": entry.name}
        case TaxCode():
            values |= {"taxtype": entry.type, "rate": f"{entry.rate}%"}
        case Term():
            values |= {"daysuntilnetdue": str(entry.days)}
        case _:
            pass
    yield Row(id=entry.id, record_type=name, values=values)


def _of_item(account: Account, item: Item, values: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of an item: one for each subsidiary to which it is restricted."""
    found = (one for one in account.profile.accounts if one.number == item.account)
    income = next(found, None)
    subtype = "Sale" if item.saleable else "Purchase"
    own = {
        "displayname": item.description,
        "type": item.type,
        "subtype": "" if item.type in _WITHOUT_SUBTYPE else subtype,
        "incomeaccount": income.id if income else "",
        "istaxable": item.taxable,
        "taxschedule": _SCHEDULE[item.taxable],
    }
    texts = {"incomeaccount": f"{income.number} {income.name}"} if income else {}
    for subsidiary in item.subsidiaries or ("",):
        place = {"subsidiary": subsidiary}
        yield Row(id=item.id, record_type="item", values={**values, **own, **place}, texts=texts)


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

"""The filters and columns that searches of this account may use, by its features and fields."""

from __future__ import annotations

from collections.abc import Mapping

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import oracle_lists, search_notes
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.oracle_lists import Kinds
from consumer.sandbox.netsuite.suitescript.record_types import KINDS, of_group
from consumer.sandbox.netsuite.suitescript.search_operators import of_kind

_CUSTOM = "cust"
_FOREIGN = ("fx", "foreign")
_OF_FEATURE: Mapping[str, str] = {
    "currency": "MULTICURRENCY",
    "exchangerate": "MULTICURRENCY",
    "subsidiary": "SUBSIDIARIES",
    "subsidiarynohierarchy": "SUBSIDIARIES",
    "taxschedule": "TAX_OVERHAULING",
    "location": "LOCATIONS",
    "department": "DEPARTMENTS",
    "class": "CLASSES",
}


def kind_of_filter(account: Account, search_type: str, name: str, operator: str) -> str:
    """
    The kind of a filter.

    Raises:
        ScriptError: SSS_INVALID_SRCH_FILTER without such a filter here, SSS_INVALID_SRCH_OPERATOR for an
            operator that filters of its kind do not take.
    """
    kind = _kind(account, search_type, name, oracle_lists.searchable(search_type).filters)
    if kind is None:
        raise ScriptError("SSS_INVALID_SRCH_FILTER", f"An nlobjSearchFilter contains invalid filter: {name}.")
    if operator not in of_kind(kind):
        text = f"An nlobjSearchFilter contains an invalid operator, or is not in proper syntax: {name}."
        raise ScriptError("SSS_INVALID_SRCH_OPERATOR", text)
    return kind


def check_column(account: Account, search_type: str, name: str) -> None:
    """Raise SSS_INVALID_SRCH_COL for a column that the search type does not have in this account."""
    if name in search_notes.COLUMNS:
        return
    if _kind(account, search_type, name, oracle_lists.searchable(search_type).columns) is None:
        text = f"An nlobjSearchColumn contains an invalid column, or is not in proper syntax: {name}."
        raise ScriptError("SSS_INVALID_SRCH_COL", text)


def check_type(account: Account, search_type: str) -> None:
    """Raise INVALID_RCRD_TYPE for a type that cannot be searched: currency without MULTICURRENCY."""
    is_absent = search_type == "currency" and "MULTICURRENCY" not in account.profile.features
    if is_absent or not oracle_lists.searchable(search_type).columns:
        raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{search_type.upper()}] is invalid.")


def _kind(account: Account, search_type: str, name: str, listed: Kinds) -> str | None:
    if name.startswith(_CUSTOM):
        return _of_custom_field(account, search_type, name)
    feature = "MULTICURRENCY" if name.startswith(_FOREIGN) else _OF_FEATURE.get(name)
    if feature is not None and feature not in account.profile.features:
        return None
    if name == "fxamountremaining" and account.profile.switches.open_amount_column == "absent":
        return None
    return listed.get(name)


def _of_custom_field(account: Account, search_type: str, name: str) -> str | None:
    kinds = [KINDS[search_type]] if search_type in KINDS else of_group(search_type)
    bodies = (account.catalogue.body(kind.type) for kind in kinds)
    return next((body[name].kind for body in bodies if name in body), None)

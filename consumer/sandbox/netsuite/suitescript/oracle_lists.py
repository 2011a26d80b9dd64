"""
Which fields, search filters and search columns each record type has, by Oracle's own lists.

The lists are in ``oracle_records.json``, from Oracle's records reference; additions to them are in this
module with their source. The features of an account decide which of them it has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Kinds = Mapping[str, str]
"""Of what kind each name is: ``select``, ``text``, ``checkbox``, ..."""

_FILE = Path(__file__).parents[1] / "oracle_records.json"
_NONE: Kinds = {}
_TRANSACTIONS = frozenset({"invoice", "creditmemo", "customerpayment", "customerrefund", "salesorder"})

# Oracle's Electronic Bank Payments requests this column, which is in neither list.
_MORE_COLUMNS = {"transaction": {"fxamountremaining": "currency"}}
_OF_PERIODS: Kinds = {"internalid": "select", "isinactive": "checkbox"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLists:
    """The filters and columns of a search type."""

    filters: Kinds
    columns: Kinds


@cache
def records() -> Mapping[str, Mapping[str, Any]]:
    """Oracle's lists, by record type."""
    found: dict[str, dict[str, Any]] = json.loads(_FILE.read_bytes())["records"]
    return found


@cache
def searchable(search_type: str) -> SearchLists:
    """The lists of a search type; the types of transactions share one, as do the stages of customers."""
    name = "transaction" if search_type in _TRANSACTIONS else search_type
    name = "customer" if search_type in ("entity", "prospect") else name
    own = records().get(name, {})
    filters, columns = own.get("filters", _NONE), own.get("columns", _NONE)
    if name == "account":
        # Its lists are shifted in Oracle's file: the columns there are its filters, and its columns are
        # missing.
        filters = columns
    if name == "accountingperiod":
        # Oracle's file has none for periods, which public scripts search by their fields.
        filters = columns = {**_OF_PERIODS, **kinds_of_fields(name)}
    return SearchLists(filters=filters, columns={**columns, **_MORE_COLUMNS.get(name, {})})


@cache
def kinds_of_fields(record_type: str) -> Kinds:
    """The body fields of a record type."""
    fields = records().get(record_type, {}).get("fields", {})
    return {name: kind for name, (kind, _) in fields.items()}

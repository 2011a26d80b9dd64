"""The operations of `N/search` and `N/query`, one for each method."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import injected_error, search, search_notes, suiteql
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.list_rows import Row
from consumer.sandbox.netsuite.suitescript.search_names import check_column, check_type

_SEARCH_UNITS = 10
_LOOKUP_UNITS = 1
_PAGE_UNITS = 5  # of runPaged, and of each page that is fetched
_PAGE_ROWS = range(5, 1001)


class SearchCalls:
    """Searches of one call of a script."""

    def __init__(self, account: Account, meter: Meter) -> None:
        self._account = account
        self._meter = meter

    def do_search(
        self, search_type: str, filters: list[Any], columns: list[dict[str, Any]], first: int, last: int
    ) -> list[dict[str, Any]]:
        self._meter.spend(_SEARCH_UNITS)
        found = self._found(search_type, filters, columns)
        return self._shown(islice(found, first, last), columns)

    def do_search_count(
        self, search_type: str, filters: list[Any], columns: list[dict[str, Any]], page_size: int
    ) -> int:
        self._meter.spend(_PAGE_UNITS)
        if page_size not in _PAGE_ROWS:
            raise ScriptError("SSS_INVALID_PAGE_SIZE", "The page size must lie between 5 and 1000.")
        return sum(1 for _ in self._found(search_type, filters, columns))

    def do_search_page(
        self, search_type: str, filters: list[Any], columns: list[dict[str, Any]], first: int, page_size: int
    ) -> list[dict[str, Any]]:
        self._meter.spend(_PAGE_UNITS)
        found = self._found(search_type, filters, columns)
        return self._shown(islice(found, first, first + page_size), columns)

    def _found(self, search_type: str, filters: list[Any], columns: list[dict[str, Any]]) -> Iterable[Row]:
        injected_error.strike(self._account, "search", search_type, filters)
        check_type(self._account, search_type)
        for column in columns:
            check_column(self._account, search_type, str(column["name"]))
        rows = search_notes.with_notes(search.run(self._account, search_type, filters), columns)
        if search.is_in_order(columns):
            return rows  # no more are read than are shown
        return search.summed(search.ordered(list(rows), columns), columns)

    def _shown(self, rows: Iterable[Row], columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = [str(column["name"]) for column in columns]
        return [self._result(row, names) for row in rows]

    def _result(self, row: Row, columns: list[str]) -> dict[str, Any]:
        return {
            "id": row.id,
            "recordType": row.record_type,
            "columns": {name: search.column(self._account, row, name) for name in columns},
        }

    def do_lookup(self, search_type: str, number: Any, columns: list[str]) -> dict[str, Any]:
        self._meter.spend(_LOOKUP_UNITS)
        for name in columns:
            check_column(self._account, search_type, name)
        rows = search.run(self._account, search_type, ["internalid", "anyof", str(number)])
        found = {name: search.column(self._account, row, name) for row in rows for name in columns}
        return {name: self._looked_up(value, text) for name, (value, text) in found.items()}

    def _looked_up(self, value: str, text: str) -> Any:
        return [{"value": value, "text": text}] if text != value else value

    def do_suiteql(self, statement: str, parameters: list[Any]) -> list[dict[str, Any]]:
        self._meter.spend(_SEARCH_UNITS)
        plain = [float(value) if isinstance(value, Decimal) else value for value in parameters]
        return suiteql.run(self._account, statement, plain)

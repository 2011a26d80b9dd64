"""`N/query`: SuiteQL over views of the books. SQLite runs it, so Oracle's SQL functions do not work."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.open_items import VOIDED
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.record_types import of_group

_ROW_LIMIT = 5000  # rows of one runSuiteQL
_STATUS = "json_extract(fields, '$.status')"
_TRANSACTION = re.compile(r"\btransaction\b", re.IGNORECASE)
_LIMIT = re.compile(r"\blimit\s+\d+\s*$", re.IGNORECASE)


def run(account: Account, statement: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
    """
    Rows with lower-case keys, at most 5,000.

    Raises:
        ScriptError: SSS_INVALID_TYPE_ARG for a parameter that is no string, number or boolean;
            SSS_SEARCH_ERROR_OCCURRED for a table or column that does not exist, and for LIMIT.
    """
    if not all(isinstance(value, (str, int, float, bool)) for value in parameters):
        raise ScriptError("SSS_INVALID_TYPE_ARG", "Parameters must be strings, numbers or booleans.")
    if _LIMIT.search(statement):
        raise ScriptError("SSS_SEARCH_ERROR_OCCURRED", "Search error occurred: Invalid or unsupported search")
    _define_views(account)
    try:
        rows = account.books.query(_TRANSACTION.sub('"transaction"', statement), parameters)
    except sqlite3.Error as error:
        raise ScriptError("SSS_SEARCH_ERROR_OCCURRED", f"Search error occurred: {error}") from error
    return rows[:_ROW_LIMIT]


def _define_views(account: Account) -> None:
    for view, group in (("transaction", "transaction"), ("customer", "entity")):
        account.books.define(view, _select(account, group))


def _select(account: Account, group: str) -> str:
    kinds = of_group(group)
    names = dict.fromkeys(name for kind in kinds for name in account.catalogue.body(kind.type))
    columns = [f"json_extract(fields, '$.{name}') AS \"{name}\"" for name in names]
    if group == "transaction":
        columns.append("json_extract(fields, '$.total') AS foreigntotal")
        columns.append("json_extract(fields, '$.amountremaining') AS foreignamountunpaid")
        columns.append(f"CASE WHEN {_STATUS} LIKE '%:{VOIDED}' THEN 'T' ELSE 'F' END AS voided")
    cases = " ".join(f"WHEN '{kind.type}' THEN '{kind.code or kind.type}'" for kind in kinds)
    kind = f"CASE type {cases} ELSE type END AS type, type AS recordtype"
    return f"SELECT id, {kind}, {', '.join(columns)} FROM record WHERE grp = '{group}'"

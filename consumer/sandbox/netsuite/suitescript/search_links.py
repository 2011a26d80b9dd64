"""
Rows of a search for applying or applied transactions: one for each link, as NetSuite returns them.

The columns of a link also have the amount that it pays of the settled document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.saved_record import InternalId
from consumer.sandbox.netsuite.suitescript.list_rows import Row
from consumer.sandbox.netsuite.suitescript.record_types import APPLY

APPLIED_TO = "appliedtotransaction"
"""The filter for the transactions that a payment or credit memo settles (Oracle's list of filters)."""
_AMOUNTS = ("appliedtolinkamount", "appliedtoforeignamount")


def linked(account: Account, rows: Iterable[Row], expression: Sequence[Any]) -> Iterable[Row]:
    """The rows unchanged, or one for each settled document when the search asks for these."""
    return _links(account, rows) if _names(expression) else rows


def _links(account: Account, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        saved = account.books.get("transaction", InternalId(int(row.id)))
        for line in saved.sublists.get(APPLY, []) if saved is not None else []:
            link = {APPLIED_TO: str(line["doc"]), **dict.fromkeys(_AMOUNTS, str(line["amount"]))}
            yield replace(row, values={**row.values, **link})


def _names(expression: Sequence[Any]) -> bool:
    return any(
        part == APPLIED_TO if isinstance(part, str) else isinstance(part, list) and _names(part)
        for part in expression
    )

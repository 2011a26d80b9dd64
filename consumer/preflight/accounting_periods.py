"""The months of an account's accounting periods: which of them holds a day, and whether it is closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.reading import CatalogRow

_SUMS = ("quarter", "year", "adjustment")
_LOCKS = {"closed": "closed", "all_locked": "locked", "ar_locked": "locked for A/R"}


def months(rows: Iterable[CatalogRow]) -> list[CatalogRow]:
    """The periods to which documents are posted, in order: without quarters, years and adjustments."""
    return sorted((row for row in rows if not any(row.values.get(name) == "T" for name in _SUMS)), key=first)


def holding(of: Sequence[CatalogRow], day: str) -> CatalogRow | None:
    """The month that holds a day, ``YYYY-MM-DD``; None when there is none."""
    return next((row for row in of if first(row) <= day <= last(row)), None)


def first(row: CatalogRow) -> str:
    """The first day of a period."""
    return row.values.get("start", "")


def last(row: CatalogRow) -> str:
    """The last day of a period."""
    return row.values.get("end", "")


def lock(row: CatalogRow) -> str | None:
    """What keeps documents out of a period, in a word; None for an open one."""
    return next((word for name, word in _LOCKS.items() if row.values.get(name) == "T"), None)

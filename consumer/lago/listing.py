"""
Read all rows of one of Lago's lists.

The ``total_count`` of an invoice list may be half an hour old and may be that of the whole organisation
(lago-api ``concerns/pagination.rb``), so pages are read until one has fewer rows than a full page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, Required, TypedDict, Unpack

from consumer.lago.lookup_result import Failed, Listed
from consumer.lago.reply import Absent, Body, Reply

ROWS_PER_PAGE = 100
MAX_PAGES = 100


class Reader(Protocol):
    """Reads pages; `consumer.lago.client.LagoClient`, or what asks it more patiently."""

    async def get(self, path: str, *, resource: str, params: Mapping[str, str | int] | None = None) -> Reply:
        """Read one page."""
        ...

    def misplaced(self) -> Failed:
        """The failure for a response without the list."""
        ...


class ListOptions(TypedDict, total=False):
    """
    What is read of a list.

    Attributes:
        resource: Lago's name of what is read.
        params: the filters; such that no row leaves them meanwhile.
        max_pages: more are a failure, so that a list without end ends.
    """

    resource: Required[str]
    params: Mapping[str, str | int] | None
    max_pages: int


async def rows(client: Reader, path: str, key: str, **options: Unpack[ListOptions]) -> Listed | Failed:
    """
    Every row once, in Lago's order; an object that Lago does not know has none.

    Args:
        client: the client of Lago's API.
        path: of the list, ``payments``.
        key: of the rows in the body, ``payments``.
        options: as of `pages`.
    """
    found: dict[str, dict[str, Any]] = {}
    async for page in pages(client, path, key, **options):
        if isinstance(page, Failed):
            return page
        found |= {str(row.get("lago_id")): row for row in page.rows}
    return Listed(rows=tuple(found.values()))


async def pages(
    client: Reader,
    path: str,
    key: str,
    *,
    resource: str,
    params: Mapping[str, str | int] | None = None,
    max_pages: int = MAX_PAGES,
) -> AsyncIterator[Listed | Failed]:
    """
    Page by page; a `Failed` is the last.

    Rows that are added while pages are read push others to the next page, so a row may come twice.
    """
    for page in range(1, max_pages + 1):
        query = {**(params or {}), "page": page, "per_page": ROWS_PER_PAGE}
        reply = await client.get(path, resource=resource, params=query)
        match reply:
            case Absent():
                return
            case Failed():
                yield reply
                return
            case Body(content=content):
                listed = _rows(content, key)
                if listed is None:
                    yield client.misplaced()
                    return
                yield Listed(rows=tuple(listed))
                if len(listed) < ROWS_PER_PAGE:
                    return
    yield Failed(reason=f"Lago's list of {key} does not end within {max_pages * ROWS_PER_PAGE} rows")


def _rows(content: dict[str, Any], key: str) -> list[dict[str, Any]] | None:
    listed = content.get(key)
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        return None
    return listed

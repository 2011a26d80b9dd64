"""
Read all rows of one of Lago's lists.

The ``total_count`` of an invoice list may be half an hour old and may be that of the whole organisation
(lago-api ``concerns/pagination.rb``), so pages are read until one has fewer rows than a full page.
"""

from __future__ import annotations

import asyncio
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
        at_once: pages of a long list that are asked for side by side, at most; the first is asked for alone.
    """

    resource: Required[str]
    params: Mapping[str, str | int] | None
    max_pages: int
    at_once: int


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
    client: Reader, path: str, key: str, **options: Unpack[ListOptions]
) -> AsyncIterator[Listed | Failed]:
    """
    Page by page; a `Failed` is the last.

    Rows that are added while pages are read push others to the next page, so a row may come twice. Twice as
    many pages are asked for side by side as the time before, so that a short list costs few empty pages.
    """

    async def page(number: int) -> Reply:
        query = {**(options.get("params") or {}), "page": number, "per_page": ROWS_PER_PAGE}
        return await client.get(path, resource=options["resource"], params=query)

    max_pages, at_once = options.get("max_pages", MAX_PAGES), options.get("at_once", 1)
    first, count = 1, 1
    while first <= max_pages:
        numbers = range(first, min(first + count, max_pages + 1))
        for reply in await asyncio.gather(*map(page, numbers)):
            found = _page(client, reply, key)
            if found is not None:
                yield found
            if not isinstance(found, Listed) or len(found.rows) < ROWS_PER_PAGE:
                return
        first, count = first + len(numbers), min(count * 2, at_once)
    yield Failed(reason=f"Lago's list of {key} does not end within {max_pages * ROWS_PER_PAGE} rows")


def _page(client: Reader, reply: Reply, key: str) -> Listed | Failed | None:
    """The rows of a response, or its failure; None where there is no such object."""
    match reply:
        case Absent():
            return None
        case Failed():
            return reply
        case Body(content=content):
            listed = _rows(content, key)
            return client.misplaced() if listed is None else Listed(rows=tuple(listed))


def _rows(content: dict[str, Any], key: str) -> list[dict[str, Any]] | None:
    listed = content.get(key)
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        return None
    return listed

"""
Read all rows of one of Lago's lists.

The ``total_count`` of an invoice list may be half an hour old and may be that of the whole organisation
(lago-api ``concerns/pagination.rb``), so pages are read until one has fewer rows than a full page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consumer.lago.client import LagoClient
from consumer.lago.lookup_result import Failed, Listed
from consumer.lago.reply import Absent, Body

ROWS_PER_PAGE = 100
MAX_PAGES = 100


async def rows(
    client: LagoClient,
    path: str,
    key: str,
    *,
    resource: str,
    params: Mapping[str, str | int] | None = None,
    max_pages: int = MAX_PAGES,
) -> Listed | Failed:
    """
    Every row once, in Lago's order; no rows when Lago responds with 404.

    Rows added between two requests move others to the next page, so rows are deduplicated by their Lago id.

    Args:
        client: for Lago's API.
        path: of the list, ``payments``.
        key: of the rows in the body, ``payments``.
        resource: Lago's name of the resource.
        params: the filters; a row must not stop matching them while pages are read.
        max_pages: more pages are a failure.
    """
    found: dict[str, dict[str, Any]] = {}
    for page in range(1, max_pages + 1):
        query = {**(params or {}), "page": page, "per_page": ROWS_PER_PAGE}
        reply = await client.get(path, resource=resource, params=query)
        match reply:
            case Absent():
                return Listed(rows=())
            case Failed():
                return reply
            case Body(content=content):
                listed = _rows(content, key)
                if listed is None:
                    return client.misplaced()
                found |= {str(row.get("lago_id")): row for row in listed}
                if len(listed) < ROWS_PER_PAGE:
                    return Listed(rows=tuple(found.values()))
    return Failed(reason=f"Lago's list of {key} does not end within {max_pages * ROWS_PER_PAGE} rows")


def _rows(content: dict[str, Any], key: str) -> list[dict[str, Any]] | None:
    listed = content.get(key)
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        return None
    return listed

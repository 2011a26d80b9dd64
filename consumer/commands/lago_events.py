"""What Lago's API has, as the webhooks that a backfill would send, page by page; nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from consumer.backfill.kinds import left_out, outside
from consumer.clock import SystemClock
from consumer.commands.backfill import lago_documents_of
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.config.connection import Connection
from consumer.errors import ConfigurationError
from consumer.events.lago_webhook import Kind, webhook_of

AT_ONCE = 20
"""How many invoices are read side by side: lists lack their fees."""


def readable(connections: Sequence[Connection], code: str | None) -> tuple[Connection, ...]:
    """
    The first connection with an API key of each organisation; with a code that connection alone.

    Raises:
        ConfigurationError: there is none.
    """
    asked = [each for each in connections if code in {None, each.code}]
    able = [each for each in asked if each.lago.api_url and each.lago.api_key]
    if not able:
        codes = ", ".join(each.code for each in asked)
        raise ConfigurationError([f"reading Lago needs lago.api_url and lago.api_key at one of {codes}"])
    return tuple({each.lago.organization_id: each for each in reversed(able)}.values())


async def of(connection: Connection, kinds: Sequence[Kind], scope: Scope) -> AsyncIterator[bytes]:
    """
    The webhook bodies of an organisation's documents, kind after kind.

    Raises:
        ConfigurationError: the API key is of another organisation.
        LagoUnavailableError: Lago does not respond, or the key may not read a list.
    """
    async with lago_documents_of(connection, SystemClock()) as documents:
        await documents.check_organization()
        for kind in kinds:
            async for rows in documents.listed(kind, scope):
                chosen = [row for row in rows if _is_wanted(kind, row, scope)]
                async for content in _whole(kind, chosen, documents):
                    yield webhook_of(kind, content, connection.lago.organization_id).value


async def _whole(
    kind: Kind, rows: Sequence[Mapping[str, Any]], documents: LagoDocuments
) -> AsyncIterator[Mapping[str, Any]]:
    if kind not in {"invoice", "void"}:
        for row in rows:
            yield row
        return
    for begin in range(0, len(rows), AT_ONCE):
        part = rows[begin : begin + AT_ONCE]
        found = await asyncio.gather(*(documents.one("invoice", str(row["lago_id"])) for row in part))
        for content in found:
            if content is not None:
                yield content


def _is_wanted(kind: Kind, row: Mapping[str, Any], scope: Scope) -> bool:
    if kind == "void" and row.get("status") != "voided":
        return False
    is_outside = outside(kind, row, scope.since, scope.until) is not None
    return bool(row.get("lago_id")) and not is_outside and left_out(kind, row) is None

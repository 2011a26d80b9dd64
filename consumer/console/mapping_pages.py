"""The page of the mapping, and that of a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from consumer.backtest.difference import ASPECTS
from consumer.config import connections_text
from consumer.console import overview, waiting_list
from consumer.console.mapping import mapping_view
from consumer.console.mapping.configuration_file import Current
from consumer.console.mapping.draft import Draft
from consumer.console.page import context_of, render

RECORDS = {
    "customer": "customer",
    "invoice": "invoice",
    "salesorder": "sales_order",
    "creditmemo": "credit_note",
    "credit_note": "credit_note",
    "customerpayment": "payment",
    "payment": "payment",
}
"""NetSuite's record types, and Lago's object types, as the addresses of records have them."""
SHOWN_LINES = 1_000
SHOWN_DOCUMENTS = 50


async def mapping(request: Request) -> HTMLResponse:
    """What a connection maps to what, how much goes by fallbacks, and the file for changing it."""
    parts = context_of(request).mapping
    current = await asyncio.to_thread(parts.file.current)
    if not isinstance(current, Current):
        return await _shown(request, "mapping_unusable.html", file=current)
    # A reading may end while the page is rendered; then the page has to fetch itself again.
    change = context_of(request).changes.number
    parts.refresh(current, context_of(request).now_ms)
    view = mapping_view.of(current, parts, request.query_params.get("connection", ""))
    return await _shown(
        request,
        "mapping.html",
        file=current,
        view=view,
        place_of=connections_text.place_of,
        change=change,
        shown_rules=mapping_view.SHOWN_RULES,
    )


async def draft(request: Request) -> HTMLResponse:
    """One draft: its errors, its difference, its back-test."""
    parts = context_of(request).mapping
    found = parts.drafts.find(request.path_params["draft_id"])
    if found is None:
        return await _shown(
            request, "message.html", status=404, headline="There is no such draft", tone="warn",
            lines=("Drafts are in the memory of the console: the latest ones, until it starts anew.",),
            back="/mapping",
        )  # fmt: skip
    change = context_of(request).changes.number
    current = await asyncio.to_thread(parts.file.current)
    is_latest = isinstance(current, Current) and current.digest == found.base.digest
    return await _shown(
        request, "mapping_draft.html", draft=found, is_latest=is_latest, excerpt=mapping_view.excerpt(found),
        rest=_rest(found),
        place_of=connections_text.place_of, run=found.run, aspects=ASPECTS, records=RECORDS,
        shown_lines=SHOWN_LINES, shown_documents=SHOWN_DOCUMENTS, change=change,
    )  # fmt: skip


def address_of(found: Draft) -> str:
    """The page of a draft."""
    return f"/mapping/drafts/{found.id}"


def _rest(found: Draft) -> list[tuple[str, str]]:
    """What the draft leaves without rules; nothing is said of events that are still read, in a thread."""
    if found.run is None or not found.run.is_over:
        return []
    return mapping_view.rest(found.run.coverage, [each.code for each in found.connections])


async def _shown(request: Request, template: str, **values: Any) -> HTMLResponse:
    return await asyncio.to_thread(_rendering(request, template, values))


def _rendering(request: Request, template: str, values: dict[str, Any]) -> Callable[[], HTMLResponse]:
    def rendered() -> HTMLResponse:
        with context_of(request).tables() as tables:
            missing, count = overview.missing_amounts(tables), waiting_list.count(tables)
        return render(request, template, missing=missing, waiting=count, **values)

    return rendered

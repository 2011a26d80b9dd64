"""Requests and responses of Lago's REST API: parameters, JSON bodies, lists and errors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.sandbox.lago import filters, listings, refusal
from consumer.sandbox.lago.listings import CachedCounts
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization
from consumer.sandbox.lago.refusal import RefusalError

MAX_BODY_BYTES = 1024 * 1024
_NAMES = {
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    422: "Unprocessable Entity",
}  # fmt: skip

Serialize = Callable[[Organization, Json], Json]
Find = Callable[[Sequence[Json], filters.Query], list[Json]]
Answer = Callable[[Organization, Request], Awaitable[Response]]
Route = tuple[str, str, str, str, Answer]
"""Method and path below the API, Lago's name of the resource, ``read`` or ``write``, and what answers."""


def listed(  # noqa: PLR0913, PLR0917 - what a list consists of
    organization: Organization,
    request: Request,
    key: str,
    stored: Sequence[Json],
    find: Find,
    serialize: Serialize | None = None,
    counts: CachedCounts | None = None,
) -> JSONResponse:
    """
    One page of a list.

    Raises:
        RefusalError: a status that Lago does not know, or a billing entity that does not exist.
    """
    query = query_of(request)
    filters.refuse_unknown_entities(query, organization.billing_entities)
    state = (organization.changes, len(stored))
    found = organization.found_rows.of(request.url.path, query, state, lambda: find(stored, query))
    rows, meta = listings.page(found, query, counts=counts)
    return JSONResponse(
        {key: [serialize(organization, row) if serialize else row for row in rows], "meta": meta}
    )


def list_of(
    key: str,
    kept: Callable[[Organization], Iterable[Json]],
    find: Find,
    serialize: Serialize | None = None,
) -> Answer:
    """The endpoint of a list of all objects of a kind."""

    async def answered(organization: Organization, request: Request) -> Response:
        return listed(organization, request, key, list(kept(organization)), find, serialize)

    return answered


def query_of(request: Request) -> dict[str, list[str]]:
    """All values of each parameter."""
    return {name: request.query_params.getlist(name) for name in request.query_params}


async def content_of(request: Request) -> dict[str, Any]:
    """The JSON object of the body; empty when there is none."""
    body = await request.body()
    try:
        sent = json.loads(body[:MAX_BODY_BYTES])
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


async def root_of(request: Request, name: str) -> dict[str, Any]:
    """
    The root object of a request to create something.

    Raises:
        RefusalError: there is none.
    """
    sent = (await content_of(request)).get(name)
    if not isinstance(sent, dict) or not sent:
        raise refusal.without(name)
    return sent


def refused(error: RefusalError) -> JSONResponse:
    """An error as Lago writes it."""
    content: dict[str, Any] = {
        "status": error.status,
        "error": error.text or _NAMES.get(error.status, "Error"),
    }
    content |= {"code": error.code} if error.code else {}
    content |= {"error_details": error.details} if error.details else {}
    return JSONResponse(content, status_code=error.status)

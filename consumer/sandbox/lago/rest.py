"""
Lago's REST API, version 1: keys, permissions, limits, lists and objects.

Source: lago-api ``app/controllers/api``; facts of each route in the README's table.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consumer.sandbox.lago import listings, metadata, serializers
from consumer.sandbox.lago.listings import CachedCounts, InvalidFilterError
from consumer.sandbox.lago.metadata import MetadataRefusedError
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization
from consumer.sandbox.lago.rate_limit import RateLimit

MAX_BODY_BYTES = 1024 * 1024
PREFIX = "/api/v1"
Permissions = Mapping[str, Sequence[str]]
"""What a key may do: ``read`` and ``write`` by Lago's name of the resource."""

Endpoint = Callable[["Rest", Request], Awaitable[Response]]


@dataclass(slots=True, kw_only=True)
class Rest:
    """
    The API of one organisation.

    Attributes:
        keys: permissions by API key; None for a key with all permissions.
        failing: HTTP status of every response; None for normal responses.
        announce: sends due webhooks after a write; None without an endpoint.
        requests: number of requests by method and path template.
    """

    organization: Organization
    limit: RateLimit
    counts: CachedCounts
    keys: dict[str, Permissions | None] = field(default_factory=dict)
    failing: int | None = None
    requests: dict[str, int] = field(default_factory=dict)
    announce: Callable[[], Awaitable[None]] | None = None

    def routes(self) -> list[Route]:
        """All routes."""
        table: list[tuple[str, str, str, str, Endpoint]] = [
            ("GET", "/organizations", "organization", "read", Rest.show_organization),
            ("GET", "/customers", "customer", "read", Rest.list_customers),
            ("POST", "/customers", "customer", "write", Rest.upsert_customer),
            ("GET", "/customers/{external_id:path}", "customer", "read", Rest.show_customer),
            ("GET", "/invoices", "invoice", "read", Rest.list_invoices),
            ("GET", "/invoices/{lago_id}", "invoice", "read", Rest.show_invoice),
            ("PUT", "/invoices/{lago_id}", "invoice", "write", Rest.update_invoice),
            ("GET", "/credit_notes", "credit_note", "read", Rest.list_credit_notes),
            ("GET", "/credit_notes/{lago_id}", "credit_note", "read", Rest.show_credit_note),
            ("PATCH", "/credit_notes/{lago_id}/metadata", "credit_note", "write", Rest.merge_metadata),
            ("GET", "/payments", "payment", "read", Rest.list_payments),
            ("GET", "/payments/{lago_id}", "payment", "read", Rest.show_payment),
            # The controller of receipts names the resource `invoice`.
            ("GET", "/payment_receipts", "invoice", "read", Rest.list_receipts),
            ("GET", "/activity_logs", "activity_log", "read", Rest.refuse_premium),
        ]
        return [
            Route(PREFIX + path, self._guarded(endpoint, resource, mode), methods=[method])
            for method, path, resource, mode, endpoint in table
        ]

    def _guarded(
        self, endpoint: Endpoint, resource: str, mode: str
    ) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            refused = self._refusal(request, resource, mode)
            response = refused if refused is not None else await self._answered(endpoint, request, resource)
            if mode == "write" and self.announce is not None:
                await self.announce()
            response.headers.update(self.limit.headers())
            return response

        return guarded

    def _refusal(self, request: Request, resource: str, mode: str) -> Response | None:
        route = f"{request.method} {request.scope['route'].path.removeprefix(PREFIX)}"
        self.requests[route] = self.requests.get(route, 0) + 1
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not self.limit.admits():
            return _error(429, "too_many_requests")
        if self.failing is not None:
            return _error(self.failing, "failing")
        if scheme != "Bearer" or key not in self.keys:
            return _error(401, "unauthorized")
        permitted = self.keys[key]
        if permitted is not None and mode not in permitted.get(resource, ()):
            return _error(403, f"{mode}_action_not_allowed_for_{resource}")
        return None

    async def _answered(self, endpoint: Endpoint, request: Request, resource: str) -> Response:
        try:
            return await endpoint(self, request)
        except (ImpossibleError, KeyError):
            return _error(404, f"{resource}_not_found")
        except InvalidFilterError as error:
            return _error(422, "validation_errors", {str(error): ["value_is_invalid"]})
        except MetadataRefusedError as error:
            return _error(422, "validation_errors", {"metadata": [str(error)]})

    # --- endpoints ----------------------------------------------------------------------------------------

    async def show_organization(self, _: Request) -> Response:
        """``GET /organizations``: the key's own."""
        names = {"lago_id": self.organization.lago_id, "slug": self.organization.slug}
        return JSONResponse({"organization": names | {"name": self.organization.slug.title()}})

    async def list_customers(self, request: Request) -> Response:
        """``GET /customers``: deleted ones never."""
        kept = [
            one
            for one in self.organization.customers.values()
            if one["lago_id"] not in self.organization.deleted
        ]
        return self._list(
            "customers", listings.customers(kept, _query(request)), request, serializers.customer
        )

    async def show_customer(self, request: Request) -> Response:
        """``GET /customers/:external_id``."""
        found = self.organization.customer_of(request.path_params["external_id"])
        return JSONResponse({"customer": serializers.customer(self.organization, found)})

    async def upsert_customer(self, request: Request) -> Response:
        """``POST /customers``: creates or changes a customer, and always sends a webhook."""
        sent = (await _json(request)).get("customer") or {}
        external_id, links = sent.pop("external_id"), sent.pop("integration_customers", None)
        found = self.organization.upsert_customer(external_id, **sent)
        if links is not None:
            self.organization.link(found["lago_id"], links)
        return JSONResponse({"customer": serializers.customer(self.organization, found)})

    async def list_invoices(self, request: Request) -> Response:
        """``GET /invoices``: without fees and credits, and with a count that may be old."""
        found = listings.invoices(self.organization.invoices.values(), _query(request))
        return self._list("invoices", found, request, serializers.listed_invoice, self.counts)

    async def show_invoice(self, request: Request) -> Response:
        """``GET /invoices/:id``."""
        found = self.organization.invoices[request.path_params["lago_id"]]
        return JSONResponse({"invoice": serializers.shown_invoice(self.organization, found)})

    async def update_invoice(self, request: Request) -> Response:
        """``PUT /invoices/:id``: metadata and payment status; drafts and voided ones are refused."""
        found = self.organization.invoices[request.path_params["lago_id"]]
        sent = (await _json(request)).get("invoice") or {}
        if found["status"] == "draft":
            return _error(405, "metadata_on_draft_invoice")
        if found["status"] == "voided":
            return _error(405, "update_on_voided_invoice")
        if "metadata" in sent:
            found["metadata"] = metadata.replaced(found["lago_id"], found["metadata"], sent["metadata"])
            self.organization.touch(found)
        if sent.get("payment_status", found["payment_status"]) != found["payment_status"]:
            found["payment_status"] = sent["payment_status"]
            self.organization.announce("invoice.payment_status_updated", found)
        return JSONResponse({"invoice": serializers.shown_invoice(self.organization, found)})

    async def list_credit_notes(self, request: Request) -> Response:
        """``GET /credit_notes``: complete credit notes, as of ``GET /credit_notes/:id``."""
        found = listings.credit_notes(self.organization.credit_notes.values(), _query(request))
        return self._list("credit_notes", found, request, serializers.credit_note)

    async def show_credit_note(self, request: Request) -> Response:
        """``GET /credit_notes/:id``."""
        found = self.organization.credit_notes[request.path_params["lago_id"]]
        return JSONResponse({"credit_note": serializers.credit_note(self.organization, found)})

    async def merge_metadata(self, request: Request) -> Response:
        """``PATCH /credit_notes/:id/metadata``: keeps other keys; sends no webhook."""
        found = self.organization.credit_notes[request.path_params["lago_id"]]
        sent = (await _json(request)).get("metadata")
        found["metadata"] = metadata.merged(found.get("metadata") or {}, sent)
        self.organization.touch(found)
        return JSONResponse({"metadata": found["metadata"]})

    async def list_payments(self, request: Request) -> Response:
        """``GET /payments``: all states."""
        found = listings.payments(self.organization.payments.values(), _query(request))
        return self._list("payments", found, request, _as_it_is)

    async def show_payment(self, request: Request) -> Response:
        """``GET /payments/:id``."""
        return JSONResponse({"payment": self.organization.payments[request.path_params["lago_id"]]})

    async def list_receipts(self, request: Request) -> Response:
        """``GET /payment_receipts``."""
        found = listings.receipts(self.organization.receipts.values(), _query(request))
        return self._list("payment_receipts", found, request, _as_it_is)

    async def refuse_premium(self, _: Request) -> Response:
        """``GET /activity_logs``: a premium feature that this organisation does not have."""
        return _error(403, "feature_unavailable")

    def _list(
        self,
        key: str,
        found: Sequence[Json],
        request: Request,
        serialize: Callable[[Organization, Json], Json],
        counts: CachedCounts | None = None,
    ) -> Response:
        rows, meta = listings.page(found, _query(request), counts=counts)
        return JSONResponse({key: [serialize(self.organization, row) for row in rows], "meta": meta})


def _as_it_is(_: Organization, stored: Json) -> Json:
    return stored


def _query(request: Request) -> dict[str, list[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    try:
        sent = json.loads(body[:MAX_BODY_BYTES])
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _error(status: int, code: str, details: Mapping[str, Any] | None = None) -> JSONResponse:
    names = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
    content = {"status": status, "error": names.get(status, "Error"), "code": code}
    return JSONResponse(content | ({"error_details": details} if details else {}), status_code=status)

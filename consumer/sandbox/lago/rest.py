"""
Lago's REST API, version 1: keys, permissions, limits, lists and objects.

Source: lago-api ``app/controllers/api``; facts of each route in the README's table.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from consumer.sandbox.lago import (
    billing,
    credit_note_endpoints,
    customers,
    disputes,
    listings,
    metadata,
    payment_endpoints,
    refusal,
    serializers,
    wallet_endpoints,
    wallet_invoices,
)
from consumer.sandbox.lago.exchange import Answer, content_of, listed, refused
from consumer.sandbox.lago.filters import VISIBLE
from consumer.sandbox.lago.listings import CachedCounts
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization
from consumer.sandbox.lago.rate_limit import RateLimit
from consumer.sandbox.lago.refusal import RefusalError

PREFIX = "/api/v1"
KEY_RESOURCE = "webhook_jwt_public_key"
BASE64_LINE_CHARS = 60
Permissions = Mapping[str, Sequence[str]]
"""What a key may do: ``read`` and ``write`` by Lago's name of the resource."""

Endpoint = Callable[["Rest", Request], Awaitable[Response]]
_OF_ORGANIZATION = (*credit_note_endpoints.ROUTES, *payment_endpoints.ROUTES, *wallet_endpoints.ROUTES)
"""Routes that need nothing but the organisation."""


@dataclass(slots=True, kw_only=True)
class Rest:
    """
    The API of one organisation.

    Attributes:
        keys: permissions by API key; None for a key with all permissions.
        public_pem: verifies its webhooks that are signed as JWT; empty when it signs none.
        failing: HTTP status of every response; None for normal responses.
        announce: sends due webhooks after a write; None without an endpoint.
        requests: number of requests by method and path template.
    """

    organization: Organization
    limit: RateLimit
    counts: CachedCounts
    keys: dict[str, Permissions | None] = field(default_factory=dict)
    public_pem: str = ""
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
            ("DELETE", "/invoices/{lago_id}", "invoice", "write", Rest.delete_invoice),
            ("POST", "/invoices/{lago_id}/lose_dispute", "invoice", "write", Rest.lose_dispute),
            ("GET", "/webhooks/public_key", KEY_RESOURCE, "read", Rest.show_public_key),
            ("GET", "/webhooks/json_public_key", KEY_RESOURCE, "read", Rest.show_public_key),
            ("GET", "/activity_logs", "activity_log", "read", Rest.refuse_premium),
            *((*route[:4], _on(route[4])) for route in _OF_ORGANIZATION),
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
            response = await self._answered(endpoint, request, resource, mode)
            if mode == "write" and self.announce is not None:
                await self.announce()
            response.headers.update(self.limit.headers())
            return response

        return guarded

    async def _answered(self, endpoint: Endpoint, request: Request, resource: str, mode: str) -> Response:
        try:
            self._admit(request, resource, mode)
            return await endpoint(self, request)
        except RefusalError as error:
            return refused(error)
        except (ImpossibleError, KeyError):
            return refused(refusal.missing(resource))

    def _admit(self, request: Request, resource: str, mode: str) -> None:
        route = f"{request.method} {request.scope['route'].path.removeprefix(PREFIX)}"
        self.requests[route] = self.requests.get(route, 0) + 1
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not self.limit.admits():
            raise RefusalError(429, "too_many_requests")
        if self.failing is not None:
            raise RefusalError(self.failing, "failing")
        if scheme != "Bearer" or key not in self.keys:
            raise RefusalError(401, "unauthorized")
        permitted = self.keys[key]
        if permitted is not None and mode not in permitted.get(resource, ()):
            raise RefusalError(403, f"{mode}_action_not_allowed_for_{resource}")

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
        return listed(self.organization, request, "customers", kept, listings.customers, serializers.customer)

    async def show_customer(self, request: Request) -> Response:
        """``GET /customers/:external_id``."""
        found = self.organization.customer_of(request.path_params["external_id"])
        return JSONResponse({"customer": serializers.customer(self.organization, found)})

    async def upsert_customer(self, request: Request) -> Response:
        """``POST /customers``: creates or changes a customer, and always sends a webhook."""
        sent = (await content_of(request)).get("customer") or {}
        external_id, links = sent.pop("external_id"), sent.pop("integration_customers", None)
        if "metadata" in sent:
            known = (self.organization.find_customer(external_id) or {}).get("metadata", ())
            own = (external_id, known, sent["metadata"], customers.MAX_VALUE_CHARS)
            sent["metadata"] = metadata.replaced(*own)
        found = self.organization.upsert_customer(external_id, **sent)
        if links is not None:
            self.organization.link(found["lago_id"], links)
        return JSONResponse({"customer": serializers.customer(self.organization, found)})

    async def list_invoices(self, request: Request) -> Response:
        """``GET /invoices``: without fees and credits, and with a count that may be old."""
        stored = list(self.organization.invoices.values())
        find, show = listings.invoices, serializers.listed_invoice
        return listed(self.organization, request, "invoices", stored, find, show, self.counts)

    async def show_invoice(self, request: Request) -> Response:
        """``GET /invoices/:id``; invisible ones are not found."""
        return self._shown(self._visible(request))

    async def delete_invoice(self, request: Request) -> Response:
        """``DELETE /invoices/:id``: drafts only."""
        return self._acted(request, billing.delete)

    async def lose_dispute(self, request: Request) -> Response:
        """``POST /invoices/:id/lose_dispute``."""
        return self._acted(request, disputes.lose)

    def _acted(self, request: Request, act: Callable[[Organization, str], Json]) -> Response:
        found = self._visible(request)
        try:
            return self._shown(act(self.organization, found["lago_id"]))
        except ImpossibleError as error:
            raise refusal.not_allowed(str(error)) from None

    def _visible(self, request: Request) -> Json:
        found = self.organization.invoices[request.path_params["lago_id"]]
        if found["status"] not in VISIBLE:
            raise KeyError(found["lago_id"])
        return found

    def _shown(self, found: Json) -> Response:
        return JSONResponse({"invoice": serializers.shown_invoice(self.organization, found)})

    async def update_invoice(self, request: Request) -> Response:
        """``PUT /invoices/:id``: metadata and payment status; drafts and voided ones are refused."""
        found = self._visible(request)
        sent = (await content_of(request)).get("invoice") or {}
        if found["status"] == "draft":
            raise refusal.not_allowed("metadata_on_draft_invoice")
        if found["status"] == "voided":
            raise refusal.not_allowed("update_on_voided_invoice")
        if "metadata" in sent:
            found["metadata"] = metadata.replaced(found["lago_id"], found["metadata"], sent["metadata"])
            self.organization.touch(found)
        if sent.get("payment_status", found["payment_status"]) != found["payment_status"]:
            found["payment_status"] = sent["payment_status"]
            self.organization.announce("invoice.payment_status_updated", found)
            if sent["payment_status"] == "succeeded":
                wallet_invoices.purchase_paid(self.organization, found)
            elif sent["payment_status"] == "failed":
                wallet_invoices.purchase_failed(self.organization, found)
        return self._shown(found)

    async def show_public_key(self, request: Request) -> Response:
        """``GET /webhooks/public_key`` as text, ``json_public_key`` as JSON: base64 in lines of PEM."""
        if not self.public_pem:
            raise refusal.missing(KEY_RESOURCE)
        packed = base64.b64encode(self.public_pem.encode()).decode()
        lines = "".join(f"{line}\n" for line in textwrap.wrap(packed, BASE64_LINE_CHARS))
        is_json = request.url.path.endswith("json_public_key")
        return JSONResponse({"webhook": {"public_key": lines}}) if is_json else PlainTextResponse(lines)

    async def refuse_premium(self, _: Request) -> Response:
        """``GET /activity_logs``: a premium feature that this organisation does not have."""
        raise refusal.premium()


def _on(endpoint: Answer) -> Endpoint:
    async def answered(rest: Rest, request: Request) -> Response:
        return await endpoint(rest.organization, request)

    return answered

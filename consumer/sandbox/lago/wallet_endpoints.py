"""Endpoints of wallets."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from consumer.sandbox.lago import filters, listings, refusal
from consumer.sandbox.lago.exchange import Route, listed, query_of
from consumer.sandbox.lago.organization import Organization


async def list_wallets(organization: Organization, request: Request) -> Response:
    """``GET /wallets``; an unknown customer is not found."""
    external_id = filters.first(query_of(request), "external_customer_id")
    if external_id is not None and organization.find_customer(external_id) is None:
        raise refusal.missing("customer")
    stored = list(organization.wallets.values())
    return listed(organization, request, "wallets", stored, listings.wallets)


ROUTES: list[Route] = [
    ("GET", "/wallets", "wallet", "read", list_wallets),
]

"""Endpoints of wallets and of their transactions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.sandbox.lago import (
    filters,
    listings,
    refusal,
    serializers,
    wallet_transactions,
    wallets,
)
from consumer.sandbox.lago.exchange import Route, listed, query_of, root_of
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization


async def list_wallets(organization: Organization, request: Request) -> Response:
    """``GET /wallets``; an unknown customer is not found."""
    external_id = filters.first(query_of(request), "external_customer_id")
    if external_id is not None and organization.find_customer(external_id) is None:
        raise refusal.missing("customer")
    stored = list(organization.wallets.values())
    return listed(organization, request, "wallets", stored, listings.wallets, serializers.shown_wallet)


async def create_wallet(organization: Organization, request: Request) -> Response:
    """``POST /wallets``: with its first purchase and grant."""
    sent = await root_of(request, "wallet")
    return _shown(organization, wallet_transactions.open_wallet(organization, sent))


async def show_wallet(organization: Organization, request: Request) -> Response:
    """``GET /wallets/:id``."""
    return _shown(organization, organization.wallets[request.path_params["lago_id"]])


async def terminate_wallet(organization: Organization, request: Request) -> Response:
    """``DELETE /wallets/:id``."""
    return _shown(organization, wallets.terminate(organization, request.path_params["lago_id"]))


async def list_transactions(organization: Organization, request: Request) -> Response:
    """``GET /wallets/:id/wallet_transactions``; an unknown wallet is not found."""
    wallet_id = request.path_params["lago_id"]
    if wallet_id not in organization.wallets:
        raise refusal.missing("wallet")
    stored = [one for one in organization.wallet_transactions.values() if one["lago_wallet_id"] == wallet_id]
    find, show = listings.wallet_transactions, serializers.wallet_transaction
    return listed(organization, request, "wallet_transactions", stored, find, show)


async def create_transactions(organization: Organization, request: Request) -> Response:
    """``POST /wallet_transactions``: purchases, grants and voids credits."""
    made = wallet_transactions.create(organization, await root_of(request, "wallet_transaction"))
    rows = [serializers.wallet_transaction(organization, one) for one in made]
    return JSONResponse({"wallet_transactions": rows})


async def show_transaction(organization: Organization, request: Request) -> Response:
    """``GET /wallet_transactions/:id``."""
    found = organization.wallet_transactions[request.path_params["lago_id"]]
    shown = serializers.wallet_transaction(organization, found)
    return JSONResponse({"wallet_transaction": shown | {"applied_invoice_custom_sections": []}})


def _shown(organization: Organization, found: Json) -> Response:
    return JSONResponse({"wallet": serializers.shown_wallet(organization, found)})


ROUTES: list[Route] = [
    ("GET", "/wallets", "wallet", "read", list_wallets),
    ("POST", "/wallets", "wallet", "write", create_wallet),
    ("GET", "/wallets/{lago_id}", "wallet", "read", show_wallet),
    ("DELETE", "/wallets/{lago_id}", "wallet", "write", terminate_wallet),
    ("GET", "/wallets/{lago_id}/wallet_transactions", "wallet_transaction", "read", list_transactions),
    ("POST", "/wallet_transactions", "wallet_transaction", "write", create_transactions),
    ("GET", "/wallet_transactions/{lago_id}", "wallet_transaction", "read", show_transaction),
]

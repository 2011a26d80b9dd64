"""Endpoints of payments, of their receipts and of payment requests."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.sandbox.lago import listings, manual_payments, payment_requests, serializers
from consumer.sandbox.lago.exchange import Route, listed, root_of
from consumer.sandbox.lago.filters import VISIBLE
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization


async def list_payments(organization: Organization, request: Request) -> Response:
    """``GET /payments``: in all states, but none of invisible invoices."""
    stored = [one for one in organization.payments.values() if _is_visible(organization, one)]
    return listed(organization, request, "payments", stored, listings.payments)


async def show_payment(organization: Organization, request: Request) -> Response:
    """``GET /payments/:id``."""
    return JSONResponse({"payment": organization.payments[request.path_params["lago_id"]]})


async def create_payment(organization: Organization, request: Request) -> Response:
    """``POST /payments``: a payment by hand."""
    sent = await root_of(request, "payment")
    return JSONResponse({"payment": manual_payments.record(organization, sent)})


async def list_receipts(organization: Organization, request: Request) -> Response:
    """``GET /payment_receipts``."""
    stored = list(organization.receipts.values())
    return listed(organization, request, "payment_receipts", stored, listings.receipts)


async def list_payment_requests(organization: Organization, request: Request) -> Response:
    """``GET /payment_requests``: with the customer, and with bare invoices."""
    stored = list(organization.payment_requests.values())
    find, show = listings.payment_requests, serializers.payment_request
    return listed(organization, request, "payment_requests", stored, find, show)


async def create_payment_request(organization: Organization, request: Request) -> Response:
    """``POST /payment_requests``: asks a customer to pay overdue invoices."""
    sent = await root_of(request, "payment_request")
    return _shown(organization, payment_requests.create(organization, sent))


async def show_payment_request(organization: Organization, request: Request) -> Response:
    """``GET /payment_requests/:id``."""
    return _shown(organization, organization.payment_requests[request.path_params["lago_id"]])


def _shown(organization: Organization, found: Json) -> Response:
    return JSONResponse({"payment_request": serializers.payment_request(organization, found)})


def _is_visible(organization: Organization, payment: Json) -> bool:
    invoice = organization.invoices.get(payment["lago_payable_id"])
    return invoice is None or invoice["status"] in VISIBLE


ROUTES: list[Route] = [
    ("GET", "/payments", "payment", "read", list_payments),
    ("POST", "/payments", "payment", "write", create_payment),
    ("GET", "/payments/{lago_id}", "payment", "read", show_payment),
    # The controller of receipts names the resource `invoice`.
    ("GET", "/payment_receipts", "invoice", "read", list_receipts),
    ("GET", "/payment_requests", "payment_request", "read", list_payment_requests),
    ("POST", "/payment_requests", "payment_request", "write", create_payment_request),
    ("GET", "/payment_requests/{lago_id}", "payment_request", "read", show_payment_request),
]

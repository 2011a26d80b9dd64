"""Endpoints of payments, of their receipts and of payment requests."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.sandbox.lago import listings, manual_payments, payment_requests, serializers
from consumer.sandbox.lago.exchange import Route, list_of, root_of
from consumer.sandbox.lago.filters import VISIBLE
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization


async def show_payment(organization: Organization, request: Request) -> Response:
    """``GET /payments/:id``."""
    return JSONResponse({"payment": organization.payments[request.path_params["lago_id"]]})


async def create_payment(organization: Organization, request: Request) -> Response:
    """``POST /payments``: a payment by hand."""
    sent = await root_of(request, "payment")
    return JSONResponse({"payment": manual_payments.record(organization, sent)})


async def create_payment_request(organization: Organization, request: Request) -> Response:
    """``POST /payment_requests``: asks a customer to pay overdue invoices."""
    sent = await root_of(request, "payment_request")
    return _shown(organization, payment_requests.create(organization, sent))


async def show_payment_request(organization: Organization, request: Request) -> Response:
    """``GET /payment_requests/:id``."""
    return _shown(organization, organization.payment_requests[request.path_params["lago_id"]])


def _shown(organization: Organization, found: Json) -> Response:
    return JSONResponse({"payment_request": serializers.payment_request(organization, found)})


def _visible(organization: Organization) -> list[Json]:
    """Payments in all states, but none of invisible invoices."""
    invoices, payments = organization.invoices, organization.payments.values()
    hidden = {lago_id for lago_id, invoice in invoices.items() if invoice["status"] not in VISIBLE}
    return [one for one in payments if one["lago_payable_id"] not in hidden]


PAYMENTS = list_of("payments", _visible, listings.payments)
RECEIPTS = list_of("payment_receipts", lambda of: of.receipts.values(), listings.receipts)
REQUESTS = list_of(
    "payment_requests",
    lambda of: of.payment_requests.values(),
    listings.payment_requests,
    serializers.payment_request,
)
ROUTES: list[Route] = [
    ("GET", "/payments", "payment", "read", PAYMENTS),
    ("POST", "/payments", "payment", "write", create_payment),
    ("GET", "/payments/{lago_id}", "payment", "read", show_payment),
    # The controller of receipts names the resource `invoice`.
    ("GET", "/payment_receipts", "invoice", "read", RECEIPTS),
    ("GET", "/payment_requests", "payment_request", "read", REQUESTS),
    ("POST", "/payment_requests", "payment_request", "write", create_payment_request),
    ("GET", "/payment_requests/{lago_id}", "payment_request", "read", show_payment_request),
]

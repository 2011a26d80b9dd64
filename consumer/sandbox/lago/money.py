"""Endpoints of what settles invoices: credit notes, payments, receipts, payment requests, wallets."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.sandbox.lago import crediting, filters, listings, metadata, serializers
from consumer.sandbox.lago.exchange import content_of, listed, query_of, refused
from consumer.sandbox.lago.filters import PAYMENT_STATUSES, VISIBLE, InvalidFilterError
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization


async def list_credit_notes(organization: Organization, request: Request) -> Response:
    """``GET /credit_notes``: complete credit notes, as of ``GET /credit_notes/:id``."""
    stored = list(organization.credit_notes.values())
    return listed(
        organization, request, "credit_notes", stored, listings.credit_notes, serializers.credit_note
    )


async def show_credit_note(organization: Organization, request: Request) -> Response:
    """``GET /credit_notes/:id``."""
    return _shown(organization, _note(organization, request))


async def update_credit_note(organization: Organization, request: Request) -> Response:
    """``PUT /credit_notes/:id``: refund status and metadata, which is merged; sends no webhook."""
    found = _note(organization, request)
    sent = (await content_of(request)).get("credit_note") or {}
    if "refund_status" in sent:
        if sent["refund_status"] not in PAYMENT_STATUSES:
            raise InvalidFilterError("refund_status")
        _set(organization, found, "refund_status", sent["refund_status"])
    if "metadata" in sent:
        after = metadata.merged(found.get("metadata") or {}, sent["metadata"])
        _set(organization, found, "metadata", after)
    return _shown(organization, found)


async def void_credit_note(organization: Organization, request: Request) -> Response:
    """``PUT /credit_notes/:id/void``: what is left of it; sends no webhook."""
    found = _note(organization, request)
    try:
        return _shown(organization, crediting.void(organization, found["lago_id"]))
    except ImpossibleError as error:
        return refused(405, str(error))


async def merge_metadata(organization: Organization, request: Request) -> Response:
    """``PATCH /credit_notes/:id/metadata``: keeps other keys; sends no webhook."""
    found = _note(organization, request)
    sent = (await content_of(request)).get("metadata")
    return _with_metadata(organization, found, metadata.merged(found.get("metadata") or {}, sent))


async def replace_metadata(organization: Organization, request: Request) -> Response:
    """``POST /credit_notes/:id/metadata``: other keys are deleted."""
    found = _note(organization, request)
    sent = (await content_of(request)).get("metadata")
    return _with_metadata(organization, found, metadata.merged({}, sent))


async def delete_metadata(organization: Organization, request: Request) -> Response:
    """``DELETE /credit_notes/:id/metadata``, or of one key."""
    found, key = _note(organization, request), request.path_params.get("key")
    known = found.get("metadata") or {}
    kept = {name: value for name, value in known.items() if name != key} if key else {}
    return _with_metadata(organization, found, kept)


async def list_payments(organization: Organization, request: Request) -> Response:
    """``GET /payments``: in all states, but none of invisible invoices."""
    stored = [one for one in organization.payments.values() if _is_visible(organization, one)]
    return listed(organization, request, "payments", stored, listings.payments)


async def show_payment(organization: Organization, request: Request) -> Response:
    """``GET /payments/:id``."""
    return JSONResponse({"payment": organization.payments[request.path_params["lago_id"]]})


async def list_receipts(organization: Organization, request: Request) -> Response:
    """``GET /payment_receipts``."""
    stored = list(organization.receipts.values())
    return listed(organization, request, "payment_receipts", stored, listings.receipts)


async def list_payment_requests(organization: Organization, request: Request) -> Response:
    """``GET /payment_requests``: with the customer, and with bare invoices."""
    stored = list(organization.payment_requests.values())
    find, show = listings.payment_requests, serializers.payment_request
    return listed(organization, request, "payment_requests", stored, find, show)


async def list_wallets(organization: Organization, request: Request) -> Response:
    """``GET /wallets``; an unknown customer is not found."""
    external_id = filters.first(query_of(request), "external_customer_id")
    try:
        if external_id is not None:
            organization.customer_of(external_id)
    except ImpossibleError:
        return refused(404, "customer_not_found")
    stored = list(organization.wallets.values())
    return listed(organization, request, "wallets", stored, listings.wallets)


def _is_visible(organization: Organization, payment: Json) -> bool:
    invoice = organization.invoices.get(payment["lago_payable_id"])
    return invoice is None or invoice["status"] in VISIBLE


def _note(organization: Organization, request: Request) -> Json:
    return organization.credit_notes[request.path_params["lago_id"]]


def _shown(organization: Organization, found: Json) -> Response:
    return JSONResponse({"credit_note": serializers.credit_note(organization, found)})


def _with_metadata(organization: Organization, found: Json, after: Json) -> Response:
    _set(organization, found, "metadata", after)
    return JSONResponse({"metadata": after or None})


def _set(organization: Organization, found: Json, name: str, value: object) -> None:
    if (found.get(name) or None) != (value or None):
        found[name] = value
        organization.touch(found)

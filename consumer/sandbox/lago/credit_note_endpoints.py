"""Endpoints of credit notes and of their metadata."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consumer.sandbox.lago import crediting, listings, metadata, refusal, serializers
from consumer.sandbox.lago.exchange import Route, content_of, list_of
from consumer.sandbox.lago.filters import PAYMENT_STATUSES
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization


async def show_credit_note(organization: Organization, request: Request) -> Response:
    """``GET /credit_notes/:id``."""
    return _shown(organization, _note(organization, request))


async def update_credit_note(organization: Organization, request: Request) -> Response:
    """``PUT /credit_notes/:id``: refund status and metadata, which is merged; sends no webhook."""
    found = _note(organization, request)
    sent = (await content_of(request)).get("credit_note") or {}
    if "refund_status" in sent:
        if sent["refund_status"] not in PAYMENT_STATUSES:
            raise refusal.invalid({"refund_status": ["value_is_invalid"]})
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
        raise refusal.not_allowed(str(error)) from None


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


NOTES = list_of(
    "credit_notes", lambda of: of.credit_notes.values(), listings.credit_notes, serializers.credit_note
)
_ONE = "/credit_notes/{lago_id}"
_METADATA = f"{_ONE}/metadata"
ROUTES: list[Route] = [
    ("GET", "/credit_notes", "credit_note", "read", NOTES),
    ("GET", _ONE, "credit_note", "read", show_credit_note),
    ("PUT", _ONE, "credit_note", "write", update_credit_note),
    ("PUT", f"{_ONE}/void", "credit_note", "write", void_credit_note),
    ("POST", _METADATA, "credit_note", "write", replace_metadata),
    ("PATCH", _METADATA, "credit_note", "write", merge_metadata),
    ("PUT", _METADATA, "credit_note", "write", merge_metadata),
    ("DELETE", _METADATA, "credit_note", "write", delete_metadata),
    ("DELETE", f"{_METADATA}/{{key}}", "credit_note", "write", delete_metadata),
]

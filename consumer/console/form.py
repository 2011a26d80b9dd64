"""The fields that an act arrives with: an urlencoded form of a page, or a JSON object of a program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

LIMIT_BYTES = 64 * 1024
LARGE_LIMIT_BYTES = 1024 * 1024
"""Of a form with a text as large as a file, whose address is in `LARGE`."""
LARGE = frozenset({"/mapping/drafts", "/api/v1/mapping/drafts"})
LIMIT_FIELDS = 1_000
LIMIT_S = 15.0
TOKEN_FIELD = "token"  # noqa: S105 - its name
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - its name

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A body that is no form: the status of the answer, and why."""

    status: int
    reason: str


async def read(request: Request) -> Fields | Unreadable:
    """The fields of a request, of repeated ones the last; read once, then kept with the request."""
    if not hasattr(request.state, "form"):
        request.state.form = await _read(request)
    found: Fields | Unreadable = request.state.form
    return found


def of(request: Request) -> Fields:
    """The fields of a request that `read` has read; none where there is no form."""
    found = getattr(request.state, "form", None)
    return {} if found is None or isinstance(found, Unreadable) else found


def token_of(request: Request) -> str:
    """What proves that the sender has seen a page of the session: a header, or a field of the form."""
    return request.headers.get(TOKEN_HEADER) or of(request).get(TOKEN_FIELD, "")


async def _read(request: Request) -> Fields | Unreadable:
    try:
        async with asyncio.timeout(LIMIT_S):
            body = await _body(request)
    except TimeoutError:
        return Unreadable(status=408, reason="The form did not arrive in time")
    except ClientDisconnect:
        return Unreadable(status=400, reason="The form did not arrive")
    if body is None:
        return Unreadable(status=413, reason="The form is too large")
    is_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    return _of_json(body) if is_json else _of_form(body)


async def _body(request: Request) -> bytes | None:
    limit_bytes = LARGE_LIMIT_BYTES if request.url.path in LARGE else LIMIT_BYTES
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit_bytes:
            return None
    return bytes(body)


def _of_form(body: bytes) -> Fields | Unreadable:
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=LIMIT_FIELDS
        )
    except ValueError:
        return Unreadable(status=413, reason="The form has too many fields")
    return dict(pairs)


def _of_json(body: bytes) -> Fields | Unreadable:
    wrong = Unreadable(status=422, reason="The body has to be a JSON object whose members are texts")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return wrong
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return wrong
    # Half of a surrogate pair can be written in JSON, and nowhere else.
    return {_text(name): _text(value) for name, value in found.items()}


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode()

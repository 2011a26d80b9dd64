"""Whether a request was made by a page of the console itself."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

OWN_SITE = "same-origin"


def is_own(request: HTTPConnection, origin: str) -> bool:
    """
    Whether the browser says that a page of the console made the request.

    Args:
        request: with ``Sec-Fetch-Site`` or ``Origin`` (Fetch Metadata, Fetch 3.2); programs send neither.
        origin: of the console; empty: what the request calls it.
    """
    headers = request.headers
    if site := headers.get("sec-fetch-site"):
        return site == OWN_SITE
    return headers.get("origin") == (origin or _origin_of(headers, request.url.scheme))


def is_foreign(request: HTTPConnection, origin: str) -> bool:
    """Whether the browser says that a page of somebody else made the request."""
    is_said = "sec-fetch-site" in request.headers or "origin" in request.headers
    return is_said and request.headers.get("sec-fetch-site") != "none" and not is_own(request, origin)


def _origin_of(headers: Headers, scheme: str) -> str:
    return f"{scheme}://{headers.get('host', '')}"

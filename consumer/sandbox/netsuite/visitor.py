"""
Access to the sandbox's own API: programs of this machine may call it, web pages of another origin may not.

``/sandbox/`` has no login, so a page open in a browser on this machine must not reach it: neither by a
cross-origin request (``Origin``, and ``Sec-Fetch-Site`` of the Fetch Metadata specification), nor under a
name that resolves to this machine (DNS rebinding), which ``Host`` contains.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OWN_SITES = frozenset({"", "same-origin", "none"})


class OwnVisitorsOnly:
    """Refuses requests of pages of another origin with 403; no response has CORS headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with 403 and the reason."""
        refusal = refusal_of(Headers(scope=scope)) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"error": refusal}, status_code=403)(scope, receive, send)


def refusal_of(headers: Headers) -> str | None:
    """The reason why a request with these headers is refused; None when it is not."""
    host = headers.get("host", "")
    if headers.get("sec-fetch-site", "") not in OWN_SITES:
        return "a web page of another site must not call this sandbox"
    origins = headers.getlist("origin")
    if any(_place_of(origin) != host.lower() for origin in origins):
        return "a web page of another origin must not call this sandbox"
    if not _is_own_name(host):
        return f"{host[:100]!r} is no name of this machine, and none of a network of containers"
    return None


def _is_own_name(host: str) -> bool:
    """Whether it is an IP address, or a name of this machine or a container, which no web page can have."""
    name = _name_in(host)
    try:
        return ipaddress.ip_address(name) is not None
    except ValueError:
        return name != "" and ("." not in name or name.endswith((".localhost", ".internal")))


def _name_in(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # half an IPv6 address
        return ""


def _place_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""

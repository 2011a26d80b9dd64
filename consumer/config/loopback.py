"""Which hosts are this machine, and which addresses may be reached without TLS because of it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Whether the host of an address is this machine; such requests must not use a proxy."""
    return is_loopback(host_of(url))


def is_tls_or_loopback(url: str) -> bool:
    """Whether nobody between can read what is sent there: TLS, or this machine."""
    host = host_of(url)
    scheme = urlsplit(url).scheme if host else ""
    return scheme == "https" or (scheme == "http" and is_loopback(host))


def host_of(url: str) -> str:
    """The host of an address; empty for what is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _safe(url: str) -> str:
    if not is_tls_or_loopback(url):
        raise ValueError("has to begin with https://; only this machine can be reached by http://")
    return url


SafeUrl = Annotated[str, AfterValidator(_safe)]
"""An address in the settings to which nobody between can read what is sent."""

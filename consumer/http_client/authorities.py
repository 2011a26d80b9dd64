"""Which certificate authorities are trusted: read once for all clients, since that takes 16 ms of CPU."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path

import httpx

# Authorities are renewed seldom; who renews them often needs no more than the last ones.
REMEMBERED = 4


def trusted(*, trust_env: bool = True) -> ssl.SSLContext:
    """
    The TLS of every client: the authorities of certifi, or those that the environment names.

    Args:
        trust_env: whether ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are used, anew when they have changed.
    """
    named = (_version("SSL_CERT_FILE"), _version("SSL_CERT_DIR")) if trust_env else ()
    return _read(trust_env, named)


@lru_cache(maxsize=REMEMBERED)
def _read(trust_env: bool, _: tuple[str, ...]) -> ssl.SSLContext:  # noqa: FBT001 - part of the cache's key
    return httpx.create_ssl_context(trust_env=trust_env)


def _version(variable: str) -> str:
    """What the variable names and when that has changed; empty without one."""
    named = os.environ.get(variable, "")
    try:
        return f"{named} {Path(named).stat().st_mtime_ns}" if named else ""
    except OSError:
        return named

"""Cookies of the console: what the browser sends, and what it is to keep."""

from __future__ import annotations

from starlette.types import Scope

SECURE_PREFIX = "__Host-"
"""A browser takes a cookie of such a name only over TLS, from this host, for all its paths (RFC 6265bis)."""


def name_of(bare: str, *, is_secure: bool) -> str:
    """The full name of a cookie."""
    return f"{SECURE_PREFIX}{bare}" if is_secure else bare


def value_of(scope: Scope, bare: str, *, is_secure: bool) -> str:
    """What the browser sends of a cookie; empty where it sends none."""
    wanted = name_of(bare, is_secure=is_secure)
    for header, line in scope["headers"]:
        if header == b"cookie":
            for part in line.decode("latin-1").split(";"):
                name, _, value = part.strip().partition("=")
                if name == wanted:
                    return str(value)
    return ""


def header_of(bare: str, value: str, *, is_secure: bool, life_s: int | None = None) -> str:
    """
    The header that sets a cookie; an empty value ends it.

    Args:
        bare: its name without prefix.
        value: of it.
        is_secure: people reach the console by TLS.
        life_s: how long the browser keeps it, in seconds; None: until it is closed.
    """
    life_s = life_s if value else 0
    parts = [f"{name_of(bare, is_secure=is_secure)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    parts += ["Secure"] * is_secure
    parts += [f"Max-Age={life_s}"] if life_s is not None else []
    return "; ".join(parts)

"""The results of a request to Lago for a customer, or for the rows of a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    The customer as Lago serialises it, with its ``integration_customers``.

    Attributes:
        size_bytes: size of the response's body.
    """

    customer: dict[str, Any]
    size_bytes: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Lago has no customer with that external id, or has deleted it."""

    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """
    The request failed.

    Attributes:
        reason: one sentence; names the setting when a setting is the cause.
        retry_after_s: seconds after which Lago accepts requests again; None when it stated none.
        is_about_key: whether a person has to change the API key, so that no repeat helps before.
    """

    reason: str
    retry_after_s: float | None = None
    is_about_key: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """All rows of a list, each as Lago serialises it."""

    rows: tuple[dict[str, Any], ...]


LookupResult = Found | Missing | Failed
LookUp = Callable[[str], Awaitable[LookupResult]]
"""From an external customer id to the result of its lookup; never raises for Lago's responses."""
ListPayments = Callable[[str], Awaitable[Listed | Failed]]
"""From a Lago invoice's id to all its payments; never raises for Lago's responses."""

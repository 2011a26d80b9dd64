"""What asking Lago for a customer, or for the rows of a list, can come to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    The customer as Lago serialises it, with its ``integration_customers``.

    Attributes:
        size_bytes: of the answer it came in.
    """

    customer: dict[str, Any]
    size_bytes: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Lago knows no customer of that external id, or no longer."""

    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """
    Lago cannot be asked for now.

    Attributes:
        reason: one sentence; names the setting when a setting is to blame.
        retry_after_s: seconds that Lago asked to wait.
    """

    reason: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """All rows of a list, each as Lago serialises it."""

    rows: tuple[dict[str, Any], ...]


Answer = Found | Missing | Failed
LookUp = Callable[[str], Awaitable[Answer]]
"""From an external customer id to what Lago knows of it; never raises for what Lago answers."""
ListPayments = Callable[[str], Awaitable[Listed | Failed]]
"""From a Lago invoice's id to all payments of it; never raises for what Lago answers."""

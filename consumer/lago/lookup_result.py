"""What asking Lago for a customer can come to."""

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


Answer = Found | Missing | Failed
LookUp = Callable[[str], Awaitable[Answer]]
"""From an external customer id to what Lago knows of it; never raises for what Lago answers."""

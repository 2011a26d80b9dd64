"""The interface by which the relay counts its webhooks."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Counts webhooks."""

    def webhook_attempted(self, *, endpoint: str, status: int | None, seconds: float) -> None:
        """Count an attempt and its duration; `status` is None without a response."""
        ...

    def webhook_undeliverable(self, *, endpoint: str) -> None:
        """Count a webhook that was given up and published as undeliverable."""
        ...

    def webhook_endpoint_disabled(self, *, endpoint: str, is_disabled: bool) -> None:
        """Set whether an endpoint is disabled."""
        ...

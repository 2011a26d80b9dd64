"""Whom the relay tells what became of its webhooks."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Whoever counts."""

    def webhook_attempted(self, *, endpoint: str, status: int | None, seconds: float) -> None:
        """An endpoint answered with that status after so long; None when it did not answer."""
        ...

    def webhook_undeliverable(self, *, endpoint: str) -> None:
        """A webhook was given up, and that is on Kafka."""
        ...

    def webhook_endpoint_disabled(self, *, endpoint: str, is_disabled: bool) -> None:
        """Whether only probes are posted to it."""
        ...

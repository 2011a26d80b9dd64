"""Which rules of the file book how much of the latest events; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.backtest.coverage import Coverage
from consumer.config.connection import Connection
from consumer.console.mapping.event_run import EventRun


@dataclass(slots=True, kw_only=True)
class CoverageRun(EventRun):
    """
    One reading.

    Attributes:
        digest: of the file that it is about.
    """

    connections: Sequence[Connection]
    digest: str
    coverage: Coverage = field(default_factory=Coverage)

    def take(self, value: bytes | None) -> None:
        """Take one event in, at each connection that acts on it."""
        self.coverage.take(value, self.connections)

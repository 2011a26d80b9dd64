"""A back-test of a draft: what it would book otherwise for the latest events; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from consumer.backtest import findings
from consumer.backtest.coverage import Coverage
from consumer.backtest.event_pair import EventPairs
from consumer.backtest.findings import Findings
from consumer.console.mapping.event_run import EventRun

LISTED_DOCUMENTS = 200


@dataclass(slots=True, kw_only=True)
class BacktestRun(EventRun):
    """
    One back-test.

    Attributes:
        pairs: by the file and by the draft.
        actor, reason: who asked for it, and why.
        coverage: of the draft.
    """

    pairs: EventPairs
    actor: str
    reason: str
    found: Findings = field(default_factory=lambda: Findings(most=LISTED_DOCUMENTS))
    coverage: Coverage = field(default_factory=Coverage)

    def take(self, value: bytes | None) -> None:
        """Compare one event."""
        self.found.totals.events += 1
        for pair in self.pairs.of(value):
            for _ in self.found.take(pair):
                pass
            if pair.after is not None:
                self.coverage.add(pair.after)

    @property
    def said(self) -> str:
        """What would change, in one sentence."""
        return findings.conclusion(self.found.totals)

    def as_json(self) -> dict[str, Any]:
        """Everything for programs."""
        return findings.as_json(self.found.totals, self.found.changed)

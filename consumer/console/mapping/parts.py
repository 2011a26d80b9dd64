"""What the page of the mapping works with: the file, the drafts, and readings of events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from consumer.console.mapping.configuration_file import ConfigurationFile, Current
from consumer.console.mapping.coverage_run import CoverageRun
from consumer.console.mapping.draft import Drafts
from consumer.console.mapping.event_runs import EventRuns

COVERAGE_LIFE_MS = 15 * 60_000
"""So long a coverage is shown before the events are read again."""
AGAIN_AFTER_MS = 60_000
"""After a reading that failed."""


@dataclass(slots=True, kw_only=True)
class MappingParts:
    """
    The parts.

    Attributes:
        latest: the coverage that was asked for last; it may be under way.
        known: the latest that has come to an end.
        one_at_a_time: is held while a draft is checked, which may take a processor some seconds.
    """

    file: ConfigurationFile
    runs: EventRuns
    drafts: Drafts = field(default_factory=Drafts)
    latest: CoverageRun | None = None
    known: CoverageRun | None = None
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def refresh(self, current: Current, now_ms: int) -> None:
        """Ask for the coverage of the file where it is old, of another file, or not known."""
        latest = self.latest
        if latest is not None and latest.state in {"done", "stopped"}:
            self.known = latest
        if not current.connections or (latest is not None and not _is_due(latest, current, now_ms)):
            return
        asked = CoverageRun(connections=current.connections, digest=current.digest)
        if self.runs.ask(asked):
            self.latest = asked


def _is_due(latest: CoverageRun, current: Current, now_ms: int) -> bool:
    if not latest.is_over:
        return False
    if latest.state == "failed":
        return now_ms - latest.asked_ms > AGAIN_AFTER_MS
    return latest.digest != current.digest or now_ms - latest.asked_ms > COVERAGE_LIFE_MS

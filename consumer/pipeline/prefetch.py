"""
Plans made while their records wait for a permit, so that none is held while they are made.

Mapping twenty-five invoices takes longer than everything else that lies between a response and the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from consumer.pipeline.steps import PlannedEvent
from consumer.record import Record, Source


class Prefetch:
    """Remembers what was planned for the records that come next, and for no others."""

    def __init__(self, plan: Callable[[Record], PlannedEvent]) -> None:
        """Begin with nothing; `plan` goes by the record's value and what earlier events have named."""
        self._plan = plan
        self._planned: dict[Source, tuple[bytes | None, PlannedEvent]] = {}

    def prepare(self, records: Sequence[Record]) -> None:
        """Plan these, which come next; whatever was planned for others is forgotten."""
        self._planned = {record.source: (record.value, self.of(record)) for record in records}

    def of(self, record: Record) -> PlannedEvent:
        """What was planned for a record, or is planned now; a repeat is planned by what is known then."""
        value, planned = self._planned.pop(record.source, (None, None))
        # A topic that was made anew has other records at the same offsets.
        return planned if planned is not None and value is record.value else self._plan(record)

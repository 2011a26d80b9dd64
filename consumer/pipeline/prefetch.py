"""
Plans made while their records wait for a permit, so that none is held while they are made.

Mapping twenty-five invoices takes longer than everything else that lies between an answer and the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consumer.mapping.result import Mapping
from consumer.pipeline.enrichment import Wanted
from consumer.record import Record, Source
from schemas.envelope import Envelope, Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """
    A record's event, and what is to be done about it.

    Attributes:
        unknown: the customer who has to be looked up before that is certain.
    """

    event: Envelope | Undecodable
    plan: Mapping
    unknown: Wanted | None = None


class Foresight:
    """Remembers what was foreseen for the records that come next, and for no others."""

    def __init__(self, foresee: Callable[[Record], Foreseen]) -> None:
        """Begin with nothing; `foresee` goes by the record's value and what earlier events have named."""
        self._foresee = foresee
        self._known: dict[Source, tuple[bytes | None, Foreseen]] = {}

    def prepare(self, records: Sequence[Record]) -> None:
        """These come next; whatever was foreseen for others is forgotten."""
        self._known = {record.source: (record.value, self.of(record)) for record in records}

    def of(self, record: Record) -> Foreseen:
        """What was foreseen for a record, or is found now; a repeat is planned by what is known then."""
        value, foreseen = self._known.pop(record.source, (None, None))
        # A topic that was made anew has other records at the same places.
        return foreseen if foreseen is not None and value is record.value else self._foresee(record)

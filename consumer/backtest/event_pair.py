"""One event by two configurations: each connection's plan before and after, and the documents that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consumer.backtest import comparison
from consumer.backtest.comparison import Compared
from consumer.backtest.difference import DocumentName
from consumer.config.connection import Connection
from consumer.events import summary
from consumer.mapping.result import Mapping as Plan
from consumer.pipeline import dry_run, routing
from consumer.pipeline.dry_run import DryRun
from consumer.pipeline.known_zones import KnownZones
from schemas import envelope
from schemas.envelope import Envelope, Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPair:
    """
    What one connection makes of an event, by both configurations.

    Attributes:
        connection: its code; a pair is of connections with the same code.
        before: by the configuration in use; None where no connection of this code acts on the event.
        after: by the changed one.
    """

    connection: str
    event: Envelope | Undecodable
    before: DryRun | None
    after: DryRun | None


def of(
    event: Envelope | Undecodable,
    before: Sequence[Connection],
    after: Sequence[Connection],
    code: str | None = None,
) -> Iterator[EventPair]:
    """
    The pairs of an event, of each connection that acts on it in either configuration.

    Args:
        event: decoded; a payment with its time zone, as `consumer.pipeline.known_zones` completes it.
        before: the connections in use.
        after: the changed ones.
        code: only this connection.
    """
    left = {found.connection.code: found for found in dry_run.of_event(event, before, code)}
    right = {found.connection.code: found for found in dry_run.of_event(event, after, code)}
    for each in dict.fromkeys((*left, *right)):
        yield EventPair(connection=each, event=event, before=left.get(each), after=right.get(each))


@dataclass(slots=True, kw_only=True)
class EventPairs:
    """
    The pairs of events one after the other; a payment is dated as a worker that knows those before it does.

    Attributes:
        before: the connections in use.
        after: the changed ones.
        code: only this connection.
    """

    before: Sequence[Connection]
    after: Sequence[Connection]
    code: str | None = None
    _zones: KnownZones = field(default_factory=KnownZones)

    def of(self, value: bytes | None) -> Iterator[EventPair]:
        """The pairs of one event, as `of`."""
        yield from of(self._zones.completed(envelope.decode(value)), self.before, self.after, self.code)


def compared(pair: EventPair) -> Iterator[Compared]:
    """The documents of a pair, also those that do not differ."""
    event = pair.event
    name = f"{event.object_type} {event.object_id}" if isinstance(event, Envelope) else "undecodable"
    return comparison.compare(_plan(pair.before), _plan(pair.after), name)


def name_of(pair: EventPair, document: Compared) -> DocumentName:
    """Which document of the pair it is."""
    event = pair.event if isinstance(pair.event, Envelope) else None
    known, booked = (summary.of(event) if event else None), document.either
    if booked is None:
        return DocumentName(
            connection=pair.connection,
            type=event.object_type if event else "",
            external_id="",
            lago_id=event.object_id if event else "",
            number=(known and known.number) or "",
            currency=(known and known.currency) or "",
        )
    return DocumentName(
        connection=pair.connection,
        type=booked.type,
        external_id=booked.external_id,
        lago_id=booked.lago_id,
        number=booked.number or (known and known.number) or "",
        currency=(known and known.currency) or "",
    )


def _plan(found: DryRun | None) -> Plan:
    return routing.OTHER_CONNECTION if found is None else found.plan

"""What a connection would do with an event; nothing is sent or published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from consumer.config.connection import Connection
from consumer.lago.lookup_result import LookUp
from consumer.mapping.result import Mapping
from consumer.outcome import Unavailable
from consumer.pipeline import enrichment, ownership, routing
from consumer.pipeline.enrichment import Wanted
from consumer.pipeline.known_zones import KnownZones
from consumer.pipeline.ownership import Ownership
from schemas import envelope
from schemas.envelope import Envelope, Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """
    One event at one connection.

    Attributes:
        looked_up: the customer that a worker would first look up in Lago; the result may change the plan.
    """

    event: Envelope | Undecodable
    connection: Connection
    plan: Mapping
    looked_up: Wanted | None = None


def of(
    value: bytes | None,
    connections: Sequence[Connection],
    code: str | None = None,
    zones: KnownZones | None = None,
) -> DryRun:
    """
    The dry run of an event at the connection that is responsible for it.

    That is the one with the code, else the one that claims the event, else the first, which takes events
    that no connection claims. `zones` are those that the events before it have named, as a worker knows them.
    """
    event = (zones or KnownZones()).completed(envelope.decode(value))
    return _at(next(_answering(event, connections, code)), event, connections)


def everywhere(
    value: bytes | None,
    connections: Sequence[Connection],
    code: str | None = None,
    zones: KnownZones | None = None,
) -> Iterator[DryRun]:
    """
    The dry runs of an event at each connection that would act on it; at least one.

    With `zones` a payment is dated in the zone that an event before it has named, as a worker dates it.
    """
    yield from of_event((zones or KnownZones()).completed(envelope.decode(value)), connections, code)


def of_event(
    event: Envelope | Undecodable, connections: Sequence[Connection], code: str | None = None
) -> Iterator[DryRun]:
    """The dry runs of a decoded event, as `everywhere`; none where no connection has that code."""
    for connection in _answering(event, connections, code):
        yield _at(connection, event, connections)


async def asked(found: DryRun, connections: Sequence[Connection], look_up: LookUp) -> DryRun:
    """The dry run after the lookup in Lago, as a worker does it; unchanged when Lago is not available."""
    event, wanted = found.event, found.looked_up
    if wanted is None or isinstance(event, Undecodable):
        return found
    mine = _ownership(found.connection, connections)
    enriched = enrichment.answered(event, wanted, await look_up(wanted.external_id), mine)
    match enriched:
        case Unavailable():
            return found
        case Envelope():
            return replace(found, plan=routing.plan(enriched, mine), looked_up=None)
        case _:
            return replace(found, plan=enriched, looked_up=None)


def _answering(
    event: Envelope | Undecodable, connections: Sequence[Connection], code: str | None
) -> Iterator[Connection]:
    if code is not None:
        yield from (each for each in connections if each.code == code)
        return
    if isinstance(event, Undecodable):
        yield connections[0]
        return
    claiming = [each for each in connections if ownership.claims(event, each, connections)]
    yield from claiming or connections[:1]


def _at(connection: Connection, event: Envelope | Undecodable, connections: Sequence[Connection]) -> DryRun:
    mine = _ownership(connection, connections)
    plan = routing.plan(event, mine)
    customer = enrichment.wanted(event, plan, mine)
    is_asked = customer is not None and bool(customer.external_id) and connection.lago.api_key is not None
    return DryRun(
        event=event,
        connection=connection,
        plan=enrichment.offline(plan, customer, event, mine),
        looked_up=customer if is_asked else None,
    )


def _ownership(connection: Connection, connections: Sequence[Connection]) -> Ownership:
    is_first = connection.code == connections[0].code
    return Ownership(connection=connection, all_connections=connections, reports_orphans=is_first)

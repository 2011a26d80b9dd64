"""What a connection would do with an event, found out without asking or telling anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer import enrichment, ownership, routing
from consumer.connection import Connection
from consumer.enrichment import Wanted
from consumer.mapping.mapped import Mapping
from consumer.ownership import Ownership
from schemas import envelope
from schemas.envelope import Envelope, Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """
    One event at one connection.

    Attributes:
        looked_up: the customer whom a worker would look up at Lago before; the answer may change the plan.
    """

    event: Envelope | Undecodable
    connection: Connection
    plan: Mapping
    looked_up: Wanted | None = None


def of(value: bytes | None, connections: Sequence[Connection], code: str | None = None) -> Prospect:
    """
    The prospect of an event at the connection that answers for it.

    That is the one with the code, else the one that claims the event, else the first, which answers for
    orphans.
    """
    event = envelope.decode(value)
    return _at(next(_answering(event, connections, code)), event, connections)


def everywhere(
    value: bytes | None, connections: Sequence[Connection], code: str | None = None
) -> Iterator[Prospect]:
    """The prospects of an event at each connection that would do something about it; one at least."""
    event = envelope.decode(value)
    for connection in _answering(event, connections, code):
        yield _at(connection, event, connections)


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


def _at(connection: Connection, event: Envelope | Undecodable, connections: Sequence[Connection]) -> Prospect:
    is_first = connection.code == connections[0].code
    mine = Ownership(connection=connection, all_connections=connections, reports_orphans=is_first)
    plan = routing.plan(event, mine)
    customer = enrichment.wanted(event, plan, mine)
    is_asked = customer is not None and bool(customer.external_id) and connection.lago.api_key is not None
    return Prospect(
        event=event,
        connection=connection,
        plan=enrichment.offline(plan, customer, event, mine),
        looked_up=customer if is_asked else None,
    )

"""Why an event belongs to a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.config.connection import Connection
from consumer.pipeline import ownership
from schemas.envelope import Envelope, Undecodable


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The connection responsible for an event, the reason, and the line of its setting."""

    code: str
    because: str
    at: str

    def as_json(self) -> dict[str, str]:
        """The owner as it is printed."""
        return {"code": self.code, "because": self.because, "at": self.at}


def of(event: Envelope | Undecodable, connection: Connection, connections: Sequence[Connection]) -> Owner:
    """The connection as the owner of the event, or as the one that handles events without an owner."""
    because, path = _why(event, connection, connections)
    return Owner(code=connection.code, because=because, at=connection.at(path))


def _why(
    event: Envelope | Undecodable, connection: Connection, connections: Sequence[Connection]
) -> tuple[str, str]:
    if isinstance(event, Undecodable):
        return "the first connection answers for what nobody can decode", "code"
    organization = f"organisation {event.organization_id}"
    if not ownership.claims(event, connection, connections):
        return f"it does not claim this event of {organization}", "select"
    if ownership.is_undecided(event, connections):
        return "several connections carry payments, and only Lago knows whose this one is", "sync.payments"
    if event.object_type in ownership.PAYMENTS and not ownership.carries_links(event):
        return f"no other connection carries payments of {organization}", "sync.payments"
    if ownership.is_linked(event, connection):
        return "Lago links the customer here (event.integration_customers)", "code"
    return _selected(connection, organization)


def _selected(connection: Connection, organization: str) -> tuple[str, str]:
    rules = connection.select.model_dump(exclude_none=True)
    if not rules:
        return f"it takes everything of {organization}", "lago.organization_id"
    said = "; ".join(f"{name} {_listed(value)}" for name, value in rules.items())
    return f"its select rules let the event pass: {said}", "select"


def _listed(value: Sequence[str] | dict[str, str]) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={text}" for key, text in value.items())
    return ", ".join(value)

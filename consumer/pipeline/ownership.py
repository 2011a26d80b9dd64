"""Whose event is this: which connection an event belongs to, and which one answers for orphans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.config.connection import Connection
from schemas.envelope import REFUND_FAILURE, Envelope, Undecodable

PAYMENTS = frozenset(("payment", "payment_receipt"))
_NAMELESS = PAYMENTS | {REFUND_FAILURE}
"""Objects that name neither a billing entity nor a currency, only their customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """
    One connection among all of the file.

    Attributes:
        reports_orphans: whether this connection answers for records nobody can decode or claims; the first
            connection of the file does, so that such a record is reported once.
    """

    connection: Connection
    all_connections: Sequence[Connection]
    reports_orphans: bool

    def is_mine(self, event: Envelope) -> bool:
        """Whether this connection claims the event."""
        return claims(event, self.connection, self.all_connections)

    def is_orphan(self, event: Envelope) -> bool:
        """Whether no connection of the file claims the event."""
        return not any(claims(event, each, self.all_connections) for each in self.all_connections)

    def answers_for(self, event: Envelope | Undecodable) -> bool:
        """
        Whether this connection is the one to tell of a defect on the event.

        Of what nobody could decode, and of what it cannot be said whose it is, the first connection tells.
        """
        if isinstance(event, Undecodable):
            return self.reports_orphans
        try:
            return self.is_mine(event) or (self.is_orphan(event) and self.reports(event))
        except Exception:  # noqa: BLE001 - asked after a defect, which may be just here
            return self.reports_orphans

    def reports(self, event: Envelope) -> bool:
        """
        Whether this connection answers for the event when nobody claims it.

        For a payment that several connections may carry it is the first of these: the others do not look up
        whose it is.
        """
        carriers = _carriers(event, self.all_connections)
        if event.object_type in _NAMELESS and len(carriers) > 1:
            return self.connection.code == carriers[0].code
        return self.reports_orphans


def claims(event: Envelope, connection: Connection, all_connections: Sequence[Connection]) -> bool:
    """
    Whether the event belongs to the connection.

    A link the event itself names decides, when its code is that of a connection; else the connection's
    ``select`` rules within its organisation do. A payment, or a refund that failed, names no more than its
    customer's ids: it belongs to the only connection that carries its kind, and may belong to each of several
    until the customer has been looked up. When none carries its kind, each may ignore it.
    """
    if event.organization_id != connection.lago.organization_id:
        return False
    if event.object_type in _NAMELESS:
        carriers = _carriers(event, all_connections)
        if len(carriers) <= 1 or is_undecided(event, all_connections):
            return _carries(event, connection) or not carriers
    linked = _linked_codes(event)
    if linked and not linked.isdisjoint(each.code for each in all_connections):
        return connection.code in linked
    return _is_selected(event, connection)


def is_undecided(event: Envelope, all_connections: Sequence[Connection]) -> bool:
    """Whether only Lago can tell whose the event is: one without names that several connections may carry."""
    is_nameless = event.object_type in _NAMELESS
    return is_nameless and len(_carriers(event, all_connections)) > 1 and not carries_links(event)


def carries_links(event: Envelope) -> bool:
    """Whether the event says to which NetSuite customers its customer is linked, be it to none."""
    return isinstance(_customer(event).get("integration_customers"), list)


def is_linked(event: Envelope, connection: Connection) -> bool:
    """Whether the event itself links its customer to the connection."""
    return connection.code in _linked_codes(event)


def _carriers(event: Envelope, all_connections: Sequence[Connection]) -> list[Connection]:
    organization_id = event.organization_id
    return [
        each
        for each in all_connections
        if each.lago.organization_id == organization_id and _carries(event, each)
    ]


def _carries(event: Envelope, connection: Connection) -> bool:
    sync = connection.sync
    return sync.credit_notes if event.object_type == REFUND_FAILURE else sync.payments


def _is_selected(event: Envelope, connection: Connection) -> bool:
    select, customer = connection.select, _customer(event)
    entity = event.object.get("billing_entity_code") or customer.get("billing_entity_code")
    currency = event.object.get("currency") or customer.get("currency")
    if select.billing_entities is not None and entity not in select.billing_entities:
        return False
    if select.currencies is not None and currency not in select.currencies:
        return False
    wanted = select.customer_metadata
    return not wanted or wanted.items() <= _metadata(customer).items()


def _customer(event: Envelope) -> dict[str, Any]:
    if event.object_type == "customer":
        return event.object
    found = event.object.get("customer")
    return found if isinstance(found, dict) else {}


def _entries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _linked_codes(event: Envelope) -> set[str]:
    links = _entries(_customer(event).get("integration_customers"))
    codes = (link.get("integration_code") for link in links if link.get("type") == "netsuite")
    return {code for code in codes if isinstance(code, str)}


def _metadata(customer: dict[str, Any]) -> dict[str, str]:
    return {str(entry.get("key")): str(entry.get("value")) for entry in _entries(customer.get("metadata"))}

"""Make one request of items, with the customer first when it may be missing in NetSuite."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from typing import Any

from msgspec import structs

from consumer.config.connection import Connection
from consumer.mapping import customer as customers
from consumer.mapping import field_limits, identity, money
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.result import Mapped, Mapping, Refused
from consumer.outcome import Rejected
from schemas.customer import Customer
from schemas.wire import WriteItem, WriteRequest


def with_customer(
    items: Sequence[WriteItem], customer: Customer, decision_log: DecisionLog, *, details: dict[str, str]
) -> Mapping:
    """The items after their customer, where documents may create one; or all problems as a refusal."""
    is_linked = customers.linked_id(customer, decision_log.connection) is not None
    if decision_log.connection.customers.create != "on_first_document" or is_linked:
        return of(items, decision_log, details=details)
    first = customers.item(customer, decision_log, is_update=False)
    return of((first, *items), decision_log, details=details)


def of(items: Sequence[WriteItem], decision_log: DecisionLog, *, details: dict[str, str]) -> Mapping:
    """The items as one request, numbered from 1; or all problems of the decision log as a refusal."""
    decisions = tuple(decision_log.decisions)
    rejection = decision_log.rejection(details)
    if rejection is not None:
        return Refused(rejection=rejection, decisions=decisions, problems=tuple(decision_log.problems))
    numbered = tuple(
        _fitted(item, str(place), decision_log.connection) for place, item in enumerate(items, start=1)
    )
    request = WriteRequest(request_id=identity.request_id(numbered), items=numbered)
    return Mapped(request=request, decisions=decisions)


def _fitted(item: WriteItem, ref: str, connection: Connection) -> WriteItem:
    fitted = field_limits.fit(_with_policy(item.record, connection))
    return structs.replace(item, ref=ref, record=fitted.record, warnings=(*item.warnings, *fitted.warnings))


def _with_policy(record: dict[str, Any], connection: Connection) -> dict[str, Any]:
    """The record with the option ``closedPeriod`` when the connection is so configured; not for customers."""
    if connection.closed_period != "next_open_period" or record.get("type") == "customer":
        return record
    return record | {"options": record.get("options", {}) | {"closedPeriod": connection.closed_period}}


def below_zero(label: str, cents: int, currency: str, details: dict[str, str]) -> Rejected | None:
    """The refusal of a document with a negative total, which NetSuite does not book; else None."""
    if cents >= 0:
        return None
    return Rejected(
        code="negative_total",
        message=f"{label} comes to {money.major(cents, currency)} {currency}; NetSuite books no invoice, "
        "credit memo or payment below zero",
        hint="correct the document in Lago, where a credit note gives back what a customer is owed; or book "
        "it by hand as the opposite document and close this error",
        details=details,
    )


def incomplete(label: str, needed: Dictionary[str, object], details: dict[str, str]) -> Rejected:
    """The rejection of an event without the objects that a record requires."""
    missing = " and no ".join(name for name, value in needed.items() if value is None)
    return Rejected(
        code="incomplete_event",
        message=f"{label}: the event carries no {missing}",
        hint="send the webhook as Lago made it; a shortened body cannot be booked",
        details=details,
    )

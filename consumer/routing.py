"""
What is done with which event: one table, and the named rules that ignore.

Rules that ignore, in the order in which they are asked: ``event_type``, ``other_connection``,
``sync_disabled``, ``customers_never_created``, ``self_billed``, ``partner``, ``not_finalized``,
``before_start_date``, ``zero_amount``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from consumer.connection import Connection
from consumer.mapping import customer as customers
from consumer.mapping import invoice as invoices
from consumer.mapping import requests
from consumer.mapping.journal import Journal
from consumer.mapping.mapped import Mapping, Refused
from consumer.outcome import Ignored, Rejected
from consumer.ownership import Ownership
from schemas.customer import Customer
from schemas.envelope import Envelope, Undecodable
from schemas.invoice import Invoice
from schemas.scalar import LagoObject

# A voided invoice may still announce its creation: Lago serialises when it delivers, not when it happened.
BOOKABLE_STATUSES = frozenset({"finalized", "voided"})

Model = TypeVar("Model", bound=LagoObject)

OTHER_CONNECTION = Ignored(rule="other_connection")


def plan(event: Envelope | Undecodable, ownership: Ownership) -> Mapping:
    """What one connection does with one event: send a request, ignore it by a rule, or refuse it."""
    if isinstance(event, Undecodable):
        return _orphan("undecodable", event.message, "", ownership)
    route = ROUTES.get(event.webhook_type)
    if route is None:
        return Ignored(rule="event_type")
    if ownership.is_mine(event):
        return route(event, ownership.connection)
    if ownership.is_orphan(event):
        organization = ownership.connection.lago.organization_id
        message = f"no connection claims this {event.webhook_type} of organisation {event.organization_id}"
        hint = f"add a connection for it, or widen select (the first connection serves {organization})"
        return _orphan("unclaimed", message, hint, ownership)
    return OTHER_CONNECTION


def _orphan(code: str, message: str, hint: str, ownership: Ownership) -> Mapping:
    if not ownership.reports_orphans:
        return OTHER_CONNECTION
    hint = hint or "look at the record on its topic; produce the webhook body as Lago sent it"
    return Refused(rejection=Rejected(code=code, message=message, hint=hint))


def _plan_customer(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.customers:
        return Ignored(rule="sync_disabled")
    if connection.customers.create == "never":
        return Ignored(rule="customers_never_created")
    customer = _read(Customer, event)
    if isinstance(customer, Refused):
        return customer
    if customer.account_type == "partner":
        return Ignored(rule="partner")
    journal = Journal(connection=connection)
    item = customers.item(customer, journal, is_update=True)
    return requests.of((item,), journal, details={"customer": customer.external_id})


def _plan_invoice(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.invoices:
        return Ignored(rule="sync_disabled")
    invoice = _read(Invoice, event)
    if isinstance(invoice, Refused):
        return invoice
    rule = _ignoring_rule(invoice, connection)
    return Ignored(rule=rule) if rule else invoices.to_netsuite(invoice, connection)


def _ignoring_rule(invoice: Invoice, connection: Connection) -> str | None:
    if invoice.self_billed:
        return "self_billed"
    if invoice.customer is not None and invoice.customer.account_type == "partner":
        return "partner"
    if invoice.status not in BOOKABLE_STATUSES:
        return "not_finalized"
    start, issued = connection.start_date, invoice.issuing_date
    return "before_start_date" if start and issued and issued < start else None


def _read(model: type[Model], event: Envelope) -> Model | Refused:
    try:
        return model.model_validate(event.object)
    except ValidationError as error:
        return Refused(rejection=_misshapen(event, error))


def _misshapen(event: Envelope, error: ValidationError) -> Rejected:
    places = [f"{event.object_type}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return Rejected(
        code="undecodable",
        message=f"{event.webhook_type} is not of Lago's shape: {'; '.join(places[:5])}",
        hint="look at the record on its topic; produce the webhook body as Lago sent it",
        details={"lago_id": event.object_id},
    )


ROUTES: dict[str, Callable[[Envelope, Connection], Mapping]] = {
    "customer.created": _plan_customer,
    "customer.updated": _plan_customer,
    "invoice.created": _plan_invoice,
    "invoice.one_off_created": _plan_invoice,
    "invoice.paid_credit_added": _plan_invoice,
    "invoice.resynced": _plan_invoice,
}


def facts_of(event: Envelope) -> dict[str, Any]:
    """What a person calls the object of an event: number, amount in subunits, currency; each may be None."""
    content = event.object
    return {
        "number": content.get("number") or content.get("external_id"),
        "cents": content.get("total_amount_cents", content.get("amount_cents")),
        "currency": content.get("currency") or content.get("amount_currency"),
    }

"""
What is done with which event: one table, and the named rules that ignore.

Rules that ignore, in the order in which they are asked: ``event_type``, ``customer_deleted``,
``other_connection``, ``sync_disabled``, ``customers_never_created``, ``self_billed``, ``partner``,
``not_finalized``, ``before_start_date``, ``voided_credit_note``, ``payment_not_settled``, ``zero_amount``,
``payment_needs_lago_api``, ``payments_read_from_lago``; of what would be written, ``shadow``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from consumer.config.connection import Connection
from consumer.mapping import credit_note as credit_notes
from consumer.mapping import customer as customers
from consumer.mapping import invoice as invoices
from consumer.mapping import payment as payments
from consumer.mapping import refund_failure as refund_failures
from consumer.mapping import requests
from consumer.mapping import void as voids
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.event_view import Origin
from consumer.mapping.result import Mapping, Refused
from consumer.outcome import Ignored, Rejected
from consumer.pipeline.ownership import Ownership
from schemas import refund_failure
from schemas.credit_note import CreditNote
from schemas.customer import Customer
from schemas.envelope import Envelope, Undecodable
from schemas.invoice import Invoice
from schemas.payment import Payment, PaymentReceipt
from schemas.refund_failure import RefundFailure
from schemas.scalar import LagoObject

# A voided invoice may still announce its creation: Lago serialises when it delivers, not when it happened.
BOOKABLE_STATUSES = frozenset({"finalized", "voided"})

Model = TypeVar("Model", bound=LagoObject)

OTHER_CONNECTION = Ignored(rule="other_connection")
READ_FROM_LAGO = Ignored(rule="payments_read_from_lago")
"""The event itself is not booked: `consumer.pipeline.invoice_payments` reads the invoice's payments."""
NEEDS_LAGO_API = Ignored(rule="payment_needs_lago_api")


def plan(event: Envelope | Undecodable, ownership: Ownership) -> Mapping:
    """What one connection does with one event: send a request, ignore it by a rule, or refuse it."""
    if isinstance(event, Undecodable):
        return _orphan("undecodable", event.message, "", reports=ownership.reports_orphans)
    route = ROUTES.get(event.webhook_type)
    if route is None:
        return _unbooked(event, ownership)
    if ownership.is_mine(event):
        return route(event, ownership.connection)
    if ownership.is_orphan(event):
        reports, organization = ownership.reports(event), ownership.connection.lago.organization_id
        message = f"no connection claims this {event.webhook_type} of organisation {event.organization_id}"
        hint = f"add a connection for it, or widen select (the first connection serves {organization})"
        return _orphan("unclaimed", message, hint, reports=reports)
    return OTHER_CONNECTION


def _unbooked(event: Envelope, ownership: Ownership) -> Mapping:
    rule = UNBOOKED.get(event.webhook_type)
    if rule is None:
        return Ignored(rule="event_type")
    return Ignored(rule=rule) if ownership.is_mine(event) else OTHER_CONNECTION


def _orphan(code: str, message: str, hint: str, *, reports: bool) -> Mapping:
    if not reports:
        return OTHER_CONNECTION
    hint = hint or "look at the record on its topic; produce the webhook body as Lago sent it"
    return Refused(rejection=Rejected(code=code, message=message, hint=hint))


def _plan_customer(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.customers:
        return Ignored(rule="sync_disabled")
    customer = _read(Customer, event)
    if connection.customers.create == "never" and not _is_linked(customer, connection):
        return Ignored(rule="customers_never_created")
    if isinstance(customer, Refused):
        return customer
    if customer.account_type == "partner":
        return Ignored(rule="partner")
    decision_log = _decision_log(event, connection)
    item = customers.item(customer, decision_log, is_update=True)
    return requests.of((item,), decision_log, details={"customer": customer.external_id})


def _is_linked(customer: Customer | Refused, connection: Connection) -> bool:
    """Whether NetSuite has the customer already, so that a change of it creates none."""
    return isinstance(customer, Customer) and customers.linked_id(customer, connection) is not None


def _plan_invoice(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.invoices:
        return Ignored(rule="sync_disabled")
    invoice = _read(Invoice, event)
    if isinstance(invoice, Refused):
        return invoice
    rule = _rule_against(invoice, connection)
    return Ignored(rule=rule) if rule else invoices.to_netsuite(invoice, _decision_log(event, connection))


def _plan_void(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.voids or not connection.sync.invoices:
        return Ignored(rule="sync_disabled")
    invoice = _read(Invoice, event)
    if isinstance(invoice, Refused):
        return invoice
    rule = _rule_against(invoice, connection) or ("zero_amount" if invoices.is_empty(invoice) else None)
    return Ignored(rule=rule) if rule else voids.to_netsuite(invoice, _decision_log(event, connection))


def _plan_credit_note(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.credit_notes:
        return Ignored(rule="sync_disabled")
    note = _read(CreditNote, event)
    if isinstance(note, Refused):
        return note
    rule = _rule_against(note, connection)
    # Lago issues a note for what a void forfeits and voids it at once; no money ever moves by it.
    if note.credit_status == "voided" and note.credit_amount_cents == note.total_amount_cents:
        rule = rule or "voided_credit_note"
    return Ignored(rule=rule) if rule else credit_notes.to_netsuite(note, _decision_log(event, connection))


def _plan_refund_failure(event: Envelope, connection: Connection) -> Mapping:
    """A refund that the payment provider has refused, which only a person can make good."""
    if not connection.sync.credit_notes:
        return Ignored(rule="sync_disabled")
    read = _read(RefundFailure, event)
    return read if isinstance(read, Refused) else Refused(rejection=refund_failures.of(read, connection))


def _plan_payment(event: Envelope, connection: Connection) -> Mapping:
    if not connection.sync.payments:
        return Ignored(rule="sync_disabled")
    payment = _payment_of(event)
    if isinstance(payment, Refused):
        return payment
    rule = _rule_against_payment(payment, connection)
    return Ignored(rule=rule) if rule else payments.to_netsuite(payment, _decision_log(event, connection))


def plan_payments_of_invoice(event: Envelope, connection: Connection) -> Mapping:
    """An invoice's payments, of which some have no event but that of its new status, or of its creation."""
    if not connection.sync.payments:
        return Ignored(rule="sync_disabled")
    invoice = _read(Invoice, event)
    if isinstance(invoice, Refused):
        return invoice
    rule = _rule_against_payments_of(invoice)
    if rule:
        return Ignored(rule=rule)
    return READ_FROM_LAGO if connection.lago.api_url and connection.lago.api_key else NEEDS_LAGO_API


def _rule_against_payments_of(invoice: Invoice) -> str | None:
    # The start date is the payments' own to keep: an old invoice may be paid after it.
    rule = _rule_against_any(invoice)
    if rule is None and not invoice.total_amount_cents:
        return "zero_amount"
    has_none = not invoice.total_paid_amount_cents and invoice.payment_status != "succeeded"
    return rule or ("payment_not_settled" if has_none else None)


def _decision_log(event: Envelope, connection: Connection) -> DecisionLog:
    origin = Origin(event.object, is_customer=event.object_type == "customer")
    return DecisionLog(connection=connection, origin=origin)


def _payment_of(event: Envelope) -> Payment | Refused:
    if event.object_type != "payment_receipt":
        return _read(Payment, event)
    receipt = _read(PaymentReceipt, event)
    if isinstance(receipt, Refused):
        return receipt
    return receipt.payment.model_copy(update={"customer": receipt.customer})


def _rule_against(document: Invoice | CreditNote, connection: Connection) -> str | None:
    start, issued = connection.start_date, document.issuing_date
    is_before = start and issued and issued < start
    return _rule_against_any(document) or ("before_start_date" if is_before else None)


def _rule_against_any(document: Invoice | CreditNote) -> str | None:
    if document.self_billed:
        return "self_billed"
    if document.customer is not None and document.customer.account_type == "partner":
        return "partner"
    if isinstance(document, Invoice) and document.status not in BOOKABLE_STATUSES:
        return "not_finalized"
    return None


def _rule_against_payment(payment: Payment, connection: Connection) -> str | None:
    if payment.customer is not None and payment.customer.account_type == "partner":
        return "partner"
    if not payments.is_settled(payment):
        return "payment_not_settled"
    if not payment.amount_cents:
        return "zero_amount"
    start, paid_on = connection.start_date, payments.day_of(payment, connection)
    return "before_start_date" if start and paid_on and paid_on < start else None


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
    "invoice.voided": _plan_void,
    "invoice.payment_status_updated": plan_payments_of_invoice,
    "credit_note.created": _plan_credit_note,
    **dict.fromkeys(refund_failure.EVENTS, _plan_refund_failure),
    "payment.succeeded": _plan_payment,
    "payment_receipt.created": _plan_payment,
}

# Lago sends no such webhook (`Customers::DestroyService`); another producer may.
UNBOOKED = {"customer.deleted": "customer_deleted"}
"""Events that change nothing: NetSuite deletes no customer that has transactions; with their rules."""

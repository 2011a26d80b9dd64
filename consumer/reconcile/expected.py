"""
What NetSuite must hold for a row of Lago's lists.

An invoice's total is Lago's before credit notes where these are applied, what is due is Lago's own figure;
a voided one is due nothing. A credit note holds what is left to spend and what is to be paid back. Sources:
lago-api ``Invoice#total_due_amount_cents``, ``CreditNote``, and the connection's policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import ValidationError

from consumer.config.connection import Connection
from consumer.mapping import identity
from consumer.mapping.payment import day_of
from consumer.outcome import Ignored
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership, is_undecided
from consumer.reconcile import booked_values, row_values
from consumer.reconcile.row_values import cents, text, units
from schemas.envelope import Envelope
from schemas.payment import Payment

Kind = Literal["customer", "invoice", "credit_note", "payment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """
    One document, or a customer; texts are empty and amounts None where nothing is compared.

    Attributes:
        external_id: NetSuite's key of it.
        netsuite_number: the number that it must have in NetSuite.
        date: NetSuite's transaction date, ``YYYY-MM-DD``.
        day: Lago's own date.
        customer, customer_id: Lago's external id and id of its customer.
        linked_customer: internal id of the NetSuite customer to which Lago links that customer.
        billing_entity: Lago's code.
        subsidiary: internal id of the billing entity's subsidiary.
        total: in units of the currency.
        tax: part of the total.
        open: what is left of it; None where Lago does not say.
        settles: external ids of the invoices that a payment pays, or on which a note is set off.
        refund: what must be paid back by now.
        refund_id: external id of the customer refund, where it is one of ours.
        is_voided: whether it counts for nothing.
        is_void_optional: whether Lago has voided it and voids are not written, so that both is right.
        is_paid_by_hand: whether Lago calls it paid though there is no payment.
    """

    kind: Kind
    lago_id: str
    external_id: str
    number: str
    netsuite_number: str = ""
    date: str = ""
    day: str = ""
    customer: str = ""
    customer_id: str = ""
    linked_customer: str = ""
    billing_entity: str = ""
    subsidiary: str = ""
    currency: str = ""
    total: Decimal = Decimal(0)
    tax: Decimal | None = None
    open: Decimal | None = None
    settles: tuple[str, ...] = ()
    refund: Decimal | None = None
    refund_id: str = ""
    is_voided: bool = False
    is_void_optional: bool = False
    is_paid_by_hand: bool = False


WITHOUT_ID = Ignored(rule="without_id")
_PREFIXES: Mapping[Kind, str] = {
    "customer": identity.CUSTOMER,
    "invoice": identity.INVOICE,
    "credit_note": identity.CREDIT_NOTE,
    "payment": identity.PAYMENT,
}
_TYPES: Mapping[Kind, str] = {
    "customer": "customer.updated",
    "invoice": "invoice.created",
    "credit_note": "credit_note.created",
    "payment": "payment.succeeded",
}


def of(kind: Kind, row: Mapping[str, Any], ownership: Ownership) -> Expected | Ignored:
    """What must stand for a row, or the rule by which nothing does."""
    rule = _rule(kind, row, ownership) if row.get("lago_id") else WITHOUT_ID
    if rule is not None:
        return rule
    match kind:
        case "customer":
            return _customer(row, ownership.connection)
        case "invoice":
            return _invoice(row, ownership.connection)
        case "credit_note":
            return _credit_note(row, ownership.connection)
        case "payment":
            return _payment(row, ownership.connection)


def external_id(kind: Kind, lago_id: object) -> str:
    """NetSuite's key of a document."""
    return f"{_PREFIXES[kind]}{lago_id}"


def is_owned(kind: Kind, row: Mapping[str, Any], ownership: Ownership) -> bool:
    """Whether the connection answers for the document of a row."""
    return _rule(kind, row, ownership) != routing.OTHER_CONNECTION


def event_of(kind: Kind, row: Mapping[str, Any], connection: Connection) -> Envelope:
    """A row as the event that brings it."""
    organization_id = connection.lago.organization_id
    return Envelope(
        webhook_type=_TYPES[kind], object_type=kind, organization_id=organization_id, object=dict(row)
    )


def _rule(kind: Kind, row: Mapping[str, Any], ownership: Ownership) -> Ignored | None:
    event = event_of(kind, row, ownership.connection)
    if not _is_mine(kind, event, ownership):
        return routing.OTHER_CONNECTION
    if kind == "invoice" and not cents(row, "fees_amount_cents") and not cents(row, "total_amount_cents"):
        return Ignored(rule="zero_amount")
    # A list has no fees, so an invoice cannot be mapped; the rules are asked before that.
    plan = routing.plan(event, ownership)
    return plan if isinstance(plan, Ignored) else None


def _is_mine(kind: Kind, event: Envelope, ownership: Ownership) -> bool:
    # Nobody can say whose the payment of a deleted customer is; one connection answers for it.
    if kind == "payment" and is_undecided(event, ownership.all_connections):
        return ownership.reports(event)
    return kind == "payment" or ownership.is_mine(event)


def _customer(row: Mapping[str, Any], connection: Connection) -> Expected:
    customer = str(row.get("external_id") or row["lago_id"])
    return Expected(
        kind="customer",
        lago_id=str(row["lago_id"]),
        external_id=external_id("customer", row["lago_id"]),
        number=customer,
        day=row_values.day(row),
        customer=customer,
        customer_id=str(row["lago_id"]),
        linked_customer=booked_values.linked_customer(row, connection),
        billing_entity=text(row, "billing_entity_code"),
    )


def _invoice(row: Mapping[str, Any], connection: Connection) -> Expected:
    spent = cents(row, "credit_notes_amount_cents") if connection.credits == "apply" else 0
    is_voided, due = row.get("status") == "voided", cents(row, "total_due_amount_cents")
    paid = cents(row, "total_paid_amount_cents")
    currency, number = text(row, "currency"), str(row.get("number") or row["lago_id"])
    total = units(cents(row, "total_amount_cents") + spent, currency)
    return Expected(
        kind="invoice",
        lago_id=str(row["lago_id"]),
        external_id=external_id("invoice", row["lago_id"]),
        number=number,
        total=total,
        open=booked_values.open_of_invoice(row, connection, total),
        is_voided=is_voided and connection.sync.voids,
        is_void_optional=is_voided and not connection.sync.voids,
        is_paid_by_hand=not is_voided and row.get("payment_status") == "succeeded" and due > 0 and not paid,
        **booked_values.of_document("invoice", row, connection, number),
    )


def _credit_note(row: Mapping[str, Any], connection: Connection) -> Expected:
    currency, number = text(row, "currency"), str(row.get("number") or row["lago_id"])
    offset, total = cents(row, "offset_amount_cents"), cents(row, "total_amount_cents")
    credit = cents(row, "balance_amount_cents")
    # Lago's roundings may put an offset into the refund, too (``AdjustAmountsWithRoundingService``).
    refund = max(
        0, min(cents(row, "refund_amount_cents"), total - offset - cents(row, "credit_amount_cents"))
    )
    is_paid_back = connection.refunds == "customer_refund"
    is_ours = bool(refund) and is_paid_back and row.get("refund_status") != "failed"
    is_due = is_ours or (bool(refund) and row.get("refund_status") == "succeeded")
    return Expected(
        kind="credit_note",
        lago_id=str(row["lago_id"]),
        external_id=external_id("credit_note", row["lago_id"]),
        number=number,
        total=units(total, currency),
        # Whether a refund has been paid is known to NetSuite alone.
        open=None if refund or is_paid_back or connection.credits == "line" else units(credit, currency),
        settles=(external_id("invoice", row.get("lago_invoice_id")),) if offset else (),
        refund=units(credit + refund, currency) if is_due else None,
        refund_id=f"{identity.REFUND}{row['lago_id']}" if is_ours else "",
        **booked_values.of_document("credit_note", row, connection, number),
    )


def _payment(row: Mapping[str, Any], connection: Connection) -> Expected:
    currency = text(row, "amount_currency")
    numbers = row.get("invoice_numbers")
    label = ", ".join(sorted(map(str, numbers))) if isinstance(numbers, list) and numbers else row["lago_id"]
    return Expected(
        kind="payment",
        lago_id=str(row["lago_id"]),
        external_id=external_id("payment", row["lago_id"]),
        number=f"payment of {label}",
        date=_paid_on(row, connection),
        day=row_values.day(row),
        customer=text(row, "external_customer_id"),
        customer_id=text(row, "lago_customer_id"),
        linked_customer=booked_values.linked_customer(row_values.part(row, "customer"), connection),
        currency=currency,
        total=units(cents(row, "amount_cents"), currency),
        settles=tuple(external_id("invoice", each) for each in row_values.texts(row, "invoice_ids")),
    )


def _paid_on(row: Mapping[str, Any], connection: Connection) -> str:
    # A provider's payment is dated in its customer's zone, which the list does not name.
    if row.get("type") != "manual" or connection.closed_period == "next_open_period":
        return ""
    try:
        paid_on = day_of(Payment.model_validate(row), connection)
    except ValidationError:
        return ""  # it is refused on its way, and so reported as missing
    return paid_on.isoformat() if paid_on else ""

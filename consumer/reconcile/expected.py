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

from pydantic import TypeAdapter, ValidationError

from consumer.config.connection import Connection
from consumer.mapping import identity, money
from consumer.mapping.payment import day_of
from consumer.outcome import Ignored
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership, is_undecided
from schemas.envelope import Envelope
from schemas.payment import Payment
from schemas.scalar import Cents

Kind = Literal["invoice", "credit_note", "payment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """
    One document.

    Attributes:
        external_id: NetSuite's key of it.
        date: NetSuite's transaction date, ``YYYY-MM-DD``; empty where it is not compared.
        total: in units of the currency.
        open: what is left of it; None where Lago does not say.
        is_voided: whether it counts for nothing.
        is_paid_by_hand: whether Lago calls it paid though there is no payment.
    """

    kind: Kind
    lago_id: str
    external_id: str
    number: str
    date: str
    currency: str
    total: Decimal
    open: Decimal | None = None
    is_voided: bool = False
    is_paid_by_hand: bool = False


WITHOUT_ID = Ignored(rule="without_id")
_CENTS: TypeAdapter[int] = TypeAdapter(Cents)
_PREFIXES: Mapping[Kind, str] = {
    "invoice": identity.INVOICE,
    "credit_note": identity.CREDIT_NOTE,
    "payment": identity.PAYMENT,
}
_TYPES: Mapping[Kind, str] = {
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
        case "invoice":
            return _invoice(row, ownership.connection)
        case "credit_note":
            return _credit_note(row, ownership.connection)
        case "payment":
            return _payment(row, ownership.connection)


def external_id(kind: Kind, lago_id: object) -> str:
    """NetSuite's key of a document."""
    return f"{_PREFIXES[kind]}{lago_id}"


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
    if kind == "invoice" and not _cents(row, "fees_amount_cents") and not _cents(row, "total_amount_cents"):
        return Ignored(rule="zero_amount")
    # A list has no fees, so an invoice cannot be mapped; the rules are asked before that.
    plan = routing.plan(event, ownership)
    return plan if isinstance(plan, Ignored) else None


def _is_mine(kind: Kind, event: Envelope, ownership: Ownership) -> bool:
    # Nobody can say whose the payment of a deleted customer is; one connection answers for it.
    if kind == "payment" and is_undecided(event, ownership.all_connections):
        return ownership.reports(event)
    return kind == "payment" or ownership.is_mine(event)


def _invoice(row: Mapping[str, Any], connection: Connection) -> Expected:
    spent = _cents(row, "credit_notes_amount_cents") if connection.credits == "apply" else 0
    is_voided, due = row.get("status") == "voided", _cents(row, "total_due_amount_cents")
    paid = _cents(row, "total_paid_amount_cents")
    currency = str(row.get("currency") or "")
    return Expected(
        kind="invoice",
        lago_id=str(row["lago_id"]),
        external_id=external_id("invoice", row["lago_id"]),
        number=str(row.get("number") or row["lago_id"]),
        date=str(row.get("issuing_date") or "") if connection.closed_period != "next_open_period" else "",
        currency=currency,
        total=_units(_cents(row, "total_amount_cents") + spent, currency),
        open=_units(0 if is_voided else due, currency),
        is_voided=is_voided,
        is_paid_by_hand=not is_voided and row.get("payment_status") == "succeeded" and due > 0 and not paid,
    )


def _credit_note(row: Mapping[str, Any], connection: Connection) -> Expected:
    currency = str(row.get("currency") or "")
    credit, refund = _cents(row, "balance_amount_cents"), _cents(row, "refund_amount_cents")
    offset, total = _cents(row, "offset_amount_cents"), _cents(row, "total_amount_cents")
    # Lago's roundings may put an offset into the refund, too (``AdjustAmountsWithRoundingService``).
    refund = max(0, min(refund, total - offset - _cents(row, "credit_amount_cents")))
    is_paid_back = connection.refunds == "customer_refund"
    return Expected(
        kind="credit_note",
        lago_id=str(row["lago_id"]),
        external_id=external_id("credit_note", row["lago_id"]),
        number=str(row.get("number") or row["lago_id"]),
        date=str(row.get("issuing_date") or "") if connection.closed_period != "next_open_period" else "",
        currency=currency,
        total=_units(total, currency),
        # Whether a refund has been paid is known to NetSuite alone.
        open=None if refund or is_paid_back or connection.credits == "line" else _units(credit, currency),
    )


def _payment(row: Mapping[str, Any], connection: Connection) -> Expected:
    currency = str(row.get("amount_currency") or "")
    numbers = row.get("invoice_numbers")
    label = ", ".join(sorted(map(str, numbers))) if isinstance(numbers, list) and numbers else row["lago_id"]
    return Expected(
        kind="payment",
        lago_id=str(row["lago_id"]),
        external_id=external_id("payment", row["lago_id"]),
        number=f"payment of {label}",
        date=_paid_on(row, connection),
        currency=currency,
        total=_units(_cents(row, "amount_cents"), currency),
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


def _cents(row: Mapping[str, Any], name: str) -> int:
    try:
        return _CENTS.validate_python(row.get(name))
    except ValidationError:
        return 0  # the document is refused on its way, and so reported as missing


def _units(cents: int, currency: str) -> Decimal:
    return Decimal(money.major(cents, currency))

"""
The lane, rank and dependencies of a record of the input topics.

They are read from every polled record, long before its delivery: so of the usual events only the needed ids
are decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from schemas import envelope
from schemas.envelope import Undecodable

VOID = "invoice.voided"
PAYMENT_STATUS = "invoice.payment_status_updated"
"""Announces payments of an invoice, some of which have no event of their own."""
RANKS = {"customer": 0, "invoice": 1, "credit_note": 2, "payment": 3, "void": 4}
"""Objects on which others depend have a lower rank; other object types have the rank `LAST`."""
LAST = len(RANKS)
_INVOICE_PAYMENTS = "invoice_payments"
_FAMILIES = {VOID: "void", PAYMENT_STATUS: _INVOICE_PAYMENTS}


class Place(NamedTuple):
    """
    The place of a record in the order of deliveries.

    Attributes:
        lane: the aggregate whose records are delivered in order; None for a record without one.
        rank: a lower rank is delivered first.
        needs: lanes of the invoices to which it refers, which must be in NetSuite before.
        refers_to: the lane of its customer.
    """

    lane: str | None
    rank: int = LAST
    needs: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()


class _Ids(msgspec.Struct):
    lago_id: str | None = None
    lago_credit_note_id: str | None = None
    lago_customer_id: str | None = None
    lago_invoice_id: str | None = None
    invoice_ids: list[str] | None = None
    customer: _Ids | None = None
    payment: _Ids | None = None


class _Heading(msgspec.Struct):
    object_type: str
    webhook_type: str | None = None
    customer: _Ids | None = None
    invoice: _Ids | None = None
    credit_note: _Ids | None = None
    payment: _Ids | None = None
    payment_receipt: _Ids | None = None


_HEADING = msgspec.json.Decoder(_Heading)


def lane_of(value: bytes | None) -> str | None:
    """The lane of a record; see `place_of`."""
    return place_of(value).lane


def place_of(value: bytes | None) -> Place:
    """
    The place of a record in the order of deliveries.

    Each document has a lane of its own, and a void has another lane than its invoice: a record must never be
    before another one in a lane for which it may wait, and Lago guarantees no order even for the events of
    one invoice (lago-api ``SendHttpWebhookJob``). A receipt has the lane of its payment.
    """
    webhook_type, object_type, ids = _heading(value or b"")
    own_id = ids.lago_credit_note_id if object_type == envelope.REFUND_FAILURE else ids.lago_id
    family, aggregate = object_type, own_id or ids.lago_customer_id
    customers: Sequence[str | None] = (ids.customer.lago_id if ids.customer else None, ids.lago_customer_id)
    invoices: Sequence[str | None] = (ids.lago_invoice_id,)
    if object_type == "payment_receipt":
        ids = ids.payment or _Ids()
        family, aggregate = "payment", ids.lago_id
    if family == "payment":
        customers, invoices = (*customers, ids.lago_customer_id), ids.invoice_ids or ()
    elif family == "invoice":
        invoices = (aggregate,) if webhook_type == VOID else ()
        family = _FAMILIES.get(webhook_type or "", family)
    elif family == "customer":
        customers = ()
    return Place(
        lane=f"{family}:{aggregate}" if aggregate else None,
        rank=RANKS.get("payment" if family == _INVOICE_PAYMENTS else family, LAST),
        needs=tuple(f"invoice:{each}" for each in invoices if each),
        refers_to=tuple(f"customer:{each}" for each in dict.fromkeys(customers) if each),
    )


def is_of_invoice(lane: str) -> bool:
    """Whether the records of a lane are those of an invoice itself, and none of its void or payments."""
    return lane.startswith("invoice:")


def is_of_invoice_payments(lane: str) -> bool:
    """Whether the records of a lane announce payments of an invoice (`PAYMENT_STATUS`)."""
    return lane.startswith(f"{_INVOICE_PAYMENTS}:")


def _heading(value: bytes) -> tuple[str | None, str, _Ids]:
    try:
        heading = _HEADING.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _unusual(value)
    ids = getattr(heading, heading.object_type, None)
    if not isinstance(ids, _Ids):
        return _unusual(value)
    return heading.webhook_type, heading.object_type, ids


def _unusual(value: bytes) -> tuple[str | None, str, _Ids]:
    """The heading of an event in Confluent's format, of another type, or with an id that is not text."""
    event = envelope.decode(value)
    if isinstance(event, Undecodable):
        return None, "", _Ids()
    try:
        ids = msgspec.convert(event.object, _Ids)
    except msgspec.ValidationError:
        ids = _Ids(lago_id=event.object_id)
    return event.webhook_type, event.object_type, ids

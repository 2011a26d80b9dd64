"""
Which records of the input topics must queue behind each other, which go first, and which others they need.

Asked for every record that is polled, long before it is delivered: so of the usual events only the few ids
are read that it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from schemas import envelope
from schemas.envelope import Undecodable

VOID = "invoice.voided"
RANKS = {"customer": 0, "invoice": 1, "credit_note": 2, "payment": 3, "void": 4}
"""What others depend on has the lower one; what is ignored goes with what has none."""
LAST = len(RANKS)


class Place(NamedTuple):
    """
    Where a record queues.

    Attributes:
        lane: the aggregate whose records must queue behind each other, None for what names none.
        rank: the lower goes first.
        needs: lanes of the invoices that it is about: nothing can be booked on one before it stands.
        refers_to: the lane of its customer.
    """

    lane: str | None
    rank: int = LAST
    needs: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()


class _Ids(msgspec.Struct):
    lago_id: str | None = None
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
    Where a record queues.

    Each document has a lane of its own, and a void has another one than its invoice: whatever may wait for a
    record must never stand before it in one lane, and Lago promises no order even for the events of one
    invoice (lago-api ``SendHttpWebhookJob``). A receipt is its payment.
    """
    webhook_type, object_type, ids = _heading(value or b"")
    family, aggregate = object_type, ids.lago_id or ids.lago_customer_id
    customers: Sequence[str | None] = (ids.customer.lago_id if ids.customer else None, ids.lago_customer_id)
    invoices: Sequence[str | None] = (ids.lago_invoice_id,)
    if object_type == "payment_receipt":
        ids = ids.payment or _Ids()
        family, aggregate = "payment", ids.lago_id
    if family == "payment":
        customers, invoices = (*customers, ids.lago_customer_id), ids.invoice_ids or ()
    elif family == "invoice":
        invoices = (aggregate,) if webhook_type == VOID else ()
        family = "void" if webhook_type == VOID else family
    elif family == "customer":
        customers = ()
    return Place(
        lane=f"{family}:{aggregate}" if aggregate else None,
        rank=RANKS.get(family, LAST),
        needs=tuple(f"invoice:{each}" for each in invoices if each),
        refers_to=tuple(f"customer:{each}" for each in dict.fromkeys(customers) if each),
    )


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
    """Of a framed event, one of another type, or one with something else than text where an id should be."""
    event = envelope.decode(value)
    if isinstance(event, Undecodable):
        return None, "", _Ids()
    try:
        ids = msgspec.convert(event.object, _Ids)
    except msgspec.ValidationError:
        ids = _Ids(lago_id=event.object_id)
    return event.webhook_type, event.object_type, ids

"""
Which records of the input topics must queue behind each other.

Asked for every record that is polled, long before it is delivered: so of the usual events only the few ids
are read that it takes.
"""

from __future__ import annotations

import msgspec

from schemas import envelope
from schemas.envelope import Undecodable


class _Ids(msgspec.Struct):
    lago_id: str | None = None
    lago_customer_id: str | None = None
    lago_invoice_id: str | None = None
    invoice_ids: list[str] | None = None
    payment: _Ids | None = None


class _Heading(msgspec.Struct):
    object_type: str
    customer: _Ids | None = None
    invoice: _Ids | None = None
    credit_note: _Ids | None = None
    payment: _Ids | None = None
    payment_receipt: _Ids | None = None


_HEADING = msgspec.json.Decoder(_Heading)


def lane_of(value: bytes | None) -> str | None:
    """
    The aggregate whose records must queue behind each other, None for what names none.

    Invoices, their credit notes and their payments share the invoice's lane; customers have their own.
    """
    object_type, ids = _heading(value or b"")
    match object_type:
        case "credit_note":
            aggregate = ids.lago_invoice_id
        case "payment" | "payment_receipt":
            aggregate = next(iter((ids.payment or ids).invoice_ids or ()), None)
        case _:
            aggregate = ids.lago_id or ids.lago_customer_id
    family = "customer" if object_type == "customer" else "invoice"
    return f"{family}:{aggregate}" if aggregate else None


def _heading(value: bytes) -> tuple[str, _Ids]:
    try:
        heading = _HEADING.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _unusual(value)
    ids = getattr(heading, heading.object_type, None)
    return (heading.object_type, ids) if isinstance(ids, _Ids) else _unusual(value)


def _unusual(value: bytes) -> tuple[str, _Ids]:
    """Of a framed event, one of another type, or one with something else than text where an id should be."""
    event = envelope.decode(value)
    if isinstance(event, Undecodable):
        return "", _Ids()
    try:
        return event.object_type, msgspec.convert(event.object, _Ids)
    except msgspec.ValidationError:
        return event.object_type, _Ids(lago_id=event.object_id)

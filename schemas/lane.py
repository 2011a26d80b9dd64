"""
Which records of the input topics must queue behind each other.

Asked for every record that is polled, long before it is delivered: so of the usual events only the few ids
are read that it takes.
"""

from __future__ import annotations

import msgspec

from schemas import envelope
from schemas.envelope import Undecodable

VOID = "invoice.voided"


class _Ids(msgspec.Struct):
    lago_id: str | None = None
    lago_customer_id: str | None = None
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
    """
    The aggregate whose records must queue behind each other, None for what names none.

    Each document has a lane of its own, and a void has another one than its invoice: whatever may wait for a
    record must never stand before it in one lane, and Lago promises no order even for the events of one
    invoice (lago-api ``SendHttpWebhookJob``). A receipt is its payment.
    """
    webhook_type, object_type, ids = _heading(value or b"")
    family, aggregate = object_type, ids.lago_id or ids.lago_customer_id
    if object_type == "payment_receipt":
        family, aggregate = "payment", ids.payment.lago_id if ids.payment else None
    elif webhook_type == VOID:
        family = "void"
    return f"{family}:{aggregate}" if aggregate else None


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

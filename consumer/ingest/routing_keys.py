"""
The values of a webhook that its topic and key need: type, organisation, customer.

The rest of the body is checked to be JSON and skipped, which takes a twentieth of the time of decoding it. An
unusual body is decoded by `schemas.envelope`, which also reports its errors.
"""

from __future__ import annotations

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from consumer.events import summary
from schemas import nesting
from schemas.envelope import CONFLUENT_MAGIC_BYTE, Undecodable, decode


class Outline(Struct, frozen=True, kw_only=True):
    """
    The members of a Lago event that topic and key need.

    Attributes:
        external_customer_id: None when the object has no customer.
    """

    webhook_type: str
    object_type: str
    organization_id: str
    external_customer_id: str | None


def outline(body: bytes) -> Outline | Undecodable:
    """The outline of a webhook's body; never raises."""
    return _at_a_glance(body) or _in_full(body)


# Some bridges to Kafka write numbers where Lago writes text.
_Id = str | int | None


class _Customer(Struct):
    external_id: _Id = None


class _Payment(Struct):
    external_customer_id: _Id = None


class _Object(Struct):
    external_id: _Id = None
    external_customer_id: _Id = None
    customer: _Customer | None = None
    payment: _Payment | None = None


class _Body(Struct):
    webhook_type: str
    object_type: str
    organization_id: str
    customer: _Object | None = None
    invoice: _Object | None = None
    credit_note: _Object | None = None
    payment: _Object | None = None
    payment_receipt: _Object | None = None


_OBJECTS = frozenset(_Body.__struct_fields__[3:])
_BODY = Decoder(_Body)


def _at_a_glance(body: bytes) -> Outline | None:
    """The outline of a body in the usual form; None for any other body."""
    if nesting.is_too_deep(body):
        return None
    try:
        # Skipped text is not decoded, so lone surrogates are searched for here.
        text = body.decode()
        if "\\" in text and ("\\ud" in text or "\\uD" in text):
            return None
        found = _BODY.decode(body)
    except (DecodeError, ValidationError, UnicodeDecodeError, RecursionError):
        return None
    content: _Object | None = getattr(found, found.object_type) if found.object_type in _OBJECTS else None
    if content is None or not (found.webhook_type and found.organization_id):
        return None
    customer = _customer_of(found.object_type, content)
    return Outline(
        webhook_type=found.webhook_type,
        object_type=found.object_type,
        organization_id=found.organization_id,
        external_customer_id=None if customer is None else str(customer),
    )


def _customer_of(object_type: str, content: _Object) -> _Id:
    if object_type == "customer":
        return content.external_id
    if content.customer is not None:
        return content.customer.external_id
    payment = content.payment if object_type == "payment_receipt" else None
    return (payment or content).external_customer_id


def _in_full(body: bytes) -> Outline | Undecodable:
    # Confluent's wire format is not accepted over HTTP.
    if body[:1] == bytes([CONFLUENT_MAGIC_BYTE]):
        return Undecodable(reason="not_json", message="not JSON: it begins with a zero byte")
    if not body:
        return Undecodable(reason="empty", message="the body is empty")
    event = decode(body)
    if isinstance(event, Undecodable):
        return event
    return Outline(
        webhook_type=event.webhook_type,
        object_type=event.object_type,
        organization_id=event.organization_id,
        external_customer_id=summary.of(event).external_customer_id,
    )

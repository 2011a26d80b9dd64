"""
What is read of a webhook to put it on its topic: its kind, its organisation, its customer.

All else is checked to be JSON and skipped, which takes a twentieth of the time of reading it. Whatever is
unusual about a body is left to `schemas.envelope`, which also says what is wrong with one.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from consumer.events import summary
from schemas import nesting
from schemas.envelope import CONFLUENT_MAGIC_BYTE, Undecodable, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """
    As much of a Lago event as its way to Kafka asks for.

    Attributes:
        external_customer_id: None where the object names no customer.
    """

    webhook_type: str
    object_type: str
    organization_id: str
    external_customer_id: str | None


def outline(body: bytes) -> Outline | Undecodable:
    """The outline of a webhook's body; never raises, whatever the bytes."""
    return _at_a_glance(body) or _in_full(body)


# Some bridges write numbers where Lago writes texts.
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
    """None for all that is not as it always is."""
    if nesting.is_too_deep(body):
        return None
    try:
        # Texts that are skipped are not decoded, so what they may hold is looked at here.
        text = body.decode()
        if "\\ud" in text or "\\uD" in text:
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
    # Kafka's framing has no place in a request.
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

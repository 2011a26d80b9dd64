"""
A summary of an event's object: number, amount, customer.

It is read from the object as received, which may have any form, so that rejected events have one too.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import structs

from schemas.envelope import Envelope

_READ_AS_A_WHOLE = {"payment", "invoice_ids", "invoice_numbers"}
_OF_A_CUSTOMER = ("lago_id", "external_id")


class ObjectSummary(msgspec.Struct, frozen=True, kw_only=True):
    """
    The known values; None for missing ones.

    Attributes:
        cents: the amount in the currency's subunit; for a receipt, its payment's.
    """

    number: str | None
    cents: int | None
    currency: str | None
    lago_customer_id: str | None
    external_customer_id: str | None


def of(event: Envelope) -> ObjectSummary:
    """The summary of an event's object; never raises."""
    content, amounts = event.object, _with_amounts(event)
    cents, currency = _amount(amounts)
    customer_id, external_id = _customer(event, amounts)
    return ObjectSummary(
        number=_text(content.get("number") or content.get("external_id")),
        cents=cents,
        currency=currency,
        lago_customer_id=_text(customer_id),
        external_customer_id=_text(external_id),
    )


def amount_of(event: Envelope) -> tuple[int | None, str | None]:
    """The amount in the currency's subunit and the currency, as in `ObjectSummary`; never raises."""
    return _amount(_with_amounts(event))


def without_details(event: Envelope) -> Envelope:
    """
    The event without what only its mapping needs, such as fees, taxes and addresses.

    All that `consumer.events` reads of an event is the same of both; this one takes a few kilobytes less.
    """
    kept = {
        name: value
        for name, value in event.object.items()
        if name in _READ_AS_A_WHOLE or not isinstance(value, dict | list)
    }
    customer = event.object.get("customer")
    if isinstance(customer, dict):
        kept["customer"] = {name: customer.get(name) for name in _OF_A_CUSTOMER}
    return structs.replace(event, object=kept)


def _with_amounts(event: Envelope) -> dict[str, Any]:
    """The object itself; for a receipt, its payment."""
    payment = event.object.get("payment") if event.object_type == "payment_receipt" else None
    return payment if isinstance(payment, dict) else event.object


def _amount(amounts: dict[str, Any]) -> tuple[int | None, str | None]:
    cents = amounts.get("total_amount_cents", amounts.get("amount_cents"))
    is_number = isinstance(cents, int) and not isinstance(cents, bool)
    return cents if is_number else None, _text(amounts.get("currency") or amounts.get("amount_currency"))


def _customer(event: Envelope, amounts: dict[str, Any]) -> tuple[object, object]:
    """Lago id and external id of the customer: of the object, of its embedded customer, or of a payment."""
    customer = event.object if event.object_type == "customer" else event.object.get("customer")
    if isinstance(customer, dict):
        return customer.get("lago_id"), customer.get("external_id")
    return amounts.get("lago_customer_id"), amounts.get("external_customer_id")


def _text(value: object) -> str | None:
    # Some bridges to Kafka write numbers where Lago writes text.
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, str) else None

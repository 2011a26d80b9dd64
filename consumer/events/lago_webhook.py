"""
The webhook that Lago would have sent for a document of its API.

A webhook's object has the same serializer as an object of REST, with fewer members, so both give the same
NetSuite record, request id and fingerprint (lago-api ``V1::*Serializer``): what is read from the API may be
processed beside the live webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from schemas import envelope

Kind = Literal["customer", "invoice", "credit_note", "payment", "void"]

_TYPES = {"one_off": "invoice.one_off_created", "credit": "invoice.paid_credit_added"}
_TOPICS: Mapping[str, str] = {
    "customer": "lago.customers",
    "invoice": "lago.invoices",
    "credit_note": "lago.credit_notes",
    "payment": "lago.payments",
    "void": "lago.invoices",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """
    One event to produce to its topic.

    Attributes:
        lago_id: Lago's id of its object.
    """

    topic: str
    key: bytes
    value: bytes
    webhook_type: str
    lago_id: str


def webhook_of(kind: Kind, content: Mapping[str, Any], organization_id: str) -> Webhook:
    """
    The webhook of an object.

    Args:
        kind: the kind of the object; ``void`` gives the second webhook of a voided invoice.
        content: the object as Lago's API returns it; for an invoice that of the single object, since lists
            lack its fees.
        organization_id: the organisation of the API key.
    """
    object_type = "invoice" if kind == "void" else kind
    webhook_type = _type_of(kind, content)
    body: dict[str, Any] = {
        "webhook_type": webhook_type,
        "object_type": object_type,
        "organization_id": organization_id,
        object_type: content,
    }
    return Webhook(
        topic=_TOPICS[kind],
        key=f"{organization_id}:{_external_id(kind, content)}".encode(errors="replace"),
        value=envelope.encode(body),
        webhook_type=webhook_type,
        lago_id=str(content.get("lago_id") or ""),
    )


def _type_of(kind: Kind, content: Mapping[str, Any]) -> str:
    match kind:
        case "customer":
            return "customer.updated"
        case "invoice":
            return _TYPES.get(str(content.get("invoice_type")), "invoice.created")
        case "credit_note":
            return "credit_note.created"
        case "payment":
            return "payment.succeeded"
        case "void":
            return "invoice.voided"


def _external_id(kind: Kind, content: Mapping[str, Any]) -> str:
    if kind == "customer":
        return str(content.get("external_id") or "")
    if kind == "payment":
        return str(content.get("external_customer_id") or "")
    customer = content.get("customer")
    return str(customer.get("external_id") or "") if isinstance(customer, Mapping) else ""

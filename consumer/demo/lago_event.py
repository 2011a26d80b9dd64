"""A webhook of the emulated Lago as an event of the scenario, with its expected outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from consumer.demo.customers import ORDERING_ENTITY
from consumer.demo.scenario_event import ScenarioEvent
from consumer.ingest.webhook import TOPICS
from consumer.mapping import money
from consumer.sandbox.lago import serializers
from consumer.sandbox.lago.notation import Json, body, id_of
from consumer.sandbox.lago.organization import Announcement, Organization

ISSUING = frozenset({"invoice.created", "invoice.one_off_created", "invoice.paid_credit_added"})
NOT_BOOKED = frozenset(
    {
        "customer.payment_provider_created", "invoice.drafted", "invoice.generated",
        "invoice.payment_status_updated",
    }
)  # fmt: skip
"""Webhooks of which nothing is written to NetSuite."""


def of(organization: Organization, announced: Announcement, **changes: Any) -> ScenarioEvent:
    """
    The event of a due webhook, with its object as it is now.

    Args:
        organization: whose webhook it is.
        announced: the webhook.
        changes: members of the event that differ, such as ``plant``.
    """
    webhook = serializers.webhook(organization, announced)
    content = webhook[announced.object_type]
    name, customer, facts = _READERS[announced.object_type](announced.webhook_type, content)
    title = f"{announced.webhook_type} {name}"
    is_booked = announced.webhook_type not in NOT_BOOKED and not content.get("self_billed")
    known: dict[str, Any] = {
        "title": title,
        "topic": TOPICS[announced.object_type],
        "key": f"{organization.lago_id}:{customer}".encode(),
        "value": body(webhook),
        "unique_key": id_of(organization.lago_id, "webhook", title),
        "ending": "booked" if is_booked else "ignored",
        "lago_id": content["lago_id"],
        "reads": _payments_to_read(organization, announced, content),
    }
    return ScenarioEvent(**known | facts | changes)


def _payments_to_read(organization: Organization, announced: Announcement, content: Json) -> int:
    is_paid = announced.webhook_type in ISSUING and content["total_paid_amount_cents"] > 0
    if not is_paid and announced.webhook_type != "invoice.payment_status_updated":
        return 0
    return sum(announced.lago_id in each["invoice_ids"] for each in organization.payments.values())


Facts = tuple[str, str, Json]
"""Name of the object, external id of its customer, members of the event."""


def _customer(_: str, content: Json) -> Facts:
    return content["external_id"], content["external_id"], {}


def _invoice(webhook_type: str, content: Json) -> Facts:
    customer, currency = content.get("customer") or {}, content["currency"]
    facts: Json = {"currency": currency, "is_void": webhook_type == "invoice.voided"}
    if webhook_type in ISSUING:
        # The part that a credit note pays is in the total: the credit memo is applied to the invoice.
        cents = content["total_amount_cents"] + content["credit_notes_amount_cents"]
        facts |= {"number": content["number"], "total": money.major(cents, currency)}
        facts |= {"is_ordered": content["billing_entity_code"] == ORDERING_ENTITY}
    return content["number"], customer.get("external_id", ""), facts


def _credit_note(_: str, content: Json) -> Facts:
    number, currency = content["number"], content["currency"]
    refund = money.major(content["refund_amount_cents"], currency)
    facts = {
        "number": number,
        "currency": currency,
        "total": money.major(content["total_amount_cents"], currency),
        "action": f"pay back {refund} {currency} and record the refund"
        if content["refund_amount_cents"]
        else "",
    }
    return number, content["customer"]["external_id"], facts


def _payment(_: str, content: Json) -> Facts:
    paid = content.get("payment", content)
    currency = paid["amount_currency"]
    total = money.major(paid["amount_cents"], currency)
    facts = {"lago_id": paid["lago_id"], "currency": currency, "total": total}
    return f"for {_listed(paid['invoice_numbers'])}", paid["external_customer_id"], facts


def _listed(numbers: Sequence[str]) -> str:
    first, *others = numbers
    return " and ".join([first, *(f"…{other.rpartition('-')[2]}" for other in others)])


_READERS: dict[str, Callable[[str, Json], Facts]] = {
    "customer": _customer,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "payment": _payment,
    "payment_receipt": _payment,
}

"""
The representations of a document: in a webhook, as a row of a list, and as a single object.

The classes are the same in Lago (``V1::*Serializer``); they differ in what they include. Source: lago-api
``app/services/webhooks``, ``app/controllers/concerns/*_index.rb``, ``app/controllers/api/v1``.
"""

from __future__ import annotations

from collections.abc import Sequence

from consumer.sandbox.lago import credit_notes, payments, taxes
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Announcement, Organization

_OPTIONAL = frozenset(
    (
        "customer", "subscriptions", "billing_periods", "fees", "credits", "applied_taxes",
        "applied_invoice_custom_sections", "metadata", "error_details",
    )
)  # fmt: skip
_ONE_OFF = frozenset(("customer", "fees", "applied_taxes", "applied_invoice_custom_sections"))
_VOIDED = frozenset(("customer", "billing_periods", "subscriptions", "fees", "credits", "applied_taxes"))
INCLUDES = {
    "invoice.created": _VOIDED | {"applied_invoice_custom_sections"},
    "invoice.one_off_created": _ONE_OFF,
    "invoice.paid_credit_added": _ONE_OFF,
    "invoice.drafted": _VOIDED | {"error_details"},
    "invoice.generated": frozenset(("customer",)),
    "invoice.voided": _VOIDED,
    "invoice.deleted": _VOIDED,
    "invoice.resynced": _VOIDED,
    "invoice.payment_status_updated": frozenset(("customer", "fees")),
    "invoice.payment_overdue": frozenset(("customer", "fees", "applied_taxes")),
}
LIST_INCLUDES = frozenset(("customer", "metadata", "applied_taxes"))
SHOW_INCLUDES = _OPTIONAL
# An invoice in REST has its customer's links; in webhooks only this type has them.
_LINKED_WEBHOOKS = frozenset(("invoice.resynced",))


def webhook(organization: Organization, announced: Announcement) -> Json:
    """The four members of a webhook, with the object as it is now."""
    content = _object(organization, announced)
    return envelope(organization.lago_id, announced.webhook_type, announced.object_type, content)


def envelope(organization_id: str, webhook_type: str, object_type: str, content: object) -> Json:
    """The four members of every webhook (``Webhooks::BaseService``)."""
    return {
        "webhook_type": webhook_type,
        "object_type": object_type,
        "organization_id": organization_id,
        object_type: content,
    }


def _object(organization: Organization, announced: Announcement) -> Json:
    lago_id = announced.lago_id
    match announced.object_type:
        case "customer":
            return customer(organization, organization.customers[lago_id])
        case "invoice":
            return _announced_invoice(organization, announced)
        case "payment_dispute_lost":
            stored = organization.invoices[lago_id]
            return {"invoice": invoice(organization, stored, frozenset(("customer",)), is_linked=False)}
        case "credit_note":
            return credit_note(organization, organization.credit_notes[lago_id], is_linked=False)
        case "payment_request":
            return payment_request(organization, organization.payment_requests[lago_id])
        case kind:
            return _unchanging(organization, kind)[lago_id]


def _announced_invoice(organization: Organization, announced: Announcement) -> Json:
    included = INCLUDES.get(announced.webhook_type, frozenset())
    is_linked = announced.webhook_type in _LINKED_WEBHOOKS
    return invoice(organization, organization.invoices[announced.lago_id], included, is_linked=is_linked)


def _unchanging(organization: Organization, kind: str) -> dict[str, Json]:
    """The objects of a kind that are shown as they are kept."""
    return {
        "payment": organization.payments,
        "payment_receipt": organization.receipts,
        credit_notes.REFUND_ERROR: organization.provider_errors,
        payments.REQUEST_ERROR: organization.provider_errors,
    }[kind]


def customer(organization: Organization, stored: Json, *, is_linked: bool = True) -> Json:
    """A customer; ``integration_customers`` in customer webhooks and in all of REST."""
    links = {"integration_customers": organization.links.get(stored["lago_id"], [])} if is_linked else {}
    return stored | links


def invoice(organization: Organization, stored: Json, included: frozenset[str], *, is_linked: bool) -> Json:
    """An invoice with these optional members."""
    seen = chosen(stored, included)
    if "customer" in included:
        seen["customer"] = _owner(organization, stored, is_linked=is_linked)
    if "fees" in included:
        seen["fees"] = [taxes.shown(fee) for fee in stored["fees"]]
    if "error_details" in included:
        seen["error_details"] = []
    return seen


def chosen(stored: Json, included: frozenset[str]) -> Json:
    """The members of an invoice that are always there, and of the optional ones these."""
    return {name: value for name, value in stored.items() if name not in _OPTIONAL or name in included}


def listed_invoice(organization: Organization, stored: Json) -> Json:
    """A row of ``GET /invoices``: no fees, credits or periods."""
    return invoice(organization, stored, LIST_INCLUDES, is_linked=True)


def shown_invoice(organization: Organization, stored: Json) -> Json:
    """``GET /invoices/:id``."""
    return invoice(organization, stored, SHOW_INCLUDES, is_linked=True)


def credit_note(organization: Organization, stored: Json, *, is_linked: bool = True) -> Json:
    """A credit note; ``metadata`` is there only when there is any."""
    customer_and_items = {
        "customer": _owner(organization, stored, is_linked=is_linked),
        "items": shown_items(stored["items"]),
    }
    seen = stored | customer_and_items
    if not seen.get("metadata"):
        seen.pop("metadata", None)
    return seen | ({"error_details": []} if is_linked else {})


def shown_items(items: Sequence[Json]) -> list[Json]:
    """The items of a credit note as webhooks and REST show them."""
    return [item | {"fee": taxes.shown(item["fee"])} for item in items]


def payment_request(organization: Organization, stored: Json) -> Json:
    """A payment request, with its customer without links and with bare invoices, as they are now."""
    bare = [
        invoice(organization, organization.invoices[lago_id], frozenset(), is_linked=False)
        for lago_id in stored["invoices"]
    ]
    return stored | {"customer": _owner(organization, stored, is_linked=False), "invoices": bare}


def _owner(organization: Organization, stored: Json, *, is_linked: bool) -> Json:
    embedded: Json = stored["customer"]
    owner = organization.customers.get(embedded["lago_id"], embedded)
    return customer(organization, owner, is_linked=is_linked)

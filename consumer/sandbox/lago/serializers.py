"""
The representations of a document: in a webhook, as a row of a list, and as a single object.

The classes are the same in Lago (``V1::*Serializer``); they differ in what they include. Source: lago-api
``app/services/webhooks``, ``app/controllers/concerns/*_index.rb``, ``app/controllers/api/v1``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from consumer.sandbox.lago import credit_notes, payments, taxes, wallets
from consumer.sandbox.lago.notation import Json, text_of
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
    if announced.object_type == "invoice":
        return _announced_invoice(organization, announced)
    return _OBJECTS[announced.object_type](organization, announced.lago_id)


def _announced_invoice(organization: Organization, announced: Announcement) -> Json:
    included = INCLUDES.get(announced.webhook_type, frozenset())
    is_linked = announced.webhook_type in _LINKED_WEBHOOKS
    return invoice(organization, organization.invoices[announced.lago_id], included, is_linked=is_linked)


def _lost_dispute(organization: Organization, lago_id: str) -> Json:
    stored = organization.invoices[lago_id]
    return {"invoice": invoice(organization, stored, frozenset(("customer",)), is_linked=False)}


def _wallet_transaction(organization: Organization, lago_id: str) -> Json:
    stored = organization.wallet_transactions[lago_id]
    wallet = organization.wallets[stored["lago_wallet_id"]]
    return wallet_transaction(organization, stored) | {"wallet": wallet}


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


def shown_wallet(_: Organization, stored: Json) -> Json:
    """A wallet in REST; recurring rules, limits to fees and custom sections are not emulated."""
    nothing: Json = {"recurring_transaction_rules": [], "applied_invoice_custom_sections": []}
    return stored | nothing | {"applies_to": {"fee_types": [], "billable_metric_codes": []}}


def wallet_transaction(organization: Organization, stored: Json) -> Json:
    """A transaction of a wallet, with what is left of it in credits."""
    left = stored["remaining_amount_cents"]
    wallet = organization.wallets[stored["lago_wallet_id"]]
    credits_ = None if left is None else text_of(wallets.credits_of(wallet, left))
    return stored | {"remaining_credit_amount": credits_}


def _owner(organization: Organization, stored: Json, *, is_linked: bool) -> Json:
    embedded: Json = stored["customer"]
    owner = organization.customers.get(embedded["lago_id"], embedded)
    return customer(organization, owner, is_linked=is_linked)


_OBJECTS: dict[str, Callable[[Organization, str], Json]] = {
    "customer": lambda of, lago_id: customer(of, of.customers[lago_id]),
    "credit_note": lambda of, lago_id: credit_note(of, of.credit_notes[lago_id], is_linked=False),
    "payment_dispute_lost": _lost_dispute,
    "payment": lambda of, lago_id: of.payments[lago_id],
    "payment_receipt": lambda of, lago_id: of.receipts[lago_id],
    "payment_request": lambda of, lago_id: payment_request(of, of.payment_requests[lago_id]),
    "wallet": lambda of, lago_id: of.wallets[lago_id] | {"recurring_transaction_rules": []},
    "wallet_transaction": _wallet_transaction,
    credit_notes.REFUND_ERROR: lambda of, lago_id: of.provider_errors[lago_id],
    payments.REQUEST_ERROR: lambda of, lago_id: of.provider_errors[lago_id],
}
"""The object of a webhook that has one form only, by its type."""

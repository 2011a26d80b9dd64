"""Issues, finalises, deletes and voids invoices, and marks them as paid by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumer.sandbox.lago import fees, invoices, progressive, spending, subscriptions, wallet_invoices
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization

NO_DISCOUNTS = Discounts()
UNFINISHED = frozenset(("draft", "pending", "failed", "generating", "open"))
EVENTS_OF_TYPE = {"one_off": "invoice.one_off_created", "credit": "invoice.paid_credit_added"}


def bill(  # noqa: PLR0913 - what an invoice consists of
    organization: Organization,
    external_id: str,
    sold: Sequence[Json],
    *,
    invoice_type: str = "subscription",
    status: str = "finalized",
    currency: str | None = None,
    discounts: Discounts = NO_DISCOUNTS,
    credits_progressive: bool = False,
    **changes: Any,
) -> Json:
    """
    Issue an invoice; what the customer has to spend reduces it (`consumer.sandbox.lago.spending`).

    An unfinished invoice spends credit notes when it is finalised.

    Args:
        organization: whose invoice it is.
        external_id: of the customer.
        sold: one object a fee: ``kind``, ``code``, ``units``, ``unit_price``, ``tax_rate`` and what
            `consumer.sandbox.lago.fees.fee` takes besides.
        invoice_type: Lago's, which also decides the webhook.
        status: ``finalized``, or one of `UNFINISHED`, which `finalize` ends, or ``closed``; Lago shows no
            ``generating``, ``open`` and ``closed`` invoices.
        currency: that of the customer when None.
        discounts: coupons, progressive billing and prepaid credit, of which no more is taken than credit
            notes leave.
        credits_progressive: whether it ends, or continues, a period of which some usage was billed
            progressively (`consumer.sandbox.lago.progressive`).
        changes: members of the invoice, such as ``issuing_date`` or ``billing_entity_code``.

    Raises:
        ImpossibleError: no such customer.
    """
    customer = organization.customer_of(external_id)
    currency = currency or customer["currency"]
    head = _head(organization, customer, len(organization.invoices) + 1) | changes
    of = _owner(customer, head["lago_id"])
    listed = [_fee(organization, of, place, dict(one)) for place, one in enumerate(sold)]
    head = _subscribed(of, listed) | head
    if credits_progressive:
        discounts = progressive.credited(organization, customer["lago_id"], listed, currency, discounts)
    invoice = invoices.invoice(listed, currency=currency, discounts=discounts, **head)
    invoice |= {"invoice_type": invoice_type, "status": status}
    if invoice_type == progressive.TYPE:
        invoice = {"applied_usage_thresholds": progressive.reached(invoice)} | invoice
    organization.invoices[invoice["lago_id"]] = invoice
    if status == "finalized":
        _become_final(organization, invoice)
        organization.announce(EVENTS_OF_TYPE.get(invoice_type, "invoice.created"), invoice)
    elif status == "draft":
        organization.announce("invoice.drafted", invoice)
    return invoice


def finalize(organization: Organization, lago_id: str) -> Json:
    """
    Finalise a draft, or an invoice whose taxes were pending or failed; only an open one is issued that day.

    The webhook is ``invoice.created`` for every type (``Invoices::RefreshDraftAndFinalizeService``,
    ``Invoices::ProviderTaxes::PullTaxesAndApplyService``) but an open invoice of prepaid credit
    (``Invoices::FinalizeOpenCreditService``).

    Raises:
        ImpossibleError: it is final already.
    """
    invoice = organization.invoice_of(lago_id)
    if invoice["status"] not in UNFINISHED:
        raise ImpossibleError(f"invoice {invoice['number']} is {invoice['status']}")
    is_open = invoice["status"] == "open"
    invoice["status"] = "finalized"
    if is_open:
        invoice |= dict.fromkeys(("issuing_date", "payment_due_date"), organization.at()[:10])
    _become_final(organization, invoice)
    organization.touch(invoice)
    webhook_type = EVENTS_OF_TYPE.get(invoice["invoice_type"]) if is_open else None
    organization.announce(webhook_type or "invoice.created", invoice)
    return invoice


def delete(organization: Organization, lago_id: str) -> Json:
    """
    Delete a draft (``Invoices::DeleteService``); it vanishes from the API.

    Raises:
        ImpossibleError: it is no draft.
    """
    invoice = organization.invoice_of(lago_id)
    if invoice["status"] != "draft":
        raise ImpossibleError("not_deletable")
    invoice["status"] = "deleted"
    organization.touch(invoice)
    organization.announce("invoice.deleted", invoice)
    return invoice


def void(organization: Organization, lago_id: str, *, gives_prepaid_back: bool = True) -> Json:
    """
    Void an invoice; spent credit notes stay spent (lago-api ``Invoices::VoidService`` since PR 4084).

    Args:
        organization: whose invoice it is.
        lago_id: of the invoice.
        gives_prepaid_back: not where a credit note counts what wallets have paid.

    Raises:
        ImpossibleError: it is voided already, or not finalised.
    """
    invoice = organization.final_invoice_of(lago_id)
    if organization.gives_notes_back:
        spending.give_back(organization, invoice)
    invoice |= {"status": "voided", "voided_at": organization.at(), "total_due_amount_cents": 0}
    organization.touch(invoice)
    if gives_prepaid_back:
        wallet_invoices.give_back(organization, invoice)
    organization.announce("invoice.voided", invoice)
    return invoice


def mark_as_overdue(organization: Organization, lago_id: str) -> Json:
    """
    Mark a finalised invoice whose payment is late (``Invoices::Payments::MarkOverdueService``).

    Raises:
        ImpossibleError: no such invoice, it is not finalised, or it is paid.
    """
    invoice = organization.final_invoice_of(lago_id)
    if invoice["payment_status"] == "succeeded":
        raise ImpossibleError(f"invoice {invoice['number']} is paid")
    invoice["payment_overdue"] = True
    organization.touch(invoice)
    organization.announce("invoice.payment_overdue", invoice)
    return invoice


def mark_as_paid(organization: Organization, lago_id: str) -> Json:
    """
    Set the payment status by hand: creates no payment, keeps the amount due (``Invoices::UpdateService``).
    """
    invoice = organization.invoice_of(lago_id)
    invoice["payment_status"] = "succeeded"
    organization.touch(invoice)
    organization.announce("invoice.payment_status_updated", invoice)
    wallet_invoices.purchase_paid(organization, invoice)
    return invoice


def _head(organization: Organization, customer: Json, place: int) -> Json:
    lago_id = id_of(organization.lago_id, "invoice", place)
    at = organization.at()
    return {
        "lago_id": lago_id,
        "number": f"{customer['slug']}-DRAFT",
        "sequential_id": None,
        "billing_entity_code": customer["billing_entity_code"],
        "customer": customer,
        "issuing_date": at[:10],
        "created_at": at,
        "updated_at": at,
        "metadata": [],
    }


def _become_final(organization: Organization, invoice: Json) -> None:
    if invoice["number"].endswith("-DRAFT"):
        organization.numbered += 1
        place, at = organization.numbered, organization.at()
        number = f"{invoice['customer']['slug']}-{at[:4]}{at[5:7]}-{place:03d}"
        invoice |= {"number": number, "sequential_id": place}
    spending.spend(organization, invoice)
    invoice["payment_status"] = "pending" if invoice["total_due_amount_cents"] else "succeeded"


def _owner(customer: Json, invoice_id: str) -> Json:
    """The ids that the fees of an invoice have in common."""
    return {
        "lago_invoice_id": invoice_id,
        "lago_subscription_id": id_of("subscription", customer["lago_id"]),
        "external_subscription_id": f"sub_{customer['external_id']}",
        "lago_customer_id": customer["lago_id"],
        "external_customer_id": customer["external_id"],
    }


def _fee(organization: Organization, of: Json, place: int, sold: Json) -> Json:
    kind, code = sold.pop("kind", "charge"), sold.pop("code", None)
    made = {"lago_id": id_of("fee", of["lago_invoice_id"], place), "created_at": organization.at()}
    return fees.fee(kind, code, of=of, **made | sold)


def _subscribed(of: Json, listed: Sequence[Json]) -> Json:
    """The subscription that fees of an invoice belong to, with its period; nothing where none does."""
    items = [fee["item"] for fee in listed if fee["item"]["type"] in fees.SUBSCRIBED_TYPES]
    if not items:
        return {}
    plan_code = next((item["code"] for item in items if item["item_type"] == "Subscription"), "enterprise")
    return {
        "subscriptions": [subscriptions.subscription(of, plan_code=plan_code)],
        "billing_periods": [subscriptions.billing_period(of, plan_code)],
    }

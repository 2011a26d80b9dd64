"""Issues invoices, voids them, and marks them as paid by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consumer.sandbox.lago import fees, invoices
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization

NO_DISCOUNTS = Discounts()
EVENTS_OF_TYPE = {"one_off": "invoice.one_off_created", "credit": "invoice.paid_credit_added"}


def bill(
    organization: Organization,
    external_id: str,
    sold: Sequence[Json],
    *,
    invoice_type: str = "subscription",
    currency: str | None = None,
    discounts: Discounts = NO_DISCOUNTS,
    **changes: Any,
) -> Json:
    """
    Issue a finalised invoice; open credit notes of the customer in its currency reduce the amount due.

    Args:
        organization: whose invoice it is.
        external_id: of the customer.
        sold: one object a fee: ``kind``, ``code``, ``units``, ``unit_price``, ``tax_rate`` and what
            `consumer.sandbox.lago.fees.fee` takes besides.
        invoice_type: Lago's, which also decides the webhook.
        currency: that of the customer when None.
        discounts: coupons, progressive billing and prepaid credit.
        changes: members of the invoice, such as ``issuing_date`` or ``billing_entity_code``.

    Raises:
        ImpossibleError: no such customer.
    """
    customer = organization.customer_of(external_id)
    currency = currency or customer["currency"]
    head = _head(organization, customer, len(organization.invoices) + 1) | changes
    listed = [
        _fee(organization, head["lago_id"], customer, place, dict(one)) for place, one in enumerate(sold)
    ]
    whole = invoices.invoice(listed, currency=currency, discounts=discounts, **head)
    spent = dict(_spendable(organization, customer["lago_id"], currency, whole["total_amount_cents"]))
    invoice = _less(organization, whole, spent) | {"invoice_type": invoice_type}
    organization.invoices[invoice["lago_id"]] = invoice
    organization.announce(EVENTS_OF_TYPE.get(invoice_type, "invoice.created"), invoice)
    return invoice


def void(organization: Organization, lago_id: str) -> Json:
    """
    Void an invoice; spent credit notes stay spent (lago-api ``Invoices::VoidService`` since PR 4084).

    Raises:
        ImpossibleError: it is voided already.
    """
    invoice = organization.invoice_of(lago_id)
    if invoice["status"] == "voided":
        raise ImpossibleError(f"invoice {invoice['number']} is voided")
    invoice |= {"status": "voided", "voided_at": organization.at(), "total_due_amount_cents": 0}
    organization.touch(invoice)
    organization.announce("invoice.voided", invoice)
    return invoice


def mark_as_paid(organization: Organization, lago_id: str) -> Json:
    """
    Set the payment status by hand: creates no payment, keeps the amount due (``Invoices::UpdateService``).
    """
    invoice = organization.invoice_of(lago_id)
    invoice["payment_status"] = "succeeded"
    organization.touch(invoice)
    organization.announce("invoice.payment_status_updated", invoice)
    return invoice


def _head(organization: Organization, customer: Json, place: int) -> Json:
    lago_id = id_of(organization.lago_id, "invoice", place)
    at = organization.at()
    return {
        "lago_id": lago_id,
        "number": f"{customer['slug']}-{at[:4]}{at[5:7]}-{place:03d}",
        "sequential_id": place,
        "billing_entity_code": customer["billing_entity_code"],
        "customer": customer,
        "issuing_date": at[:10],
        "created_at": at,
        "updated_at": at,
        "metadata": [],
    }


def _fee(organization: Organization, invoice_id: str, customer: Json, place: int, sold: Json) -> Json:
    of = {
        "lago_invoice_id": invoice_id,
        "lago_subscription_id": id_of("subscription", customer["lago_id"]),
        "external_subscription_id": f"sub_{customer['external_id']}",
        "lago_customer_id": customer["lago_id"],
        "external_customer_id": customer["external_id"],
    }
    kind, code = sold.pop("kind", "charge"), sold.pop("code", None)
    made = {"lago_id": id_of("fee", invoice_id, place), "created_at": organization.at()}
    return fees.fee(kind, code, of=of, **made | sold)


def _spendable(
    organization: Organization, customer_id: str, currency: str, total: int
) -> Iterator[tuple[str, int]]:
    """
    The amount that each open credit note contributes to an invoice of that total, of any billing entity.
    """
    for note in organization.credit_notes.values():
        is_theirs = note["customer"]["lago_id"] == customer_id and note["currency"] == currency
        taken = min(note["balance_amount_cents"], total) if is_theirs else 0
        if taken > 0:
            total -= taken
            yield note["lago_id"], taken


def _less(organization: Organization, invoice: Json, spent: dict[str, int]) -> Json:
    entries = []
    for lago_id, cents in spent.items():
        note = organization.credit_notes[lago_id]
        note["balance_amount_cents"] -= cents
        note["credit_status"] = "available" if note["balance_amount_cents"] else "consumed"
        entries.append(
            invoices.credit(
                "credit_note", note["number"], note["invoice_number"], cents, note["currency"],
                invoice["lago_id"], item_id=lago_id,
            )
        )  # fmt: skip
    cents = invoice["credit_notes_amount_cents"] + sum(spent.values())
    left = invoice["total_amount_cents"] - sum(spent.values())
    return invoice | {
        "credits": [*invoice["credits"], *entries],
        "credit_notes_amount_cents": cents,
        "total_amount_cents": left,
        "total_due_amount_cents": left,
        "payment_status": "pending" if left else "succeeded",
    }

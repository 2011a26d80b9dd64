"""Payments for one invoice or several, with the webhooks that Lago sends for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumer.sandbox.lago import payments
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization
from consumer.sandbox.lago.payments import How


def pay(
    organization: Organization, lago_ids: Sequence[str], *, how: How, cents: int | None = None, **changes: Any
) -> Json:
    """
    Record a payment for one invoice, or for several together (a payment request).

    Args:
        organization: whose invoices they are.
        lago_ids: of the invoices.
        how: by a payment provider or by hand; that decides the webhooks.
        cents: amount for a single invoice; the amount due when None.
        changes: members of the payment, such as ``created_at`` or ``reference``.

    Raises:
        ImpossibleError: no such finalised invoice, nothing is due, or more is paid than is due.
    """
    paid = [organization.final_invoice_of(each) for each in lago_ids]
    due = [each["total_due_amount_cents"] for each in paid]
    amounts = [cents] if cents is not None and len(paid) == 1 else due
    if any(amount <= 0 or amount > owed for amount, owed in zip(amounts, due, strict=True)):
        raise ImpossibleError(f"{sum(due)} subunits are due")
    lago_id = id_of(organization.lago_id, "payment", len(organization.payments) + 1)
    made = {"lago_id": lago_id, "created_at": organization.at()}
    payment = payments.payment(paid, sum(amounts), how, **made | changes)
    organization.payments[lago_id] = payment
    if payment["payable_type"] == "PaymentRequest":
        organization.payment_requests[payment["lago_payable_id"]] = payments.request(
            payment, paid[0]["customer"]
        )
    settled = [_is_settled_by(organization, each, amount) for each, amount in zip(paid, amounts, strict=True)]
    _announce_payment(organization, payment, paid, how, settles=all(settled))
    return payment


def _is_settled_by(organization: Organization, invoice: Json, cents: int) -> bool:
    invoice["total_paid_amount_cents"] += cents
    invoice["total_due_amount_cents"] -= cents
    if not invoice["total_due_amount_cents"]:
        invoice["payment_status"] = "succeeded"
    organization.touch(invoice)
    return not invoice["total_due_amount_cents"]


def _announce_payment(
    organization: Organization, payment: Json, paid: Sequence[Json], how: How, *, settles: bool
) -> None:
    is_request = len(paid) > 1
    receipt = payments.receipt(
        payment, f"{paid[0]['customer']['slug']}-RCPT-{len(organization.receipts) + 1:06d}"
    )
    for webhook_type in payments.events_of(
        how, settles=settles, issues_receipts=organization.issues_receipts, is_request=is_request
    ):
        if webhook_type == "payment.succeeded":
            organization.announce(webhook_type, payment)
        elif webhook_type == "payment_receipt.created":
            organization.receipts[receipt["lago_id"]] = receipt
            organization.announce(webhook_type, receipt)
        else:
            for invoice in paid:
                organization.announce(webhook_type, invoice)

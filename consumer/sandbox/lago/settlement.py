"""Payments for one invoice or several, with the webhooks that Lago sends for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumer.sandbox.lago import billing, payment_requests, payments, wallet_invoices
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization
from consumer.sandbox.lago.payments import How


def pay(
    organization: Organization, lago_ids: Sequence[str], *, how: How, cents: int | None = None, **changes: Any
) -> Json:
    """
    Record a payment for one invoice, or for several together: then they are requested first.

    Args:
        organization: whose invoices they are.
        lago_ids: of the invoices.
        how: by a payment provider or by hand; that decides the webhooks.
        cents: amount for a single invoice; the amount due when None.
        changes: members of the payment, such as ``created_at`` or ``reference``.

    Raises:
        ImpossibleError: no such finalised or open invoice, nothing is due, or more is paid than is due.
    """
    paid = [organization.payable_invoice_of(each) for each in lago_ids]
    due = [each["total_due_amount_cents"] for each in paid]
    if len(paid) > 1:
        cents = None
    if min(due) <= 0 or not 0 < (due[0] if cents is None else cents) <= due[0]:
        raise ImpossibleError(f"{sum(due)} subunits are due")
    if len(paid) > 1:
        requested = payment_requests.request(organization, paid)
        return pay_request(organization, requested["lago_id"], how=how, **changes)
    amount = due[0] if cents is None else cents
    payment = _recorded(organization, paid, amount, how, **changes)
    settles = _is_settled_by(organization, paid[0], amount)
    _announce_payment(organization, payment, paid, how, settles=settles)
    return payment


def pay_request(organization: Organization, lago_id: str, *, how: How, **changes: Any) -> Json:
    """
    Record the payment of a payment request: of its amount, though each invoice is paid by what is due of it.

    Raises:
        ImpossibleError: there is no such request, or it is paid.
    """
    requested = payment_requests.unpaid(organization, lago_id)
    paid = [organization.invoices[each] for each in requested["invoices"]]
    payment = _recorded_for(organization, requested, paid, how, **changes)
    requested["payment_status"] = "succeeded"
    organization.announce("payment_request.payment_status_updated", requested)
    for invoice in paid:
        _is_settled_by(organization, invoice, invoice["total_due_amount_cents"])
    _announce_payment(organization, payment, paid, how, settles=True)
    return payment


def refuse_request(
    organization: Organization, lago_id: str, *, message: str = "Your card was declined.", **changes: Any
) -> Json:
    """
    Record that a provider has refused to charge a payment request; the failed payment stays in lists.

    Raises:
        ImpossibleError: there is no such request, or it is paid.
    """
    requested = payment_requests.unpaid(organization, lago_id)
    asked = [organization.invoices[each] for each in requested["invoices"]]
    failed = {"status": "failed", "payment_status": "failed"} | changes
    payment = _recorded_for(organization, requested, asked, "charged_at_once", **failed)
    requested["payment_status"] = "failed"
    error = payments.request_error(requested, payment, message, "card_declined")
    organization.provider_errors[lago_id] = error
    organization.announce("payment_request.payment_failure", requested, object_type=payments.REQUEST_ERROR)
    return payment


def _recorded(organization: Organization, paid: Sequence[Json], cents: int, how: How, **changes: Any) -> Json:
    lago_id = id_of(organization.lago_id, "payment", len(organization.payments) + 1)
    made = {"lago_id": lago_id, "created_at": organization.at()}
    organization.payments[lago_id] = payments.payment(paid, cents, how, **made | changes)
    return organization.payments[lago_id]


def _recorded_for(
    organization: Organization, request: Json, invoices: Sequence[Json], how: How, **changes: Any
) -> Json:
    of_request = {"lago_payable_id": request["lago_id"], "payable_type": "PaymentRequest"}
    return _recorded(organization, invoices, request["amount_cents"], how, **of_request | changes)


def _is_settled_by(organization: Organization, invoice: Json, cents: int) -> bool:
    invoice["total_paid_amount_cents"] += cents
    invoice["total_due_amount_cents"] -= cents
    organization.touch(invoice)
    if invoice["total_due_amount_cents"]:
        return False
    invoice |= {"payment_status": "succeeded", "payment_overdue": False}
    wallet_invoices.purchase_paid(organization, invoice)
    return True


def _announce_payment(
    organization: Organization, payment: Json, paid: Sequence[Json], how: How, *, settles: bool
) -> None:
    is_request = payment["payable_type"] == "PaymentRequest"
    customer = paid[0]["customer"]
    receipt = payments.receipt(payment, f"{customer['slug']}-RCPT-{len(organization.receipts) + 1:06d}")
    has_receipts = organization.issues_receipts and customer["account_type"] != "partner"
    for webhook_type in payments.events_of(
        how, settles=settles, issues_receipts=has_receipts, is_request=is_request
    ):
        if webhook_type == "payment.succeeded":
            organization.announce(webhook_type, payment)
        elif webhook_type == "payment_receipt.created":
            organization.receipts[receipt["lago_id"]] = receipt
            organization.announce(webhook_type, receipt)
        else:
            _announce_status(organization, paid)


def _announce_status(organization: Organization, paid: Sequence[Json]) -> None:
    """The new payment status of each invoice; an open one is invisible, and becomes final instead."""
    for invoice in paid:
        if invoice["status"] == "open":
            billing.finalize(organization, invoice["lago_id"])
        else:
            organization.announce("invoice.payment_status_updated", invoice)

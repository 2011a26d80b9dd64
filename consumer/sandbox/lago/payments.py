"""Payments and receipts (``V1::PaymentSerializer``, ``V1::PaymentReceiptSerializer``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from consumer.sandbox.lago.notation import Json, id_of

How = Literal["charged_at_once", "adyen_at_once", "settled_later", "manual"]
"""The ways of payment; they differ in the webhooks that Lago sends."""

REQUEST_ERROR = "payment_provider_payment_request_payment_error"
BY_HAND: Json = {
    "type": "manual",
    "payment_provider_code": None,
    "payment_provider_type": None,
    "external_payment_id": None,
    "provider_payment_id": None,
    "provider_customer_id": None,
}


def payment(invoices: Sequence[Json], cents: int, how: How, **changes: Any) -> Json:
    """
    A successful payment.

    Args:
        invoices: what it pays; of several, a payment request is the payable, which `changes` name. Lago
            states only the whole amount and not its split.
        cents: in subunits.
        how: by a payment provider, or by hand.
        changes: replace members; ``lago_id`` is needed.
    """
    first = invoices[0]
    customer = first["customer"]
    provider = "Adyen" if how == "adyen_at_once" else "Stripe"
    reference = f"pi_{changes['lago_id'][:8]}"
    ids = [each["lago_id"] for each in invoices]
    return (
        {
            "lago_customer_id": customer["lago_id"],
            "external_customer_id": customer["external_id"],
            "invoice_ids": ids,
            "invoice_numbers": sorted(each["number"] for each in invoices),
            "lago_payable_id": ids[0],
            "payable_type": "Invoice",
            "amount_cents": cents,
            "amount_currency": first["currency"],
            "status": "succeeded",
            "payment_status": "succeeded",
            "type": "provider",
            "reference": None,
            "payment_provider_code": f"{provider.lower()}_eu",
            "payment_provider_type": f"PaymentProviders::{provider}Provider",
            "external_payment_id": reference,
            "provider_payment_id": reference,
            "provider_customer_id": "cus_NrdL",
            "next_action": {},
            "created_at": "2026-08-03T11:12:13Z",
        }
        | (BY_HAND if how == "manual" else {})
        | changes
    )


def request(lago_id: str, asked: Sequence[Json], *, email: str | None, created_at: str) -> Json:
    """
    A payment request; ``invoices`` are ids here and objects in REST.

    Args:
        lago_id: of the request.
        asked: the invoices, of one customer and currency; it asks for what is due of them.
        email: where it was sent.
        created_at: when it was made.
    """
    return {
        "lago_id": lago_id,
        "amount_cents": sum(each["total_due_amount_cents"] for each in asked),
        "amount_currency": asked[0]["currency"],
        "email": email,
        "payment_status": "pending",
        "created_at": created_at,
        "customer": asked[0]["customer"],
        "invoices": [each["lago_id"] for each in asked],
    }


def request_error(of: Json, payment: Json, message: str, code: str) -> Json:
    """What a provider has refused (``V1::PaymentProviders::PaymentRequestPaymentErrorSerializer``)."""
    return {
        "lago_payment_request_id": of["lago_id"],
        "lago_invoice_ids": of["invoices"],
        "lago_customer_id": payment["lago_customer_id"],
        "external_customer_id": payment["external_customer_id"],
        "provider_customer_id": payment["provider_customer_id"],
        "payment_provider": str(payment["payment_provider_code"]).partition("_")[0],
        "payment_provider_code": payment["payment_provider_code"],
        "provider_error": {"message": message, "error_code": code},
    }


def receipt(paid: Json, number: str) -> Json:
    """The receipt around a payment."""
    return {
        "lago_id": id_of("receipt", paid["lago_id"]),
        "number": number,
        "file_url": None,
        "xml_url": None,
        "payment": paid,
        "created_at": paid["created_at"],
    }


def events_of(how: How, *, settles: bool, issues_receipts: bool, is_request: bool) -> list[str]:
    """
    The webhook types that Lago sends for a payment, in its order; for some payments it sends none.

    Args:
        how: by a payment provider, or by hand.
        settles: whether it pays the invoice in full.
        issues_receipts: the organisation's premium setting.
        is_request: whether a payment request is paid.

    Source: lago-api ``invoices/payments/create_service.rb``, ``payments/manual_create_service.rb``,
    ``payment_receipts/create_service.rb``, and the providers' services.
    """
    status = ["invoice.payment_status_updated"] if settles else []
    announced = ["payment.succeeded"] if how == "settled_later" and not is_request else []
    has_receipt = issues_receipts and how != "adyen_at_once"
    return [*announced, *(["payment_receipt.created"] if has_receipt else []), *status]

"""Map Lago's payment to a NetSuite customer payment that is applied to all its invoices."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from consumer.config.connection import Connection
from consumer.mapping import customer as customers
from consumer.mapping import fields, header, identity, money, requests, service_period
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.result import Mapping, Refused
from schemas.payment import Payment, is_succeeded
from schemas.scalar import utc_text
from schemas.wire import WriteItem


def to_netsuite(payment: Payment, decision_log: DecisionLog) -> Mapping:
    """
    The request that creates the payment; the script applies it to each invoice's amount due, in order.

    Events have one amount for all invoices and no split (``V1::PaymentSerializer``), and NetSuite has the
    amounts due.
    """
    needed = {
        "lago_customer_id": payment.lago_customer_id or payment.customer,
        "invoice_ids": payment.invoice_ids or None,
        "created_at": payment.created_at,
    }
    if None in needed.values():
        rejection = requests.incomplete(f"payment {payment.lago_id}", needed, details_of(payment))
        return Refused(rejection=rejection)
    label, currency = f"payment {payment.lago_id}", payment.amount_currency
    negative = requests.below_zero(label, payment.amount_cents, currency, details_of(payment))
    if negative is not None:
        return Refused(rejection=negative)
    item = WriteItem(
        ref="payment",
        mode="create_or_get",
        external_id=identity.PAYMENT + payment.lago_id,
        lago_id=payment.lago_id,
        version=utc_text(payment.created_at),
        fingerprint=identity.payment_fingerprint(payment),
        record={
            "type": "customerpayment",
            "columns": _columns(payment, decision_log),
            "lines": [{"sublistId": "apply", "lineItems": _applied(payment)}],
            "options": {"ignoreMandatoryFields": False},
        },
    )
    return requests.of((item,), decision_log, details=details_of(payment))


def details_of(payment: Payment) -> dict[str, str]:
    """The payment's details for error events: invoice numbers, amount, currency, reference."""
    return {
        "lago_invoice_numbers": ", ".join(sorted(payment.invoice_numbers)),
        "amount": money.major(payment.amount_cents, payment.amount_currency),
        "currency": payment.amount_currency,
        "reference": payment.reference or payment.provider_payment_id or "",
    }


def is_settled(payment: Payment) -> bool:
    """Whether the payment has succeeded."""
    return is_succeeded(payment.payment_status, payment.status)


def day_of(payment: Payment, connection: Connection) -> date | None:
    """
    The date of the payment in the customer's time zone.

    The zone is the customer's own, else ``applicable_timezone`` of the payment (from an earlier invoice or
    customer event, `consumer.pipeline.known_zones`), else ``time_zone`` of the connection.

    For a manual payment it is the entered date (lago-api ``Payments::ManualCreateService``).
    """
    if payment.created_at is None:
        return None
    if payment.type == "manual":
        return payment.created_at.astimezone(UTC).date()
    zone = service_period.zone_of(payment.customer, connection, otherwise=payment.applicable_timezone)
    return payment.created_at.astimezone(zone).date()


def _columns(payment: Payment, decision_log: DecisionLog) -> dict[str, Any]:
    label = f"payment of {', '.join(sorted(payment.invoice_numbers)) or payment.lago_id}"
    paid_on = day_of(payment, decision_log.connection)
    return header.filled(
        {
            "customer": _customer(payment, decision_log),
            "payment": money.major(payment.amount_cents, payment.amount_currency),
            "trandate": paid_on.isoformat() if paid_on else None,
            "currency": header.currency(payment.amount_currency, label, decision_log),
            "checknum": payment.reference,
            "memo": payment.provider_payment_id,
            "custbody_lago_id": payment.lago_id,
            "autoapply": False,
            **_account(decision_log),
            **_method(payment, decision_log),
            **fields.configured("payment", None, decision_log),
        }
    )


def _customer(payment: Payment, decision_log: DecisionLog) -> dict[str, str]:
    if payment.customer is not None:
        return customers.reference(payment.customer, decision_log)
    return {"externalId": f"{identity.CUSTOMER}{payment.lago_customer_id}"}


def _account(decision_log: DecisionLog) -> dict[str, Any]:
    account = decision_log.connection.mapping.payments.account
    if not account:
        return {}
    decision_log.chose("columns.account", account, "mapping.payments.account")
    return {"undepfunds": False, "account": account}


def _method(payment: Payment, decision_log: DecisionLog) -> dict[str, Any]:
    methods = decision_log.connection.mapping.payments.methods
    provider = (
        (payment.payment_provider_type or "").removeprefix("PaymentProviders::").removesuffix("Provider")
    )
    for name in (payment.payment_provider_code, provider.lower(), payment.type):
        if name and name in methods:
            decision_log.chose("columns.paymentmethod", methods[name], f"mapping.payments.methods.{name}")
            return {"paymentmethod": methods[name]}
    return {}


def _applied(payment: Payment) -> list[dict[str, Any]]:
    ids = dict.fromkeys(payment.invoice_ids)
    return [{"doc": {"externalId": identity.INVOICE + each}, "apply": True} for each in ids]

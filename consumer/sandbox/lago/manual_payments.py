"""
Payments that a person records, with what Lago requires of them.

Source: lago-api ``Payments::ManualCreateService``, the validations of ``Payment``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from consumer.sandbox.lago import refusal, settlement
from consumer.sandbox.lago.notation import Json, instant
from consumer.sandbox.lago.organization import Organization

MAX_REFERENCE_CHARS = 40
PAYABLE = frozenset(("finalized", "open"))


def record(organization: Organization, sent: Json) -> Json:
    """
    What ``POST /payments`` does with its root object.

    Raises:
        RefusalError: the invoice, the amount, the licence, the invoice's status, the date; then reference,
            amount due and payment requests, all that are wrong at once.
    """
    invoice = _invoice(organization, sent)
    at = _paid_at(sent.get("paid_at"))
    wrong: dict[str, list[str]] = {}
    for field, code in _faults(organization, invoice, sent):
        wrong.setdefault(field, []).append(code)
    if wrong:
        raise refusal.invalid(wrong)
    made: dict[str, Any] = {"cents": sent["amount_cents"], "reference": sent["reference"]}
    made |= {} if at is None else {"created_at": instant(at)}
    return settlement.pay(organization, [invoice["lago_id"]], how="manual", **made)


def _invoice(organization: Organization, sent: Json) -> Json:
    invoice_id, cents = sent.get("invoice_id"), sent.get("amount_cents")
    if not invoice_id:
        raise refusal.invalid({"invoice_id": ["value_is_mandatory"]})
    if type(cents) is not int or cents <= 0:
        raise refusal.invalid({"amount_cents": ["invalid_value"]})
    invoice = organization.invoices.get(str(invoice_id))
    if invoice is None:
        raise refusal.missing("invoice")
    if not organization.is_premium or invoice["status"] not in PAYABLE:
        raise refusal.premium()
    return invoice


def _paid_at(sent: object) -> datetime | None:
    """The day that was entered, midnight in UTC without a time; ISO 8601 only, where Lago reads more."""
    if sent is None or sent == "":
        return None
    try:
        at = datetime.fromisoformat(str(sent))
    except ValueError:
        raise refusal.invalid({"paid_at": ["invalid_date"]}) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _faults(organization: Organization, invoice: Json, sent: Json) -> Iterator[tuple[str, str]]:
    cents, reference = sent["amount_cents"], str(sent.get("reference") or "")
    if not reference.strip():
        yield "reference", "value_is_mandatory"
    if len(reference) > MAX_REFERENCE_CHARS:
        yield "reference", "value_is_too_long"
    if invoice["invoice_type"] == "credit" and cents != invoice["total_amount_cents"]:
        yield "amount_cents", "invalid_amount"
    if cents > invoice["total_due_amount_cents"]:
        yield "amount_cents", "value_is_out_of_range"
    if any(_has_paid(request, invoice) for request in organization.payment_requests.values()):
        yield "base", "payment_request_is_already_succeeded"


def _has_paid(request: Json, invoice: Json) -> bool:
    return request["payment_status"] == "succeeded" and invoice["lago_id"] in request["invoices"]

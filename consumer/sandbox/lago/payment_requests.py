"""
Payment requests: one payment for several overdue invoices of a customer.

Source: lago-api ``PaymentRequests::CreateService``. The provider is not charged by itself, see
`consumer.sandbox.lago.settlement.pay_request`.
"""

from __future__ import annotations

from collections.abc import Sequence

from consumer.sandbox.lago import payments, refusal
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import ImpossibleError, Organization

_MUST_AGREE = (
    ("currency", "invoices_have_different_currencies"),
    ("billing_entity_code", "invoices_have_different_billing_entities"),
)


def create(organization: Organization, sent: Json) -> Json:
    """
    What ``POST /payment_requests`` does with its root object.

    Raises:
        RefusalError: no premium licence, no such customer, none of the invoices is the customer's, or they
            are not overdue, of one currency and of one billing entity; in this order.
    """
    if not organization.is_premium:
        raise refusal.premium()
    customer = organization.find_customer(str(sent.get("external_customer_id")))
    if customer is None:
        raise refusal.missing("customer")
    asked = _invoices_of(organization, customer, sent)
    if not asked:
        raise refusal.missing("invoice")
    if not all(each["payment_overdue"] for each in asked):
        raise refusal.not_allowed("invoices_not_overdue")
    for name, code in _MUST_AGREE:
        if len({each[name] for each in asked}) > 1:
            raise refusal.not_allowed(code)
    return request(organization, asked, email=sent.get("email"))


def request(organization: Organization, asked: Sequence[Json], *, email: str | None = None) -> Json:
    """Request what is due of these invoices, whatever their state."""
    lago_id = id_of(organization.lago_id, "payment request", len(organization.payment_requests) + 1)
    email = email or asked[0]["customer"]["email"]
    made = payments.request(lago_id, asked, email=email, created_at=organization.at())
    organization.payment_requests[lago_id] = made
    organization.announce("payment_request.created", made)
    return made


def unpaid(organization: Organization, lago_id: str) -> Json:
    """
    The payment request of that id, pending or failed.

    Raises:
        ImpossibleError: there is none, or it is paid.
    """
    found = organization.payment_requests.get(lago_id)
    if found is None or found["payment_status"] == "succeeded":
        raise ImpossibleError(f"no payment request {lago_id} is unpaid")
    return found


def _invoices_of(organization: Organization, customer: Json, sent: Json) -> list[Json]:
    wanted = sent.get("lago_invoice_ids")
    ids = wanted if isinstance(wanted, list) else []
    found = [organization.invoices[each] for each in ids if each in organization.invoices]
    theirs = [each for each in found if each["customer"]["lago_id"] == customer["lago_id"]]
    return [each for each in theirs if each["status"] != "deleted"]

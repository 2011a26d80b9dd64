"""
Which events need the customer from Lago's API, and what an event is once the answer is in it; pure.

Events seldom carry ``integration_customers``, where Lago keeps the link to a NetSuite customer, and payments
name no more than the customer's ids (getlago/lago-api ``V1::PaymentSerializer``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

from msgspec import structs

from consumer.config.connection import Connection
from consumer.events import summary
from consumer.lago.lookup_result import Failed, Found, LookupResult, Missing
from consumer.mapping.decision_log import Decision
from consumer.mapping.result import Mapped, Mapping, Refused
from consumer.outcome import Ignored, Rejected, Unavailable
from consumer.pipeline import ownership
from consumer.pipeline.ownership import Ownership
from schemas import refund_failure
from schemas.envelope import Envelope, Undecodable

Purpose = Literal["owner", "link"]

_PURPOSES: dict[Purpose, str] = {
    "owner": "the connection it is for",
    "link": "the NetSuite customer it is linked to",
}
# A void names its invoice only; a refund that failed is not booked.
_WITHOUT_CUSTOMER = frozenset(("invoice.voided", *refund_failure.EVENTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    A customer to be looked up.

    Attributes:
        purpose: to know whose the event is at all (``owner``), or to use a NetSuite customer that is linked
            instead of creating a second one (``link``).
    """

    external_id: str
    purpose: Purpose


def wanted(event: Envelope | Undecodable, plan: Mapping, mine: Ownership) -> Wanted | None:
    """
    The customer without whom `plan` is not the last word; None when the event has all it needs.

    What is ignored as it stands stays so, whoever the customer is.
    """
    if isinstance(event, Undecodable) or isinstance(plan, Ignored):
        return None
    lago = mine.connection.lago
    is_undecided = ownership.is_undecided(event, mine.all_connections)
    if not (is_undecided or (lago.api_url and lago.api_key)) or not mine.is_mine(event):
        return None
    external_id = summary.of(event).external_customer_id or ""
    if is_undecided:
        return Wanted(external_id=external_id, purpose="owner")
    if not external_id or ownership.carries_links(event) or event.webhook_type in _WITHOUT_CUSTOMER:
        return None
    return Wanted(external_id=external_id, purpose="link")


def unasked(plan: Mapping, customer: Wanted, event: Envelope, mine: Ownership) -> Mapping:
    """What becomes of the event when Lago cannot be asked: only an owner cannot be done without."""
    if customer.purpose == "link":
        return plan
    if not customer.external_id:
        return _refused_once(_nameless(event), event, mine)
    return Refused(rejection=_keyless(customer, mine.connection))


def answered(
    event: Envelope, customer: Wanted, looked_up: LookupResult, mine: Ownership
) -> Envelope | Mapping | Unavailable:
    """The event with the customer in it, or what becomes of it without."""
    match looked_up:
        case Found(customer=found):
            return _merged(event, found, customer.purpose, mine.connection)
        case Missing():
            rejection = _unknown(customer, mine.connection)
            is_mine = customer.purpose == "link"
            return Refused(rejection=rejection) if is_mine else _refused_once(rejection, event, mine)
        case Failed(reason=reason, retry_after_s=retry_after_s):
            return Unavailable(reason=reason, retry_after_s=retry_after_s)
        case _:
            assert_never(looked_up)


def offline(
    plan: Mapping, customer: Wanted | None, event: Envelope | Undecodable, mine: Ownership
) -> Mapping:
    """The plan of who may not ask, with a decision that says what would be asked."""
    if customer is None or isinstance(event, Undecodable):
        return plan
    if not customer.external_id or not mine.connection.lago.api_key:
        return unasked(plan, customer, event, mine)
    decision = Decision(
        subject="customer",
        choice=f"would look up {customer.external_id} at Lago for {_PURPOSES[customer.purpose]}",
        rule="lago.api_url",
        at=mine.connection.at("lago.api_url"),
    )
    match plan:
        case Mapped() | Refused():
            return replace(plan, decisions=(decision, *plan.decisions))
        case Ignored():
            return plan
        case _:
            assert_never(plan)


def _merged(event: Envelope, found: dict[str, Any], purpose: Purpose, connection: Connection) -> Envelope:
    links = found.get("integration_customers") or []
    if purpose == "link":
        # Whose the event is has been decided without the answer, by all connections alike; a link to
        # another one must not unsettle that.
        links = [each for each in links if _is_at(each, connection)]
    carried = {"integration_customers": links}
    if event.object_type == "customer":
        return structs.replace(event, object=event.object | carried)
    embedded = event.object.get("customer")
    customer = embedded if isinstance(embedded, dict) and embedded else found
    return structs.replace(event, object=event.object | {"customer": customer | carried})


def _is_at(link: Any, connection: Connection) -> bool:
    return isinstance(link, dict) and link.get("integration_code") == connection.code


def _refused_once(rejection: Rejected, event: Envelope, mine: Ownership) -> Mapping:
    # Nobody knows whose event it is, so all would refuse it.
    return Refused(rejection=rejection) if mine.reports(event) else Ignored(rule="other_connection")


def _unknown(customer: Wanted, connection: Connection) -> Rejected:
    organization_id, place = connection.lago.organization_id, connection.at("lago.api_key")
    return Rejected(
        code="lago_customer_missing",
        message=f"Lago knows no customer {customer.external_id} in organisation {organization_id}",
        hint=f"check that lago.api_key at {place} is a key of organisation {organization_id}; what is billed "
        "to a customer who has been deleted in Lago has to be booked by hand",
        details={"external_customer_id": customer.external_id},
    )


def _keyless(customer: Wanted, connection: Connection) -> Rejected:
    missing = "lago.api_key" if connection.lago.api_url else "lago.api_url and lago.api_key"
    return Rejected(
        code="lago_api_key_missing",
        message=f"a payment of customer {customer.external_id} does not say which of several connections it "
        f"is for, and connection {connection.code} cannot ask Lago without {missing}",
        hint=f"set {missing} at {connection.at('lago')}, or sync.payments: false at all connections but one",
        details={"external_customer_id": customer.external_id},
    )


def _nameless(event: Envelope) -> Rejected:
    return Rejected(
        code="incomplete_event",
        message=f"payment {event.object_id}: the event carries no external_customer_id, so nobody can tell "
        "which of several connections it is for",
        hint="send the webhook as Lago made it; a shortened body cannot be booked",
        details={"lago_id": event.object_id},
    )

"""Why a rule ignores an event, and what would have to change for it to be booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.commands.explain import setting
from consumer.config.connection import Connection
from consumer.pipeline import ownership, routing
from schemas.envelope import Envelope

SWITCHES = {
    "customer": "sync.customers",
    "invoice": "sync.invoices",
    "credit_note": "sync.credit_notes",
    "refund_failure": "sync.credit_notes",
    "payment": "sync.payments",
    "payment_receipt": "sync.payments",
}
# Lago's data decides, not a setting.
_BY_LAGO = {
    "self_billed": "it is a self-billed document: a bill of the partner's, not an invoice of yours",
    "customer_deleted": "its NetSuite customer stays, with all documents; make it inactive there if you wish",
    "partner": "its customer is a partner, whose documents are not sales",
    "voided_credit_note": "Lago voided the note when it issued it; no money moves by it",
    "payments_read_from_lago": "a worker reads the invoice's payments from Lago's API and books each of them",
    "paid_without_payment": "a person marked it as paid in Lago without a payment; there is no money to book",
    "zero_amount": "there is nothing to book: its amount is zero",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignoring:
    """
    One rule at one event.

    Attributes:
        setting: which setting decides; empty where Lago's data does.
    """

    rule: str
    because: str
    setting: str = ""
    at: str = ""

    def as_json(self) -> dict[str, str | None]:
        """The rule as it is printed."""
        settings = {"setting": self.setting or None, "at": self.at or None}
        return {"rule": self.rule, "because": self.because, **settings}


def of(rule: str, event: Envelope, connection: Connection, connections: Sequence[Connection]) -> Ignoring:
    """Why the rule applies to the event at the connection."""
    path, because = _said(rule, event, connection, connections)
    return Ignoring(rule=rule, because=because, setting=path, at=connection.at(path) if path else "")


def _said(
    rule: str, event: Envelope, connection: Connection, connections: Sequence[Connection]
) -> tuple[str, str]:
    switch, content = _switch(event, connection), event.object
    money = content.get("payment_status") or content.get("status")
    booked = ", ".join(sorted(routing.ROUTES))
    said = {
        "event_type": ("", f"{event.webhook_type} is not booked; booked are {booked}"),
        "other_connection": ("", _whose(event, connections)),
        "sync_disabled": (switch, f"{switch} is false"),
        "shadow": ("mode", "mode is shadow, which writes nothing"),
        "customers_never_created": ("customers.create", "customers.create is never"),
        "before_start_date": ("start_date", f"it is of a day before start_date, {connection.start_date}"),
        "payment_needs_lago_api": (
            "lago",
            "such payments are read from Lago's API, which needs lago.api_url and lago.api_key",
        ),
        "not_finalized": ("", f"its status is {content.get('status')}; it is booked once it is finalised"),
        "payment_not_settled": ("", f"its status is {money}; it is booked once the money has arrived"),
    }
    return said.get(rule, ("", _BY_LAGO.get(rule, f"the rule {rule} says so")))


def _switch(event: Envelope, connection: Connection) -> str:
    is_void = event.webhook_type == "invoice.voided"
    if is_void and not setting.value_at(connection, "sync.voids"):
        return "sync.voids"
    return SWITCHES.get(event.object_type, "sync")


def _whose(event: Envelope, connections: Sequence[Connection]) -> str:
    claiming = [each.code for each in connections if ownership.claims(event, each, connections)]
    if claiming:
        return f"connection {' and '.join(claiming)} claims it"
    return f"no connection claims it; the first, {connections[0].code}, reports that"

"""A credit note's refund as a NetSuite customer refund that is applied to the note's credit memo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from consumer.config.connection import Connection
from consumer.config.mapping_rules import RefundPlace
from consumer.mapping import credited_amounts, fields, header, identity, money
from consumer.mapping import customer as customers
from consumer.mapping.decision_log import DecisionLog
from schemas.credit_note import CreditNote
from schemas.customer import Customer
from schemas.scalar import utc_text
from schemas.wire import WriteItem

_Name = Literal["account", "payment_method"]
_FIELDS: dict[_Name, str] = {"account": "account", "payment_method": "paymentmethod"}


def item(note: CreditNote, customer: Customer, decision_log: DecisionLog) -> WriteItem | None:
    """
    The refund to write after the credit memo; None when there is none, or it is left to a person.

    Lago states the refund when it issues the note, and sends no webhook when the refund succeeds; one that is
    known to have failed is left to a person. Without a mapped account or method a problem is logged.
    """
    cents = credited_amounts.refund_cents(note)
    if cents <= 0 or not is_booked(note, decision_log.connection):
        return None
    amount = money.major(cents, note.currency)
    memo = {"doc": {"externalId": identity.CREDIT_NOTE + note.lago_id}, "apply": True, "amount": amount}
    return WriteItem(
        ref="refund",
        mode="create_or_get",
        external_id=identity.REFUND + note.lago_id,
        lago_id=note.lago_id,
        version=utc_text(note.updated_at or note.created_at),
        fingerprint=identity.refund_fingerprint(note, cents),
        record={
            "type": "customerrefund",
            "columns": _columns(note, customer, decision_log),
            "lines": [{"sublistId": "apply", "lineItems": [memo]}],
            "options": {"ignoreMandatoryFields": False},
        },
        expect={"total": amount},
    )


def is_booked(note: CreditNote, connection: Connection) -> bool:
    """Whether the connection books the refund; one that the payment provider refused is not booked."""
    return connection.refunds == "customer_refund" and note.refund_status != "failed"


def _columns(note: CreditNote, customer: Customer, decision_log: DecisionLog) -> dict[str, Any]:
    return header.filled(
        {
            "customer": customers.reference(customer, decision_log),
            "subsidiary": header.subsidiary(note.billing_entity_code, decision_log),
            "currency": header.currency(note.currency, f"credit note {note.number}", decision_log),
            "trandate": str(note.issuing_date),
            **{field: _mapped(name, note, decision_log) for name, field in _FIELDS.items()},
            "memo": f"Refund of credit note {note.number}",
            "custbody_lago_id": note.lago_id,
            **fields.configured("refund", note.billing_entity_code, decision_log),
        }
    )


def _mapped(name: _Name, note: CreditNote, decision_log: DecisionLog) -> str | None:
    """The account or method: the billing entity's rules come first, in each the currency's entry first."""
    places = list(_places(note, decision_log.connection))
    for path, place in places:
        if value := getattr(place, name):
            decision_log.chose(f"refund {_FIELDS[name]}", value, f"{path}.{name}")
            return str(value)
    where = f"mapping.refund.{name}"
    connection = decision_log.connection
    decision_log.refuse(
        "invalid_mapping",
        f"credit note {note.number}: no {name.replace('_', ' ')} is mapped for refunds in {note.currency}",
        f"add {where} to connection {connection.code} at {connection.at(where)}",
        key=where,
        asked=tuple(f"{path}.{name}" for path, _ in places) or (where,),
    )
    return None


def _places(note: CreditNote, connection: Connection) -> Iterator[tuple[str, RefundPlace]]:
    mapping, code = connection.mapping, note.billing_entity_code or ""
    entity = mapping.billing_entities.get(code)
    levels = [(f"mapping.billing_entities.{code}", entity)] if entity is not None else []
    for path, rules in (*levels, ("mapping", mapping)):
        if rules.refund is not None:
            if note.currency in rules.refund.currencies:
                yield f"{path}.refund.currencies.{note.currency}", rules.refund.currencies[note.currency]
            yield f"{path}.refund", rules.refund

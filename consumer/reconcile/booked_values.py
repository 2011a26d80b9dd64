"""What of an invoice or credit note the connection's settings decide: number, date, subsidiary, tax, rest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypedDict

from consumer.config.connection import Connection
from consumer.config.mapping_rules import Rules, Tax
from consumer.mapping.field_limits import TRANSACTION
from consumer.reconcile import row_values
from consumer.reconcile.row_values import cents, part, parts, text, units

TAXED_IN_NETSUITE = frozenset({"suitetax", "legacy"})
"""The modes in which NetSuite's own tax of a document is Lago's."""


class DocumentValues(TypedDict):
    """Arguments of `consumer.reconcile.expected.Expected`."""

    netsuite_number: str
    date: str
    day: str
    customer: str
    customer_id: str
    linked_customer: str
    billing_entity: str
    subsidiary: str
    currency: str
    tax: Decimal | None


def of_document(
    kind: Literal["invoice", "credit_note"], row: Mapping[str, Any], connection: Connection, number: str
) -> DocumentValues:
    """The values of a row of Lago's list; what a mapped field replaces is not compared."""
    entity, customer = text(row, "billing_entity_code"), part(row, "customer")
    of_entity = connection.mapping.billing_entities.get(entity)
    replaced = _replaced(kind, connection.mapping) | (_replaced(kind, of_entity) if of_entity else set())
    is_moved = connection.closed_period == "next_open_period" or "trandate" in replaced
    subsidiary = (of_entity.subsidiary or "") if of_entity else ""
    day, currency = row_values.day(row), text(row, "currency")
    return DocumentValues(
        netsuite_number="" if "tranid" in replaced else number[: TRANSACTION["tranid"].max_chars],
        date="" if is_moved else row_values.text(row, "issuing_date"),
        day=day,
        customer=text(customer, "external_id"),
        customer_id=text(customer, "lago_id"),
        linked_customer=linked_customer(customer, connection),
        billing_entity=entity,
        subsidiary="" if "subsidiary" in replaced else subsidiary,
        currency=currency,
        tax=_tax(row, currency, connection),
    )


def linked_customer(customer: Mapping[str, Any], connection: Connection) -> str:
    """The internal id of the NetSuite customer to which Lago links the customer; empty without a link."""
    linked = (
        each
        for each in parts(customer, "integration_customers")
        if each.get("type") == "netsuite" and each.get("integration_code") == connection.code
    )
    return next((text(each, "external_customer_id") for each in linked), "")


def open_of_invoice(row: Mapping[str, Any], connection: Connection, total: Decimal) -> Decimal | None:
    """What is due of an invoice; None where documents that settle it are not written by us."""
    is_voided, sync = row.get("status") == "voided", connection.sync
    if is_voided:
        return Decimal(0) if sync.voids else None
    # Others may book the payments; a note that is not written leaves open what it was set off against.
    is_settled_elsewhere = not sync.payments or (
        not sync.credit_notes and cents(row, "total_offsetted_credit_note_amount_cents") > 0
    )
    if is_settled_elsewhere:
        return None
    due = units(cents(row, "total_due_amount_cents"), text(row, "currency"))
    return total if due == total else due


def _tax(row: Mapping[str, Any], currency: str, connection: Connection) -> Decimal | None:
    mapping = connection.mapping
    of_entity = mapping.billing_entities.get(text(row, "billing_entity_code"))
    rules = (of_entity.tax if of_entity else None) or mapping.tax or Tax()
    if rules.mode not in TAXED_IN_NETSUITE:
        return None
    return units(cents(row, "taxes_amount_cents"), currency)


def _replaced(kind: Literal["invoice", "credit_note"], rules: Rules) -> set[str]:
    """The fields that the mapping sets in place of Lago's values."""
    return set(rules.fields.get(kind, {}))

"""
The invoice line for a spent credit note whose credit memo belongs to another subsidiary.

Lago spends a note on any later invoice of the customer in its currency, whatever the billing entity
(getlago/lago-api ``Credits::CreditNoteService``); NetSuite applies a memo within its own subsidiary only. The
event does not contain the note's billing entity, so the RESTlet decides whether to apply or to write the
line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from consumer.config.mapping_rules import Item
from consumer.mapping import discounts, fields, header, items
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.line import priced
from schemas.invoice import Invoice

DESCRIPTION = "Credit note of another subsidiary"
"""A void recognises such a line by this description (`credit_lines.js` has the same text)."""

Credit = dict[str, Any]


def with_lines(spent: Sequence[Credit], invoice: Invoice, decision_log: DecisionLog) -> tuple[Credit, ...]:
    """The credits, each with the line to write instead of its application if subsidiaries may differ."""
    item = items.find_discount("credit_note", invoice.billing_entity_code, decision_log.connection)
    if item is None or not _has_subsidiaries(decision_log):
        return tuple(spent)
    return tuple(credit | {"line": _line(credit, item, invoice, decision_log)} for credit in spent)


def _has_subsidiaries(decision_log: DecisionLog) -> bool:
    entities = decision_log.connection.mapping.billing_entities.values()
    return any(rules.subsidiary for rules in entities)


def _line(credit: Credit, item: Item, invoice: Invoice, decision_log: DecisionLog) -> dict[str, Any]:
    amount = f"-{credit['amount']}"
    named = {"type": "credit_note", "code": None, "name": None}
    columns: dict[str, Any] = {
        **priced(item, amount),
        "description": DESCRIPTION,
        "item_source": discounts.SOURCES["credit_note"],
        **fields.configured(
            "invoice_line",
            invoice.billing_entity_code,
            decision_log,
            partial(decision_log.origin.like_a_fee, item=named),
        ),
    }
    return header.filled(columns)

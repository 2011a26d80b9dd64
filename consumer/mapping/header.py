"""Body fields of every transaction: subsidiary and currency."""

from __future__ import annotations

from typing import Any

from consumer.mapping.decision_log import DecisionLog


def subsidiary(entity: str | None, decision_log: DecisionLog) -> str | None:
    """The subsidiary of the billing entity; None without one, and NetSuite uses the customer's."""
    rules = decision_log.connection.mapping.billing_entities.get(entity or "")
    if rules is None or not rules.subsidiary:
        return None
    decision_log.chose(
        "columns.subsidiary", rules.subsidiary, f"mapping.billing_entities.{entity}.subsidiary"
    )
    return rules.subsidiary


def currency(code: str, label: str, decision_log: DecisionLog) -> str | None:
    """
    NetSuite's internal id of the currency; None when no currencies are mapped (single-currency account).
    """
    currencies = decision_log.connection.mapping.currencies
    if not currencies:
        return None
    mapped = currencies.get(code)
    if mapped:
        decision_log.chose("columns.currency", mapped, f"mapping.currencies.{code}")
        return mapped
    decision_log.refuse(
        "unknown_currency",
        f"{label}: no NetSuite currency is mapped for {code}",
        f"add {code} to mapping.currencies at {decision_log.connection.at('mapping.currencies')}",
        key=f"mapping.currencies.{code}",
    )
    return None


def filled(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns with a value; fields that are missing in Lago are not sent."""
    return {name: value for name, value in columns.items() if value is not None}

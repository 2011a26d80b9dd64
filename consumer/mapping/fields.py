"""Configured field values of records and lines: class, location, custom fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from consumer.config import problem
from consumer.config.expression import EvaluationError, Expression
from consumer.config.mapping_rules import FieldsFor
from consumer.mapping import date_fields
from consumer.mapping.decision_log import DecisionLog

Fee = Callable[[], Mapping[str, Any]]
"""Makes the variable ``fee`` of a line; called only where a field is configured."""


def configured(
    kind: FieldsFor, entity: str | None, decision_log: DecisionLog, fee: Fee | None = None
) -> dict[str, Any]:
    """
    The configured values by NetSuite field id; those of the billing entity take precedence.

    A field whose expression gives null is left out; an expression that cannot be evaluated is a problem.
    On lines, `fee` makes the variable ``fee`` of expressions. In date fields a moment becomes its day.
    """
    mapping = decision_log.connection.mapping
    levels = [(mapping.fields, "mapping.fields")]
    if entity is not None and entity in mapping.billing_entities:
        levels.append((mapping.billing_entities[entity].fields, f"mapping.billing_entities.{entity}.fields"))
    chosen = {
        name: (value, f"{prefix}.{kind}.{name}")
        for fields, prefix in levels
        for name, value in fields.get(kind, {}).items()
    }
    if not chosen:
        return {}
    known = fee() if fee is not None else None
    found = {
        name: date_fields.as_sent(name, _value(value, rule, decision_log, known), known, decision_log)
        for name, (value, rule) in chosen.items()
    }
    for name, value in found.items():
        if value is not None:
            decision_log.chose(f"{kind} {name}", str(value), chosen[name][1])
    return {name: value for name, value in found.items() if value is not None}


def _value(value: Any, rule: str, decision_log: DecisionLog, fee: Mapping[str, Any] | None) -> Any:
    if not isinstance(value, Expression):
        return value
    try:
        return value.value(decision_log.origin.scope, fee)
    except EvaluationError as error:
        expression = problem.shown(value.expr)
        decision_log.refuse(
            "invalid_expression",
            f"{rule}: the expression {expression} does not suit this event: {error}",
            f"correct the expression at {decision_log.connection.at(rule)}; "
            "has(event.key) asks for a key first",
            key=rule,
        )
        return None

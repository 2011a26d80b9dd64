"""The field values an account wants on every record or line of a kind: class, location, custom fields."""

from __future__ import annotations

from typing import Any

from consumer.connection import FieldsFor
from consumer.mapping.journal import Journal


def configured(kind: FieldsFor, entity: str | None, journal: Journal) -> dict[str, Any]:
    """The configured values by NetSuite field id; those of the billing entity win."""
    mapping = journal.connection.mapping
    levels = [(mapping.fields, "mapping.fields")]
    if entity is not None and entity in mapping.billing_entities:
        levels.append((mapping.billing_entities[entity].fields, f"mapping.billing_entities.{entity}.fields"))
    chosen = {
        name: (value, f"{prefix}.{kind}.{name}")
        for fields, prefix in levels
        for name, value in fields.get(kind, {}).items()
    }
    for name, (value, rule) in chosen.items():
        journal.chose(f"{kind} {name}", str(value), rule)
    return {name: value for name, (value, _) in chosen.items()}

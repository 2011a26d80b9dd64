"""The value at a path of `connections.yaml`, and its text."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from consumer.config.connection import Connection
from consumer.config.mapping_rules import EntityRules, Item, Tax, TaxCode

WHOLE = "mapping."


def value_at(connection: Connection, path: str) -> Any:
    """The value at a path such as ``mapping.plans.enterprise``; None when it is not set."""
    found: Any = connection
    rest = path
    while rest and found is not None:
        found, rest = _step(found, rest.split("."))
    return found


def text_of(value: Any) -> str | None:
    """A value for people; None for what is not set."""
    match value:
        case None:
            return None
        case Item(id=item, account=account):
            return f"item {item}, account {account}" if account else f"item {item}"
        case Tax() | TaxCode():
            given = value.model_dump(exclude_none=True)
            taxes = " ".join(given.pop("taxes", ()))
            named = given | ({"taxes": taxes} if taxes else {})
            return ", ".join(f"{name} {text}" for name, text in named.items()) or "empty"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def of_entity(path: str, entity: str | None) -> str | None:
    """
    The path at which a billing entity can override the organisation; None when it cannot.

    An entity's tax rules replace all of the organisation's.
    """
    if not entity:
        return None
    if path == "customers.subsidiary":
        return f"mapping.billing_entities.{entity}.subsidiary"
    if not path.startswith(WHOLE):
        return None
    name, _, rest = path.removeprefix(WHOLE).partition(".")
    if name not in EntityRules.model_fields:
        return None
    own = f"mapping.billing_entities.{entity}.{name}"
    return own if name == "tax" or not rest else f"{own}.{rest}"


def _step(holder: Any, parts: list[str]) -> tuple[Any, str]:
    # Codes may hold dots, so the longest key that is there is the one that is meant.
    for count in range(len(parts), 0, -1):
        key = ".".join(parts[:count])
        if isinstance(holder, dict) and key in holder:
            return holder[key], ".".join(parts[count:])
        if isinstance(holder, BaseModel) and key in type(holder).model_fields:
            return getattr(holder, key), ".".join(parts[count:])
    return None, ""

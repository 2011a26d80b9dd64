"""Fields of customers that the RESTlet refuses: reported when the file is read, not for each customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consumer.config.connection_rules import Fault, section
from consumer.config.yaml_source import Path
from schemas import customer_fields

_POSSIBLE = ", ".join(sorted(customer_fields.ALWAYS | customer_fields.WHEN_NEW))
_REFUSED = f"is set on no customer by the RESTlet; possible are custom fields (custentity_…) and {_POSSIBLE}"


def faults_of(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of one connection; paths are relative to it."""
    mapping = section(connection, "mapping")
    yield from _refused(("mapping",), mapping)
    entities = section(mapping, "billing_entities")
    for code in entities:
        yield from _refused(("mapping", "billing_entities", code), section(entities, code))


def _refused(path: Path, rules: Mapping[str, Any]) -> Iterator[Fault]:
    for field_id in section(section(rules, "fields"), "customer"):
        if not customer_fields.may_be_set(str(field_id)):
            yield (*path, "fields", "customer", field_id), _REFUSED

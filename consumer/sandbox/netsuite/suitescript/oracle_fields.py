"""
Fields of records and lines that Oracle lists and the sandbox does not use: they store what a script sets.

The tables of `fields` and `transaction_fields` have the fields that the sandbox uses; they take precedence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import get_args

from consumer.sandbox.netsuite.profile import FieldKind
from consumer.sandbox.netsuite.suitescript import oracle_lists
from consumer.sandbox.netsuite.suitescript.fields import Field, FieldTable

_KINDS: Mapping[str, FieldKind] = {kind: kind for kind in get_args(FieldKind)} | {
    "currency2": "float",
    "rate": "float",
    "posfloat": "float",
    "poscurrency": "currency",
    "posinteger": "integer",
}
_LINES_OF = ("creditmemo", "salesorder")
"""Record types for which Oracle lists the fields of item lines; those of invoices are the same."""


@cache
def of_body(record_type: str) -> FieldTable:
    """The body fields of a record type; empty for one that Oracle does not list."""
    listed = oracle_lists.records().get(record_type, {}).get("fields", {})
    return {name.lower(): _field(name.lower(), kind, label) for name, (kind, label) in listed.items()}


@cache
def of_item_lines() -> FieldTable:
    """The fields of item lines."""
    lists = [oracle_lists.records()[record_type]["sublists"]["item"] for record_type in _LINES_OF]
    return {name: _field(name, kind, name) for listed in lists for name, kind in listed.items()}


def _field(name: str, kind: str, label: str) -> Field:
    return Field(id=name, kind=_KINDS.get(kind, "text"), label=label or name)

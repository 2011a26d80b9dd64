"""The records of a request, field by field, each with the source of its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consumer.commands.explain import choice, field_origins
from consumer.mapping.decision_log import Decision
from consumer.mapping.result import Mapped
from schemas.wire import WriteItem

# Which records a subject of the mapping's decisions is about; ``columns`` is about every document.
_SUBJECTS = {
    "customer": ("customer",),
    "invoice": ("invoice", "salesorder"),
    "credit_note": ("creditmemo",),
    "refund": ("customerrefund",),
    "payment": ("customerpayment",),
    "columns": ("invoice", "salesorder", "creditmemo", "customerpayment", "customerrefund"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its value as text, the setting or event member it comes from, and its line."""

    name: str
    value: str
    origin: str
    at: str = ""

    def as_json(self) -> dict[str, str | None]:
        """The field as it is printed."""
        return {"field": self.name, "value": self.value, "from": self.origin, "at": self.at or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    One record: how it is written, its fields, and its item lines as they are posted.

    Attributes:
        total: that NetSuite must compute, with tax and currency in it, as text; empty of other records.
    """

    type: str
    mode: str
    external_id: str
    fields: tuple[Field, ...]
    lines: tuple[Mapping[str, Any], ...]
    total: str = ""

    def as_json(self) -> dict[str, Any]:
        """The record as it is printed."""
        head = {"type": self.type, "mode": self.mode, "external_id": self.external_id}
        return {**head, "fields": [each.as_json() for each in self.fields], "lines": list(self.lines)}


def of(plan: Mapped) -> Iterator[Sent]:
    """Every record of a plan, in the order in which they are written."""
    chosen = {key: decision for decision in plan.decisions for key in _keys(decision)}
    for item in plan.request.items:
        yield Sent(
            type=item.record["type"],
            mode=item.mode,
            external_id=item.external_id,
            fields=tuple(_fields(item, chosen)),
            lines=tuple(lines(item)),
            total=_total(item),
        )


def lines(item: WriteItem) -> Iterator[Mapping[str, Any]]:
    """The item lines of a document; none of other records."""
    for sublist in item.record.get("lines", ()):
        if sublist["sublistId"] == "item":
            yield from sublist["lineItems"]


def _total(item: WriteItem) -> str:
    """``10.00 and 1.90 tax are 11.90``."""
    expected = item.expect or {}
    if "total" not in expected:
        return ""
    return f"{expected.get('subtotal', '')} + {expected.get('tax', '0')} tax = {expected['total']}"


def _keys(decision: Decision) -> Iterator[tuple[str, str]]:
    about, _, name = decision.subject.replace("columns.", "columns ").partition(" ")
    for record_type in _SUBJECTS.get(about, ()):
        yield record_type, name


def _fields(item: WriteItem, chosen: Mapping[tuple[str, str], Decision]) -> Iterator[Field]:
    record_type = item.record["type"]
    for name, value in item.record.get("columns", {}).items():
        decision = chosen.get((record_type, name))
        if decision is not None:
            yield Field(name=name, value=_text(value), origin=decision.rule, at=choice.place_of(decision))
        else:
            yield Field(name=name, value=_text(value), origin=field_origins.of(record_type, item.mode, name))


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return ", ".join(f"{kind} {text}" for kind, text in value.items())
        case _:
            return str(value)

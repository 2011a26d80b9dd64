"""The setting with the value that NetSuite does not accept, with its line in connections.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from consumer.config.connection import Connection
from consumer.mapping.decision_log import Decision
from consumer.outcome import Outcome, Rejected

MOST_NAMED = 3
# Names of settings by the field of the record that they fill, where the names differ.
_CALLED = {
    "item": {"id"},
    "currency": {"currencies"},
    "paymentmethod": {"methods"},
    "taxcode": {"code"},
    "taxtype": {"type"},
    "taxitem": {"code"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting: its path, and its position in the file, ``connections.yaml:34``."""

    path: str
    at: str

    def __str__(self) -> str:
        return self.path if self.at == self.path else f"{self.path} at {self.at}"


def explained(outcome: Outcome, decisions: Sequence[Decision], connection: Connection) -> Outcome:
    """The outcome; for a refused reference, message, hint and details name the setting with its value."""
    if not isinstance(outcome, Rejected) or outcome.code not in {"invalid_reference", "record_deleted"}:
        return outcome
    field, value = outcome.details.get("field"), outcome.details.get("value")
    if not field or not value:
        return outcome
    settings = list(islice(dict.fromkeys(_settings(field, value, decisions, connection)), MOST_NAMED))
    if not settings:
        return outcome
    named = ", ".join(map(str, settings))
    return replace(
        outcome,
        message=f"{outcome.message.rstrip('.')}: {field} {value} comes from {named}",
        hint=f"{outcome.hint}; it is set by {named}",
        details=outcome.details | {"setting": settings[0].path, "at": settings[0].at},
    )


def _settings(
    field: str, value: str, decisions: Sequence[Decision], connection: Connection
) -> Iterator[Setting]:
    """The settings of logged decisions; without a decision, all that have this value for such a field."""
    chosen = [each for each in decisions if value in each.choice.split("/") and _is_about(each, field)]
    if chosen:
        yield from (Setting(path=each.rule, at=each.at) for each in chosen)
        return
    for path in _having(connection.mapping.model_dump(), value, {field, *_CALLED.get(field, ())}, "mapping"):
        yield Setting(path=path, at=connection.at(path))


def _is_about(decision: Decision, field: str) -> bool:
    """Whether a decision can have filled the field; those of lines and taxes do not name their field."""
    kind, _, name = decision.subject.partition(" ")
    if field == "item":
        return kind == "line"
    if field in {"taxcode", "taxtype"}:
        return kind == "tax"
    return name == field or decision.subject.endswith(f".{field}")


def _having(node: Any, value: str, keys: set[str], path: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, below in node.items():
            yield from _having(below, value, keys, f"{path}.{name}")
    elif node == value and keys & set(path.split(".")[-2:]):
        yield path

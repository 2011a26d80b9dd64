"""One choice of the mapping: what was chosen, by which setting, and which settings would take precedence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from consumer.commands.explain import setting
from consumer.config.connection import Connection
from consumer.config.expression import Expression
from consumer.mapping.decision_log import Decision

Effect = Literal["would win", "is weaker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """
    A setting that did not choose.

    Attributes:
        value: its value; None when it is not set, and would take precedence if it were.
        at: its file and line, or where to add it.
    """

    rule: str
    at: str
    value: str | None
    effect: Effect

    def as_json(self) -> dict[str, str | None]:
        """The alternative as it is printed."""
        return {"rule": self.rule, "at": self.at, "value": self.value, "effect": self.effect}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    One choice.

    Attributes:
        about: what was chosen for, in words: ``line 2: storage_gb``.
        what: ``item``, ``account``, ``tax code``, ``subsidiary``, or the id of a NetSuite field.
        rule: the setting that decided; empty where none does and NetSuite, or a rule of ours, does.
        given: the expression whose value it is, where there is one.
    """

    about: str
    what: str
    value: str
    rule: str = ""
    at: str = ""
    given: str = ""
    is_fallback: bool = False
    alternatives: tuple[Alternative, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The choice as it is printed."""
        shown: dict[str, Any] = {"for": self.about, "what": self.what, "value": self.value}
        shown |= {"rule": self.rule or None, "at": self.at or None, "fallback": self.is_fallback}
        if self.given:
            shown["given"] = self.given
        return shown | {"alternatives": [each.as_json() for each in self.alternatives]}


def of(decision: Decision, about: str, what: str, connection: Connection, entity: str | None) -> Choice:
    """A decision of the mapping as a choice."""
    given = setting.value_at(connection, decision.rule)
    return Choice(
        about=about,
        what=what,
        value=decision.choice,
        rule=decision.rule,
        at=place_of(decision),
        given=given.expr if isinstance(given, Expression) else "",
        is_fallback=decision.is_fallback,
        alternatives=tuple(_others(decision, connection, entity)),
    )


def place_of(decision: Decision) -> str:
    """File and line of the setting; empty when the event itself decided."""
    return "" if decision.rule.startswith("event.") else decision.at


def left_open(about: str, what: str, value: str, settings: tuple[str, ...], connection: Connection) -> Choice:
    """What no setting decided, and the settings that would."""
    others = (_alternative(each, "would win", connection) for each in settings)
    return Choice(about=about, what=what, value=value, alternatives=tuple(others))


def _others(decision: Decision, connection: Connection, entity: str | None) -> Iterator[Alternative]:
    asked = list(decision.asked or (decision.rule,))
    stronger = setting.of_entity(decision.rule, entity)
    if stronger is not None and stronger not in asked:
        asked.insert(0, stronger)
    weaker = _of_organisation(decision.rule)
    if weaker is not None and weaker not in asked:
        asked.append(weaker)
    place = asked.index(decision.rule) if decision.rule in asked else 0
    yield from (_alternative(each, "would win", connection) for each in asked[:place])
    for each in asked[place + 1 :]:
        if setting.value_at(connection, each) is not None:
            yield _alternative(each, "is weaker", connection)


def _of_organisation(rule: str) -> str | None:
    """The organisation's setting that a billing entity's setting overrides."""
    if not rule.startswith("mapping.billing_entities."):
        return None
    if rule.endswith(".subsidiary"):
        return "customers.subsidiary"
    _, separator, rest = rule.removeprefix("mapping.billing_entities.").partition(".")
    return f"mapping.{rest}" if separator and not rest.startswith("tax.") else "mapping.tax"


def _alternative(rule: str, effect: Effect, connection: Connection) -> Alternative:
    value = setting.text_of(setting.value_at(connection, rule))
    return Alternative(rule=rule, at=connection.at(rule), value=value, effect=effect)

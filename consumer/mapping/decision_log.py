"""The decision log: the decisions of the mapping with their rules, and its problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

import msgspec

from consumer.config.connection import Connection
from consumer.mapping.event_view import Origin
from consumer.outcome import Gap, Rejected


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """
    One decision.

    Attributes:
        subject: the line or field: ``line storage_gb``, ``columns.currency``.
        choice: the chosen value.
        rule: the setting, or the named rule of the mapping, that decided.
        at: file and line of that setting, ``connections.yaml:34``.
        is_fallback: whether a fallback decided, which causes a warning.
        asked: the settings that could have decided, in order of precedence; empty when there is only one.
        cents: what is booked by it, in subunits of the document's currency; None where it is no amount.
    """

    subject: str
    choice: str
    rule: str
    at: str
    is_fallback: bool = False
    asked: tuple[str, ...] = ()
    cents: int | None = None

    def as_json(self) -> dict[str, str | bool]:
        """The decision in the form of ``preview``."""
        shown: dict[str, str | bool] = {
            "subject": self.subject, "choice": self.choice, "rule": self.rule, "at": self.at,
        }  # fmt: skip
        return shown | ({"fallback": True} if self.is_fallback else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One reason why an event cannot be mapped, with its fix.

    Attributes:
        key: path of the setting that ends it, the same for all documents; empty when there is none.
        asked: the settings of which one would be sufficient, in order of precedence.
        cents: what is not booked for it, in subunits of the document's currency; None where it is not known.
    """

    code: str
    message: str
    hint: str
    key: str = ""
    asked: tuple[str, ...] = ()
    cents: int | None = None


class Chosen(TypedDict, total=False):
    """What a `Decision` may have besides."""

    is_fallback: bool
    asked: tuple[str, ...]
    cents: int


class Unmapped(TypedDict, total=False):
    """What a `Problem` may have besides."""

    key: str
    asked: tuple[str, ...]
    cents: int


@dataclass(slots=True)
class DecisionLog:
    """
    Collects decisions and problems of one event; after a problem the mapping goes on, to find all of them.

    Attributes:
        origin: the event's object as received, for expressions.
    """

    connection: Connection
    origin: Origin = field(default_factory=Origin)
    decisions: list[Decision] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _at: Callable[[str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once for an event: an attribute of a pydantic model costs more than the look-up.
        self._at = self.connection.places

    def chose(self, subject: str, choice: str, rule: str, **more: Unpack[Chosen]) -> None:
        """Add a decision."""
        self.decisions.append(Decision(subject=subject, choice=choice, rule=rule, at=self._at(rule), **more))

    def refuse(self, code: str, message: str, hint: str, **more: Unpack[Unmapped]) -> None:
        """Add a problem; then no request is made."""
        self.problems.append(Problem(code=code, message=message, hint=hint, **more))

    def rejection(self, details: dict[str, str]) -> Rejected | None:
        """All problems as one rejection under the code of the first; None when there are none."""
        if not self.problems:
            return None
        return Rejected(
            code=self.problems[0].code,
            message="; ".join(dict.fromkeys(problem.message for problem in self.problems)),
            hint="; ".join(dict.fromkeys(problem.hint for problem in self.problems)),
            details=details,
            gaps=tuple(dict.fromkeys(map(_gap, self.problems))),
        )


def _gap(problem: Problem) -> Gap:
    return Gap(code=problem.code, key=problem.key, message=problem.message, hint=problem.hint)

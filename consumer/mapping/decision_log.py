"""What the mapping decided on the way, rule by rule, and what it could not decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from consumer.config.connection import Connection
from consumer.mapping.event_view import Origin
from consumer.outcome import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    One choice.

    Attributes:
        subject: what was chosen for: ``line storage_gb``, ``columns.currency``.
        rule: the setting, or the named rule of the mapping, that decided.
        at: where that setting stands, ``connections.yaml:34``.
        is_fallback: whether the choice is a fallback, which deserves a warning.
        asked: the settings that could have decided, the strongest first, where there are several.
    """

    subject: str
    choice: str
    rule: str
    at: str
    is_fallback: bool = False
    asked: tuple[str, ...] = ()

    def as_json(self) -> dict[str, str | bool]:
        """The decision as ``preview`` prints it."""
        shown: dict[str, str | bool] = {
            "subject": self.subject, "choice": self.choice, "rule": self.rule, "at": self.at,
        }  # fmt: skip
        return shown | ({"fallback": True} if self.is_fallback else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One reason why an event cannot become a record, with what to change.

    Attributes:
        asked: the settings of which one would have been enough, the strongest first.
    """

    code: str
    message: str
    hint: str
    asked: tuple[str, ...] = ()


@dataclass(slots=True)
class DecisionLog:
    """
    Collects decisions and problems of one event; a problem never stops the search for further ones.

    Attributes:
        origin: the event's object as it came, for expressions.
    """

    connection: Connection
    origin: Origin = field(default_factory=Origin)
    decisions: list[Decision] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def chose(
        self, subject: str, choice: str, rule: str, *, is_fallback: bool = False, asked: tuple[str, ...] = ()
    ) -> None:
        """Note a choice."""
        at = self.connection.at(rule)
        self.decisions.append(
            Decision(subject=subject, choice=choice, rule=rule, at=at, is_fallback=is_fallback, asked=asked)
        )

    def refuse(self, code: str, message: str, hint: str, *, asked: tuple[str, ...] = ()) -> None:
        """Note a reason why nothing may be sent."""
        self.problems.append(Problem(code=code, message=message, hint=hint, asked=asked))

    def rejection(self, details: dict[str, str]) -> Rejected | None:
        """All problems as one rejection under the code of the first; None when there are none."""
        if not self.problems:
            return None
        return Rejected(
            code=self.problems[0].code,
            message="; ".join(dict.fromkeys(problem.message for problem in self.problems)),
            hint="; ".join(dict.fromkeys(problem.hint for problem in self.problems)),
            details=details,
        )

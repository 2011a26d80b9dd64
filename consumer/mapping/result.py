"""The results of mapping an event: a request with its decisions, a refusal, or an ignoring rule."""

from __future__ import annotations

from dataclasses import dataclass

from consumer.mapping.decision_log import Decision, Problem
from consumer.outcome import Ignored, Rejected
from schemas.wire import WriteRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A task for a person in NetSuite: ``refund``, with its amount in units of the currency."""

    needed: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A request with its decisions, and a task for a person after it is written."""

    request: WriteRequest
    decisions: tuple[Decision, ...]
    action: Action | None = None

    @property
    def fallbacks(self) -> tuple[Decision, ...]:
        """The decisions by a fallback."""
        return tuple(decision for decision in self.decisions if decision.is_fallback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An event that cannot be mapped: its problems, and the decisions made."""

    rejection: Rejected
    decisions: tuple[Decision, ...] = ()
    problems: tuple[Problem, ...] = ()


Mapping = Mapped | Refused | Ignored

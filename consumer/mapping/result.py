"""What mapping an event comes to, besides being ignored or rejected: a request and the reasons for it."""

from __future__ import annotations

from dataclasses import dataclass

from consumer.mapping.decision_log import Decision, Problem
from consumer.outcome import Ignored, Rejected
from schemas.wire import WriteRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a person has to do in NetSuite: ``refund``, with its amount in units of the currency."""

    needed: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A request that is ready to be sent, and what is left to a person once it is written."""

    request: WriteRequest
    decisions: tuple[Decision, ...]
    action: Action | None = None

    @property
    def fallbacks(self) -> tuple[Decision, ...]:
        """The choices that a fallback had to make."""
        return tuple(decision for decision in self.decisions if decision.is_fallback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An event that cannot become a request: all that is wrong with it, and what had been decided."""

    rejection: Rejected
    decisions: tuple[Decision, ...] = ()
    problems: tuple[Problem, ...] = ()


Mapping = Mapped | Refused | Ignored

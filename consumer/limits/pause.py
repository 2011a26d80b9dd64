"""
Which connections people have paused, by the acts on ``lago.netsuite.audit``; pure.

A paused connection starts no calls until a person resumes it: `consumer.limits.circuit_breaker` holds its
permits back as an open circuit breaker does, and no probe closes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.audit import Act, AuditRecord

PAUSE: Act = "pause"
RESUME: Act = "resume"
REASON_CHARS = 500
"""Longer reasons are cut, so that the pauses of a process have a bounded size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who has paused a connection, since when (RFC 3339) and why."""

    actor: str
    at: str
    reason: str

    @property
    def since_s(self) -> float:
        """Seconds since the epoch at which it began; 0 for what is no time."""
        try:
            at = datetime.fromisoformat(self.at)
        except ValueError:
            return 0.0
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()

    def as_json(self) -> dict[str, str]:
        """The pause as commands and the console publish it."""
        return {"by": self.actor, "since": self.at, "reason": self.reason}

    def __str__(self) -> str:
        """The pause as a part of a sentence."""
        return f"paused by {self.actor} since {self.at}: {self.reason or 'no reason given'}"


class Pauses:
    """
    The paused connections, act by act in the order of the topic.

    An act that is appended again behind another one counts where it stands last, and nothing is counted, so
    reading acts twice changes nothing.
    """

    def __init__(self, codes: Collection[str] | None = None) -> None:
        """Begin with none; acts of connections that are not among `codes` are passed over, None takes all."""
        self._codes = codes
        self._by_code: dict[str, Pause] = {}

    @classmethod
    def of_acts(cls, acts: Iterable[AuditRecord]) -> Pauses:
        """The pauses after these acts; those of one connection are in order."""
        found = cls()
        for act in acts:
            found.note(act)
        return found

    def note(self, act: AuditRecord) -> None:
        """Take in the next act; most acts are about something else."""
        if self._codes is not None and act.connection not in self._codes:
            return
        if act.act == PAUSE:
            reason = act.reason[:REASON_CHARS]
            self._by_code[act.connection] = Pause(actor=act.actor, at=act.at, reason=reason)
        elif act.act == RESUME:
            self._by_code.pop(act.connection, None)

    def of(self, connection: str) -> Pause | None:
        """The pause of a connection; None while it runs."""
        return self._by_code.get(connection)

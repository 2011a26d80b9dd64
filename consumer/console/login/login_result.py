"""How a login ends."""

from __future__ import annotations

from dataclasses import dataclass

from consumer.console.person import Person

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """
    A person whom the provider vouches for.

    Attributes:
        subject: what the provider calls them for ever; their name may change.
    """

    person: Person
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """
    Nobody is logged in.

    Attributes:
        reason: a sentence without secrets.
        actor: who it was, as far as a signed token says so.
    """

    reason: str
    actor: str = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """The provider does not do its part now; the reason is a sentence."""

    reason: str


LoginResult = LoggedIn | Refused | Unreachable

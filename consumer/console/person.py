"""Who looks at the console, and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["viewer", "operator", "admin"]
_RANKS: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    Who is logged in.

    Attributes:
        name: what audit records call them.
        role: a ``viewer`` reads, an ``operator`` replays, closes and accepts differences, an ``admin``
            also signs months off.
    """

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether they have this role, or one that includes it."""
        return _RANKS[self.role] >= _RANKS[role]

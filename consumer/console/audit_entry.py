"""What the console itself adds to the audit: logins, refusals, back-tests, downloads of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

EntryName = Literal[
    "login", "logout", "login_refused", "act_refused", "backtest", "backtest_stopped", "download"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """
    One of them.

    Attributes:
        actor: whom it is about; ``unknown`` where nobody is known.
        reason: why it was refused or asked for; empty for logins and logouts.
        details: texts by name.
    """

    name: EntryName
    actor: str
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


KeepEntry = Callable[[AuditEntry], None]
"""Takes an entry at once; it is written as soon as Kafka takes it."""

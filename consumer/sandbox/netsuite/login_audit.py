"""What a login came to, and the trail of all of them; the caller learns less than the administrator."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

KEPT_ENTRIES = 1000
Scheme = Literal["oauth", "bearer", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call that claims to be somebody."""

    method: str
    url: str
    authorization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """
    A login that holds.

    Attributes:
        integration: consumer key or client id.
        concurrency: the part of the account's cap that is set aside for it, if any.
    """

    integration: str
    concurrency: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """
    A login that does not hold.

    Attributes:
        reason: as NetSuite's login audit trail words it (Oracle help page subsect_156935170194).
        malformed: the header itself cannot be read, which is a bad request and not a bad login.
    """

    scheme: Scheme
    reason: str
    malformed: bool = False


@dataclass(slots=True)
class AuditTrail:
    """The latest logins, oldest first."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_ENTRIES))

    def note(self, at: datetime, path: str, result: Accepted | Refused) -> None:
        """Keep what became of a login."""
        entry: dict[str, Any] = {"at": at.isoformat(), "path": path}
        match result:
            case Accepted(integration=integration):
                entry |= {"status": "success", "integration": integration, "reason": None}
            case Refused(scheme=scheme, reason=reason):
                entry |= {"status": "failure", "scheme": scheme, "reason": reason}
        self.entries.append(entry)

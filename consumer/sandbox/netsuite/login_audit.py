"""Results of logins, and the login audit trail, which has reasons that the response does not contain."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

KEPT_ENTRIES = 1000
Scheme = Literal["oauth", "bearer", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call with its ``Authorization`` header."""

    method: str
    url: str
    authorization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """
    A valid login.

    Attributes:
        integration: consumer key or client id.
        concurrency: the integration's allocated part of the concurrency limit; None without one.
    """

    integration: str
    concurrency: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """
    An invalid login.

    Attributes:
        reason: the term of NetSuite's login audit trail (Oracle help page subsect_156935170194).
        malformed: the header cannot be parsed: NetSuite responds with 400 instead of 401.
    """

    scheme: Scheme
    reason: str
    malformed: bool = False


@dataclass(slots=True)
class AuditTrail:
    """The latest logins, oldest first."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_ENTRIES))

    def note(self, at: datetime, path: str, result: Accepted | Refused) -> None:
        """Add the result of a login."""
        entry: dict[str, Any] = {"at": at.isoformat(), "path": path}
        match result:
            case Accepted(integration=integration):
                entry |= {"status": "success", "integration": integration, "reason": None}
            case Refused(scheme=scheme, reason=reason):
                entry |= {"status": "failure", "scheme": scheme, "reason": reason}
        self.entries.append(entry)

"""What the workers of one connection report of circuit breaker and permits; values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.connection_state import ConnectionState

FRESH_FOR = timedelta(minutes=3)
"""A worker reports every minute; whoever has not for this long is gone, or cannot reach Kafka."""

BY_PERSON = frozenset({"account_down", "rejection_storm"})
"""Why a breaker is open that a person closes; an account that is down comes back by itself."""

_SENTENCES = {
    "unavailable": "NetSuite is unavailable",
    "account_down": "NetSuite refuses this connection",
    "rejection_storm": "NetSuite or the mapping rejects too many events in a row",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReports:
    """
    The reports of one connection.

    Attributes:
        fresh: those of the last three minutes, one a worker.
        last_at: of the newest report, however old; None without any.
    """

    fresh: tuple[ConnectionState, ...] = ()
    last_at: datetime | None = None

    @classmethod
    def of(cls, code: str, states: Iterable[ConnectionState], now: datetime) -> WorkerReports:
        """Those of a connection, as of now; of a worker that has moved to another partition, the newest."""
        own = sorted((each for each in states if each.connection == code), key=_reported_at)
        newest = {each.worker: each for each in own}
        fresh = tuple(each for each in newest.values() if _reported_at(each) >= now - FRESH_FOR)
        return cls(fresh=fresh, last_at=_reported_at(own[-1]) if own else None)

    @property
    def is_silent(self) -> bool:
        """Whether workers have reported before, and none does any more."""
        return self.last_at is not None and not self.fresh

    @property
    def opened(self) -> ConnectionState | None:
        """The report of the breaker that has been open for longest; None while all are closed."""
        found = (each for each in self.fresh if each.breaker == "open")
        return min(found, key=lambda each: each.since or each.as_of, default=None)

    @property
    def needs_person(self) -> bool:
        """Whether a breaker is open that does not close by itself."""
        return any(each.reason in BY_PERSON for each in self.fresh)

    @property
    def breaker(self) -> str:
        """The circuit breaker as a sentence."""
        if not self.fresh:
            return f"unknown, {self._silence}"
        opened = self.opened
        if opened is None:
            return "closed"
        count = sum(each.breaker == "open" for each in self.fresh)
        why = _SENTENCES.get(opened.reason or "", opened.reason or "")
        whose = f" at {count} of {len(self.fresh)} workers" if len(self.fresh) > 1 else ""
        return f"OPEN{whose} since {opened.since}: {': '.join(filter(None, (why, opened.because)))}"

    @property
    def followed(self) -> str:
        """How many workers have followed a pause, as the end of a sentence."""
        count = sum(each.paused for each in self.fresh)
        return f"; {count} of {len(self.fresh)} workers start no calls" if self.fresh else ""

    @property
    def permits(self) -> str:
        """The permits as a sentence."""
        if not self.fresh:
            return f"unknown, {self._silence}"
        count, sums = len(self.fresh), self._sums
        workers = f"{count} worker{'s' * (count != 1)}"
        return f"{sums['in_use']} in use, {sums['permits']} possible now, of {sums['cap']}, at {workers}"

    def as_json(self) -> dict[str, Any]:
        """The reports as they are printed; null where nobody has reported."""
        opened = self.opened
        state = "unknown" if not self.fresh else "open" if opened else "closed"
        return {
            "breaker": {
                "state": state,
                "reason": opened.reason if opened else None,
                "because": opened.because if opened else None,
                "since": opened.since if opened else None,
            },
            "permits": self._sums if self.fresh else None,
            "workers": len(self.fresh),
        }

    @property
    def _silence(self) -> str:
        if self.last_at is None:
            return "no worker has reported yet"
        return f"no worker has reported since {self.last_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def _sums(self) -> dict[str, int]:
        return {
            "cap": max(each.cap for each in self.fresh),
            "leased": sum(each.leased for each in self.fresh),
            "permits": sum(each.permits for each in self.fresh),
            "in_use": sum(each.in_use for each in self.fresh),
        }


def _reported_at(state: ConnectionState) -> datetime:
    """When it was published; the beginning of time for what is no time."""
    try:
        found = datetime.fromisoformat(state.as_of)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)

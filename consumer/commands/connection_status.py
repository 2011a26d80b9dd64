"""How one connection stands, and whether a person is needed; values only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from consumer.commands.worker_reports import WorkerReports
from consumer.failures import causes
from consumer.failures import refunds as refund_sums
from consumer.failures.causes import Cause
from consumer.failures.failure import Failure
from consumer.failures.refunds import RefundToMake
from consumer.limits.pause import Pause
from schemas.error_codes import row_of
from schemas.reconciliation import Reconciliation
from schemas.scalar import utc_text
from schemas.waiting import WaitingRecord

BY_PERSON = frozenset({"hold", "kind"})
"""The kinds of waits that a person ends; the others end by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingGroup:
    """Events that wait for the same thing, oldest first."""

    records: tuple[WaitingRecord, ...]

    @property
    def first(self) -> WaitingRecord:
        """The one that has waited longest."""
        return self.records[0]

    @property
    def amounts(self) -> dict[str, Decimal]:
        """What waits, by currency."""
        return _sums(self.records)

    @property
    def fix(self) -> str:
        """What ends the wait, by the table of error codes; empty where it ends by itself."""
        row = row_of(self.first.code) if self.first.kind in BY_PERSON else None
        return row.change if row else ""

    @property
    def until(self) -> str | None:
        """When the first of them becomes an error event."""
        return min((each.until for each in self.records if each.until), default=None)

    def as_json(self) -> dict[str, Any]:
        """The group as published by the command; amounts are decimal strings."""
        return {
            "waits_for": self.first.waits_for,
            "kind": self.first.kind,
            "code": self.first.code,
            "count": len(self.records),
            "amounts": _texts(self.amounts),
            "since": self.first.since,
            "until": self.until,
            "fix": self.fix,
            "records": [each.model_dump(mode="json") for each in self.records],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStatus:
    """
    What the topics say of one connection; timestamps in milliseconds since the epoch.

    Attributes:
        knows_all_writes: whether one that is not known did not happen; else it is not among the latest.
        backlog: records that are not committed.
        oldest_ms: of the oldest of them; None without any.
        last_run: the last comparison of the books; None before the first.
        reports: what the workers say of circuit breaker and permits.
        pause: by a person; None while the connection runs.
    """

    code: str
    last_written_ms: int | None = None
    knows_all_writes: bool = True
    backlog: int = 0
    oldest_ms: int | None = None
    waiting: tuple[WaitingRecord, ...] = ()
    failures: tuple[Failure, ...] = ()
    refunds: tuple[RefundToMake, ...] = ()
    last_run: Reconciliation | None = None
    reports: WorkerReports = field(default_factory=WorkerReports)
    pause: Pause | None = None

    @property
    def causes(self) -> list[Cause]:
        """The open failures by cause."""
        return causes.grouped(self.failures)

    @property
    def groups(self) -> list[WaitingGroup]:
        """What waits, by what it waits for; the longest wait first."""
        found: dict[tuple[str, str, str], list[WaitingRecord]] = defaultdict(list)
        for each in sorted(self.waiting, key=lambda each: each.since):
            found[(each.kind, each.code, each.waits_for)].append(each)
        return [WaitingGroup(records=tuple(each)) for each in found.values()]

    @property
    def amounts(self) -> dict[str, Decimal]:
        """What waits, by currency."""
        return _sums(self.waiting)

    @property
    def is_out_of_balance(self) -> bool:
        """Whether the last comparison has found differences."""
        return self.last_run is not None and self.last_run.outcome == "not_in_balance"

    @property
    def needs_person(self) -> bool:
        """Whether something does not end by itself."""
        is_held = any(each.kind in BY_PERSON for each in self.waiting)
        is_stopped = self.reports.needs_person or (self.backlog > 0 and self.reports.is_silent)
        is_paused = self.pause is not None
        return (
            is_held
            or is_stopped
            or is_paused
            or bool(self.failures or self.refunds)
            or self.is_out_of_balance
        )

    def as_json(self) -> dict[str, Any]:
        """The status as published by the command; amounts are decimal strings."""
        run = self.last_run
        refunded = _texts(refund_sums.amounts(self.refunds))
        return {
            "connection": self.code,
            "needs_person": self.needs_person,
            "paused": self.pause.as_json() if self.pause else None,
            "last_written": time_text(self.last_written_ms),
            "backlog": {"records": self.backlog, "oldest": time_text(self.oldest_ms)},
            "waiting": [each.as_json() for each in self.groups],
            "failures": {"open": len(self.failures), "causes": [each.as_json() for each in self.causes]},
            "refunds": {"open": len(self.refunds), "amounts": refunded},
            "books": _books(run) if run else None,
        } | self.reports.as_json()


def _books(run: Reconciliation) -> dict[str, Any]:
    return {"outcome": run.outcome, "ended_at": run.ended_at, "documents": dict(run.outcomes)}


def time_text(time_ms: int | None) -> str | None:
    """A timestamp for people; None stays None."""
    return None if time_ms is None else utc_text(datetime.fromtimestamp(time_ms / 1_000, UTC))


def _sums(records: Iterable[WaitingRecord]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in records:
        amount = _decimal(each.amount)
        if amount is not None and each.currency:
            sums[each.currency] += amount
    return dict(sorted(sums.items()))


def _decimal(text: str | None) -> Decimal | None:
    try:
        found = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _texts(sums: dict[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in sums.items()}

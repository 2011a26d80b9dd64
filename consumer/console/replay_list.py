"""Runs of replays from the tables: how far each is, and what became of what it replayed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consumer.console.record_view import ENDS
from consumer.failures import run as runs
from consumer.failures.run import Run, State
from schemas.audit import AuditRecord

PAGE = 50
_LATEST = (
    "SELECT run, max(at) AS begun FROM acts WHERE run <> '' AND act = 'replay'"
    " GROUP BY run ORDER BY begun DESC LIMIT ?"
)
_ENDS = """
SELECT failures.state, failures.ended_by, count(*) AS failures FROM failures
WHERE id IN (SELECT error_id FROM marks WHERE run = ?) GROUP BY failures.state, failures.ended_by
"""
_UNDER_WAY = {"open": "failed again", "under_way": "under way"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """
    A run as pages show it.

    Attributes:
        replayed: how many failures its marks are about.
        last_ms: of its last record or mark, milliseconds since the epoch.
        state: as of now.
        ends: how many of the replayed have ended how, in words.
    """

    run: Run
    replayed: int
    last_ms: int
    state: State
    ends: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """How many are still to be replayed, as of its beginning; others may have ended by themselves."""
        return max(0, self.run.failures - self.replayed)

    @property
    def left_s(self) -> float:
        """How long it goes on at its rate."""
        return self.left / self.run.rate_per_s

    @property
    def said(self) -> str:
        """``Paused after 120 of 500``."""
        words = {"running": "Replaying", "done": "Replayed"}
        if self.state in words:
            return f"{words[self.state]}: {self.replayed:,} of {self.run.failures:,}"
        return f"{self.state.capitalize()} after {self.replayed:,} of {self.run.failures:,}"

    def fits(self, steering: runs.Steering) -> bool:
        """Whether it can be steered so."""
        return not runs.why_not(steering, self.run, self.state)

    def as_json(self) -> dict[str, Any]:
        """The run for programs."""
        left_s = round(self.left_s, 1) if self.state == "running" else None
        return self.run.as_json(state=self.state, replayed=self.replayed) | {
            "left_s": left_s,
            "ends": dict(self.ends),
        }


def latest(
    connection: sqlite3.Connection, *, now_ms: int, here: Collection[str], limit: int = PAGE
) -> Sequence[RunView]:
    """The runs that began last, the latest first."""
    ids = [row["run"] for row in connection.execute(_LATEST, (limit,)).fetchall()]
    found = (of_id(connection, each, now_ms=now_ms, here=here) for each in ids)
    return [each for each in found if each is not None]


def of_id(
    connection: sqlite3.Connection, run_id: str, *, now_ms: int, here: Collection[str]
) -> RunView | None:
    """One run; None when there is none of this id."""
    run = runs.of(records(connection, run_id)).get(run_id)
    if run is None:
        return None
    replayed, marked_ms = connection.execute(
        "SELECT count(DISTINCT error_id), max(published_ms) FROM marks WHERE run = ?", (run_id,)
    ).fetchone()
    last_ms = max(runs.ms_of(run.changed_at), marked_ms or 0)
    return RunView(
        run=run,
        replayed=replayed,
        last_ms=last_ms,
        state=run.state_now(last_ms=last_ms, now_ms=now_ms, is_here=run_id in here),
        ends=_ends(connection, run_id),
    )


def records(connection: sqlite3.Connection, run_id: str) -> list[AuditRecord]:
    """The audit records of a run, those of each connection in their order."""
    rows = connection.execute("SELECT * FROM acts WHERE run = ? ORDER BY connection, place", (run_id,))
    names = ("connection", "act", "actor", "at", "reason")
    found = ({name: row[name] for name in names} | {"details": json.loads(row["details"])} for row in rows)
    return [AuditRecord.model_validate(each) for each in found]


def left(connection: sqlite3.Connection, run: Run) -> frozenset[str]:
    """The ids of open failures that were there when a run began, and that it has not marked."""
    rows = connection.execute(
        "SELECT id FROM failures WHERE state = 'open' AND published_ms <= ?"
        " AND id NOT IN (SELECT error_id FROM marks WHERE run = ?)",
        (run.newest_ms, run.id),
    )
    return frozenset(row["id"] for row in rows)


def _ends(connection: sqlite3.Connection, run_id: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for row in connection.execute(_ENDS, (run_id,)):
        name = _UNDER_WAY.get(row["state"]) or ENDS.get(row["ended_by"], row["ended_by"])
        found[name] = found.get(name, 0) + row["failures"]
    return found

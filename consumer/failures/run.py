"""
A run of replays as the audit has it: begun, paused, resumed, cancelled, ended.

Every record of a run is on the chain of a connection, in the order in which it happened; those that steer it
are all on the chain of its first connection. What it has replayed is said by the marks that carry its id, so
a run that nobody carries on any more stands as far as they say, and can be carried on without doubling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from consumer.failures.selection import Selection
from schemas.audit import Act, AuditRecord

PAUSE: Act = "pause_replay"
RESUME: Act = "resume_replay"
CANCEL: Act = "cancel_replay"
END: Act = "end_replay"
Steering = Literal["pause", "resume", "cancel"]
STEERING: Mapping[Steering, Act] = {"pause": PAUSE, "resume": RESUME, "cancel": CANCEL}
SILENT_LIMIT_MS = 30_000
"""Without a mark for so long a run has stopped: at the slowest rate there is one every ten seconds."""
KEPT_IDS = 2_000
"""So many ids fit on the record that begins a run."""

State = Literal["running", "paused", "cancelled", "stopped", "done"]
FITS: Mapping[Steering, frozenset[State]] = {
    "pause": frozenset({"running"}),
    "resume": frozenset({"paused", "stopped"}),
    "cancel": frozenset({"running", "paused", "stopped"}),
}
"""The states in which a run can be steered so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """
    One run.

    Attributes:
        id: of 16 hexadecimal digits.
        connections: whose failures it replays; the first has the records that steer it.
        failures: how many were to be replayed when it began.
        rate_per_s: events a second, at most.
        actor, reason: of who began it.
        started_at: RFC 3339.
        changed_at: of the last record about it, RFC 3339.
        newest_ms: when the newest of its failures was published, milliseconds since the epoch.
        selection: how they were chosen; None where `ids` are all of them.
        ids: of its failures; empty where there is a selection, or too many of them.
        state: as the audit has it; one that runs may have stopped without a word.
        said: why it is not running, in the words of who did so.
    """

    id: str
    connections: tuple[str, ...]
    failures: int
    rate_per_s: float
    actor: str
    reason: str
    started_at: str
    changed_at: str
    newest_ms: int = 0
    selection: Selection | None = None
    ids: tuple[str, ...] = ()
    state: State = "running"
    said: str = ""

    @property
    def home(self) -> str:
        """The connection on whose chain it is steered."""
        return self.connections[0]

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.state in {"cancelled", "done"}

    @property
    def is_known(self) -> bool:
        """Whether the record of its beginning says which failures are left to do."""
        return self.selection is not None or bool(self.ids)

    def left(self) -> Selection:
        """What selects its failures, of those that no mark of the run is about."""
        return self.selection or Selection(ids=frozenset(self.ids))

    def state_now(self, *, last_ms: int, now_ms: int, is_here: bool) -> State:
        """
        The state, where one that says nothing any more has stopped.

        Args:
            last_ms: of its last record or mark, milliseconds since the epoch.
            now_ms: the present time.
            is_here: it is carried on by this process.
        """
        is_silent = not is_here and now_ms - last_ms > SILENT_LIMIT_MS
        return "stopped" if self.state == "running" and is_silent else self.state

    def as_json(self, *, state: State, replayed: int) -> dict[str, Any]:
        """The run for programs, in its state as of now and after so many of its failures."""
        return {
            "run": self.id,
            "connections": list(self.connections),
            "state": state,
            "said": self.said,
            "replayed": replayed,
            "failures": self.failures,
            "rate_per_s": self.rate_per_s,
            "actor": self.actor,
            "reason": self.reason,
            "started_at": self.started_at,
            "changed_at": self.changed_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """What the record of a beginning says beside what `audited_replay.details` does."""

    id: str
    rate_per_s: float
    newest_ms: int
    selection: Selection | None = None
    ids: Sequence[str] = field(default=())

    def details(self, connections: Sequence[str]) -> dict[str, str]:
        """As texts by name."""
        found = {
            "run": self.id,
            "rate": f"{self.rate_per_s:g}",
            "newest_ms": str(self.newest_ms),
            "connections": " ".join(connections),
        }
        if self.selection is not None:
            return found | {"selection": self.selection.as_text()}
        return found | ({"ids": " ".join(self.ids)} if len(self.ids) <= KEPT_IDS else {})


def why_not(steering: Steering, run: Run, state: State) -> str:
    """Why a run cannot be steered so, without a full stop; empty where it can."""
    if state not in FITS[steering]:
        return f"The replay is {state}"
    if steering == "resume" and not run.is_known:
        return "Its record does not hold all its failures; the same command as at first does the rest"
    return ""


def is_stop(record: AuditRecord, run_id: str) -> bool:
    """Whether a record says that a run is to stop."""
    return record.act in {PAUSE, CANCEL} and record.details.get("run") == run_id


def of(records: Iterable[AuditRecord]) -> dict[str, Run]:
    """The runs by id, in the order in which they began; records of one connection are in their order."""
    found: dict[str, Run] = {}
    ordered = [each for each in records if each.details.get("run")]
    for record in ordered:
        if record.act == "replay":
            _begin(found, record)
    for record in ordered:
        run = found.get(record.details["run"])
        if run is not None and record.connection == run.home and record.act != "replay":
            found[run.id] = _after(run, record)
    return dict(sorted(found.items(), key=lambda each: each[1].started_at))


def _begin(found: dict[str, Run], record: AuditRecord) -> None:
    details, run_id = record.details, record.details["run"]
    if before := found.get(run_id):
        found[run_id] = replace(before, failures=before.failures + _whole(details.get("documents")))
        return
    found[run_id] = Run(
        id=run_id,
        connections=tuple(details.get("connections", record.connection).split()) or (record.connection,),
        failures=_whole(details.get("documents")),
        rate_per_s=_rate(details.get("rate"), 1.0),
        actor=record.actor,
        reason=record.reason,
        started_at=record.at,
        changed_at=record.at,
        newest_ms=_whole(details.get("newest_ms")),
        selection=Selection.of_text(details["selection"]) if "selection" in details else None,
        ids=tuple(details.get("ids", "").split()),
    )


def _after(run: Run, record: AuditRecord) -> Run:
    if run.is_over:
        return run
    said = f"{record.reason or 'no reason given'} ({record.actor})"
    changed = replace(run, changed_at=record.at, said=said)
    match record.act:
        case "pause_replay":
            return replace(changed, state="paused")
        case "cancel_replay":
            return replace(changed, state="cancelled")
        case "resume_replay":
            rate = _rate(record.details.get("rate"), run.rate_per_s)
            return replace(changed, state="running", said="", rate_per_s=rate)
        case "end_replay":
            is_done = record.details.get("outcome") == "done"
            return replace(changed, state="done" if is_done else "stopped", said=record.reason)
        case _:
            return run


def ms_of(at: str) -> int:
    """A time of a record in milliseconds since the epoch; 0 for what is none."""
    try:
        return round(datetime.fromisoformat(at).timestamp() * 1_000)
    except ValueError:
        return 0


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _rate(text: str | None, otherwise: float) -> float:
    try:
        rate = float(text or otherwise)
    except ValueError:
        return otherwise
    return rate if 0 < rate < float("inf") else otherwise

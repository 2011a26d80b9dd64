"""What every page of the console knows: tables, connections, clock, who is logged in."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jinja2 import Environment

from consumer.clock import Clock
from consumer.console import database
from consumer.console.audit_entry import KeepEntry
from consumer.console.follower import Progress
from consumer.console.job_board import JobBoard
from consumer.console.live import Changes
from consumer.console.login.login import Login
from consumer.console.mapping.parts import MappingParts
from consumer.console.rate import RateLimit
from consumer.console.session import Sessions
from consumer.failures.act_plan import ActKind
from consumer.failures.closed_periods import ClosedPeriods
from consumer.failures.run import Steering
from consumer.failures.selection import Selection
from consumer.ops.metrics import Metrics
from consumer.reconcile.sign_off import Month

ActName = ActKind
ACTS: Mapping[str, ActName] = {"replay": "replay", "synced": "synced", "ignore": "ignore", "reopen": "reopen"}
"""On failures, by their names in addresses."""
REPLAYS_PER_S = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """
    One connection as pages show it.

    Attributes:
        facts: names and values for the page of connections, without secrets.
        lago_url: Lago's pages of the organisation, as a browser opens them; empty where it is not configured.
        reads_lago: whether it has what it takes to read Lago's API.
    """

    code: str
    account_id: str
    environment: Literal["sandbox", "production"]
    facts: Sequence[tuple[str, str]] = ()
    lago_url: str = ""
    reads_lago: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    What a person asks for on a page.

    Attributes:
        error_ids: of the failures it is about.
        selection: how they were chosen, where by a cause or a filter.
        rate_per_s: of replayed events, at most.
        actor, reason: for the audit record.
    """

    name: ActName
    error_ids: Sequence[str]
    actor: str
    reason: str
    selection: Selection | None = None
    rate_per_s: float = REPLAYS_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceAct:
    """
    That a difference of the books may stay as it is, or may not any more.

    Attributes:
        key: of the difference, as the reconciliation lists it.
        undo: take an acceptance back.
    """

    connection: str
    key: str
    actor: str
    reason: str
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffAct:
    """That the books of a connection are right for a month."""

    connection: str
    month: Month
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAct:
    """That the workers of a connection start no calls, or start them again (`undo`)."""

    connection: str
    actor: str
    reason: str
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAct:
    """
    That a run of replays pauses, goes on or ends.

    Attributes:
        rate_per_s: at which it goes on; None for that which it had.
    """

    run_id: str
    steering: Steering
    actor: str
    reason: str
    rate_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkAct:
    """
    That somebody writes a note on failures, or that they are somebody's.

    Attributes:
        reason: the note, or why somebody is to see to them.
        assignee: whose they are; empty for nobody, and for a note.
    """

    name: Literal["note", "assign"]
    error_ids: Sequence[str]
    actor: str
    reason: str
    assignee: str = ""


AnyAct = Act | AcceptanceAct | SignOffAct | PauseAct | RunAct | RemarkAct


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOutcome:
    """
    What became of an act.

    Attributes:
        said: one sentence.
        is_done: whether all of it is done, or has begun.
        lines: what else is known.
        run_id: of the run of replays that it began or steered.
        is_under_way: it has begun, and goes on.
    """

    said: str
    is_done: bool
    lines: Sequence[str] = ()
    run_id: str = ""
    is_under_way: bool = False


DoAct = Callable[[AnyAct], Awaitable[ActOutcome]]
"""Does an act, with its audit record before it; raises LagoNetsuiteError when Kafka does not take it."""


def not_asked(_: str) -> ClosedPeriods:
    """The periods where NetSuite is not asked for them."""
    return ClosedPeriods(unknown="this console does not ask NetSuite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """
    The parts of the console.

    Attributes:
        file: of the tables.
        act: does what people ask for.
        keep: adds what is no act of `act` to the audit.
        act_rate: how often one person may act.
        metrics: of requests, acts and logins.
        closed_at: the closed periods of a connection's account, as far as they are known now.
        mapping: the file of the connections, drafts of it, and what they would do.
        runs_here: the ids of the runs of replays that this process carries out now.
        login: None where only this machine can reach the console, whose person may do everything.
        origin: where people reach the console, ``https://billing.example.com``; empty without a login.
        jobs: commands that run beside the pages.
    """

    file: Path
    clock: Clock
    badges: Sequence[Badge]
    progress: Progress
    changes: Changes
    sessions: Sessions
    templates: Environment
    act: DoAct
    keep: KeepEntry
    act_rate: RateLimit
    metrics: Metrics
    mapping: MappingParts
    login: Login | None = None
    origin: str = ""
    codes: Sequence[str] = field(default=())
    jobs: JobBoard = field(default_factory=JobBoard)
    closed_at: Callable[[str], ClosedPeriods] = not_asked
    runs_here: Callable[[], Collection[str]] = frozenset

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the console by TLS only."""
        return self.origin.startswith("https://")

    @contextmanager
    def tables(self) -> Iterator[sqlite3.Connection]:
        """One state of the tables, for reading."""
        with closing(database.reader(self.file)) as connection, database.snapshot(connection):
            yield connection

    @property
    def now_ms(self) -> int:
        """The time of the page, milliseconds since the epoch."""
        return round(self.clock.now().timestamp() * 1_000)

    @property
    def read_ms(self) -> int:
        """When Kafka was last read."""
        return self.now_ms - round((self.clock.monotonic_s() - self.progress.read_s) * 1_000)

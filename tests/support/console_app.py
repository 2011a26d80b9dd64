"""The console's application in this process, with tables of a test, and what it was asked to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from consumer.clock import Clock, FakeClock
from consumer.console import application, database, rendering
from consumer.console.audit_entry import AuditEntry
from consumer.console.context import ActOutcome, AnyAct, Badge, Context
from consumer.console.follower import Progress
from consumer.console.job import JobAct
from consumer.console.job_board import JobBoard, JobOutcome
from consumer.console.live import Changes
from consumer.console.login.login import Login
from consumer.console.login.registration import Registration
from consumer.console.mapping.configuration_file import ConfigurationFile
from consumer.console.mapping.event_runs import EventRuns, Latest
from consumer.console.mapping.parts import MappingParts
from consumer.console.person import Person
from consumer.console.projection import Projection
from consumer.console.rate import RateLimit
from consumer.console.session import COOKIE, Sessions
from consumer.errors import StartupError
from consumer.ops.metrics import Metrics
from tests.support import connection_files
from tests.support import topic_records as topics

ORIGIN = "http://127.0.0.1:8082"


def unasked_login(sessions: Sessions, clock: Clock) -> Login:
    """A login whose provider nobody asks for anything."""
    registration = Registration(issuer="http://127.0.0.1:9", client_id="console", origin=ORIGIN)
    return Login.at(registration, sessions.signed("login"), clock)


class Console:
    """The application of a test, and what it was asked to do."""

    def __init__(self, file: Path, *, login: Any = None, origin: str = "") -> None:
        self.connection = database.writer(file)
        self.projection = Projection(self.connection)
        self.clock = FakeClock()
        self.acts: list[AnyAct] = []
        self.metrics = Metrics(version="1")
        self.job_acts: list[JobAct] = []
        self.audited: list[AuditEntry] = []
        self.failing = ""
        self.configuration = file.with_name("connections.yaml")
        self.configuration.write_text(connection_files.yaml_text())
        self.events: list[bytes | None] = []
        self.sessions = Sessions(self.clock, life_s=3_600, idle_s=1_800 if login else None)
        self.context = Context(
            file=file,
            clock=self.clock,
            badges=[
                Badge(code="netsuite-eu", account_id="1234567_SB1", environment="sandbox", reads_lago=True)
            ],
            codes=["netsuite-eu"],
            jobs=JobBoard(do=self.do_job),
            progress=Progress(behind=0, read_s=self.clock.monotonic_s()),
            changes=Changes(),
            mapping=MappingParts(
                file=ConfigurationFile(self.configuration),
                runs=EventRuns(self.latest_events, self.clock, self.changed),
            ),
            sessions=self.sessions,
            templates=rendering.environment(),
            act=self.act,
            keep=self.audited.append,
            metrics=self.metrics,
            act_rate=RateLimit(self.clock, burst=60, per_minute=60),
            login=login(self.sessions, self.clock) if login else None,
            origin=origin,
        )
        self.app = application.create_app(self.context)
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url=origin or ORIGIN)

    async def act(self, act: AnyAct) -> ActOutcome:
        if self.failing:
            raise StartupError(self.failing)
        self.acts.append(act)
        return ActOutcome(said="1 document replayed", is_done=True)

    async def do_job(self, act: JobAct) -> JobOutcome:
        if self.failing:
            raise StartupError(self.failing)
        self.job_acts.append(act)
        return JobOutcome(said="It has begun", is_done=True, job="job-1")

    def changed(self) -> None:
        """Let open pages know that they would show something else."""
        self.context.changes.happened()

    @asynccontextmanager
    async def latest_events(self, count: int) -> AsyncIterator[Latest]:
        """The last of the events that the test has."""
        if self.failing:
            raise StartupError(self.failing)

        async def values() -> AsyncIterator[bytes | None]:
            for each in self.events[-count:]:
                yield each

        yield Latest(count=min(count, len(self.events)), values=values())

    def take(self, *records: Any) -> None:
        self.projection.apply(records)
        self.projection.refresh()

    def log_in(self, role: Any, name: str = "ada") -> str:
        """Become a person; gives the token of the session."""
        session, cookie = self.sessions.begin(Person(name=name, role=role))
        self.http.cookies.clear()
        self.http.cookies.set(COOKIE, cookie)
        return session.token


@cache
def _tables() -> bytes:
    """A file that knows one document of each kind."""
    with TemporaryDirectory() as folder:
        made = Console(Path(folder) / "console.sqlite")
        made.take(
            topics.failed(1),
            topics.written(2, offset=1),
            topics.parked(3),
            topics.acted(),
            topics.reconciled(customers=[], since=None, until=None),
        )
        made.connection.close()
        return (Path(folder) / "console.sqlite").read_bytes()


@contextmanager
def filled(file: Path, **settings: Any) -> Iterator[Console]:
    """A console that knows one document of each kind."""
    file.write_bytes(_tables())
    made = Console(file, **settings)
    try:
        yield made
    finally:
        made.connection.close()

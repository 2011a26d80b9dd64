"""The console on a port of this machine, with tables, clock, login and acts that a test holds in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from consumer.console import application
from consumer.console.context import AcceptanceAct, Act, ActOutcome, AnyAct, RunAct, SignOffAct
from consumer.console.job import Job, JobAct, StopJob
from consumer.console.job_board import JobBoard, JobOutcome
from consumer.console.live import Changes
from consumer.failures.run import STEERING, Begin
from consumer.ops import http as ops
from consumer.record import Record
from schemas.scalar import utc_text
from tests.browser import month
from tests.support import topic_records as topics
from tests.support.console_app import Console

HOST = "127.0.0.1"
RUN = "0123456789abcdef"
SLOW_PER_S = 10
"""A replay below this rate goes on until it is steered."""
LAGO_URL = "https://app.getlago.com/hooli"
FACTS = (
    ("Name", "NetSuite Europe"),
    (
        "RESTlet",
        "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=1",
    ),
    ("Login", "OAuth 2.0 with a certificate"),
    ("Calls at once", "5"),
    ("Start date", "2026-01-01"),
    ("Closed periods", "hold"),
)


class ConsoleServer(Console):
    """
    The application, served by the loop of the tests.

    Attributes:
        origin: where it listens, known once it is `served`.
    """

    def __init__(self, file: Path, *, port: int = 0, **settings: Any) -> None:
        super().__init__(file, **settings)
        self.clock.wall = month.NOW
        self.configuration.write_text(month.connections())
        self.events = month.events()
        self.origin = ""
        self._offset = 1_000
        self._port = port
        self._begun: Act | None = None
        self._serving: asyncio.Future[Any] | None = None
        badge = replace(self.context.badges[0], facts=FACTS, lago_url=LAGO_URL)
        jobs = JobBoard(do=self.do_job, changed=self._changed)
        self.context = replace(self.context, badges=[badge], jobs=jobs)

    def _changed(self) -> None:
        """Changes are others after each start."""
        self.context.changes.happened()

    def take(self, *records: Record) -> None:
        """Records of the topics, as the follower takes them; open pages learn of it."""
        super().take(*records)
        self.context.changes.happened()

    def start(self) -> None:
        """Listen, at the same port as before; a process that starts anew counts changes anew."""
        listener = ops.listen(HOST, self._port)
        self._port = listener.getsockname()[1]
        self.origin = f"http://{HOST}:{self._port}"
        self.context = replace(self.context, changes=Changes())
        config = uvicorn.Config(
            application.create_app(self.context),
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._serving = asyncio.gather(ops.serve_on(listener, config), self.context.mapping.runs.run())

    async def stop(self) -> None:
        """End all streams, and stop to listen."""
        self.context.changes.end()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

    def kafka_is_away(self) -> None:
        """What the follower says while the broker does not answer, twelve minutes later."""
        self.clock.advance(720)
        self.context.progress.error = "Kafka cannot be reached at localhost:9092."
        self.context.changes.happened()

    def kafka_is_back(self) -> None:
        """What the follower says once the broker answers again."""
        progress = self.context.progress
        progress.error, progress.read_s = "", self.clock.monotonic_s()
        self.context.changes.happened()

    async def act(self, act: AnyAct) -> ActOutcome:
        """Replayed documents are written at once; the others are closed; the books stay as they are."""
        self.acts.append(act)
        if isinstance(act, RunAct):
            return self._steer(act)
        if isinstance(act, Act) and act.rate_per_s < SLOW_PER_S:
            return self._begin(act)
        if not isinstance(act, Act):
            return self._on_books(act)
        self.take(*[each for error_id in act.error_ids for each in self._became(act, error_id)])
        count = len(act.error_ids)
        said = f"{count} document{'s' * (count != 1)} {'replayed' if act.name == 'replay' else 'closed'}"
        return ActOutcome(said=said, is_done=True)

    def _on_books(self, act: AcceptanceAct | SignOffAct) -> ActOutcome:
        """It is on the audit record."""
        self._offset += 1
        known = {
            "connection": act.connection,
            "actor": act.actor,
            "reason": act.reason,
            "at": month.text_ago(),
        }
        if isinstance(act, AcceptanceAct):
            details = {"difference": act.key, "digest": month.UNMAPPED_AMOUNT}
            self.take(topics.acted(offset=self._offset, act="accept", details=details, **known))
            return ActOutcome(said=f"{act.key}: accepted", is_done=True)
        details = {"month": str(act.month), "documents": "78", "differences": "0", "accepted": "1"}
        details["total_invoice_EUR"] = "Lago 31 over 42118.06, NetSuite 31 over 42118.06"
        self.take(topics.acted(offset=self._offset, act="sign_off", details=details, **known))
        return ActOutcome(said=f"Signed off by {act.actor}", is_done=True)

    async def do_job(self, act: JobAct) -> JobOutcome:
        """A job begins, and goes on as the test says."""
        self.job_acts.append(act)
        board = self.context.jobs
        if isinstance(act, StopJob):
            board.note(act.job, state="stopped", said="It was stopped before it was done", ended_by=act.actor)
            return JobOutcome(said="It ends", is_done=True, job=act.job)
        job = Job(
            id=f"job-{len(self.job_acts)}", connection=act.connection, command=act.command, actor=act.actor,
            reason=act.reason, options=act.options, plan=act.plan, started_at=month.text_ago(),
        )  # fmt: skip
        board.put(job)
        return JobOutcome(said="It has begun", is_done=True, job=job.id)

    def job(self, **changes: Any) -> None:
        """What the latest job says of itself."""
        board = self.context.jobs
        board.note(next(reversed(board.jobs)), latest_at=month.text_ago(), **changes)

    def _begin(self, act: Act) -> ActOutcome:
        """A slow replay: its first document is done, the others wait."""
        self._begun = act
        begin = Begin(id=RUN, rate_per_s=act.rate_per_s, newest_ms=10**15, ids=act.error_ids)
        details = {"documents": str(len(act.error_ids))} | begin.details(["netsuite-eu"])
        self._audit("replay", act.reason, details)
        self.take(*self._became(act, act.error_ids[0], RUN))
        count = len(act.error_ids)
        return ActOutcome(
            said=f"The replay of {count} documents has begun", is_done=True, run_id=RUN, is_under_way=True
        )

    def _steer(self, act: RunAct) -> ActOutcome:
        """A run that is resumed replays the rest at once."""
        self._audit(STEERING[act.steering], act.reason, {"run": RUN, "rate": str(act.rate_per_s or "")})
        if act.steering == "resume" and self._begun is not None:
            left = self._begun.error_ids[1:]
            self.take(*[each for error_id in left for each in self._became(self._begun, error_id, RUN)])
            self._audit("end_replay", "", {"run": RUN, "outcome": "done"})
        return ActOutcome(said=act.steering, is_done=True, run_id=RUN, is_under_way=True)

    def _audit(self, act: str, reason: str, details: dict[str, str]) -> None:
        self._offset += 1
        at = utc_text(self.context.clock.now())
        self.take(
            topics.acted(offset=self._offset, act=act, actor="ada", reason=reason, details=details, at=at)
        )

    def _became(self, act: Act, error_id: str, run: str = "") -> Iterable[Record]:
        number, now_ms = int(error_id.rpartition("-")[2]), self.context.now_ms
        self._offset += 1
        kind = {"replay": "replayed", "ignore": "ignored"}.get(act.name, act.name)
        place = self._offset if kind == "replayed" else None
        yield topics.marked(number, kind, offset=self._offset, at_ms=now_ms, replayed_to=place, run=run)
        if kind == "replayed":
            yield month.written(
                number, at_ms=now_ms, lago_id=f"inv-{number}", lago_number=f"HOO-{number}", total="50.00"
            )


@asynccontextmanager
async def served(
    folder: Path, records: Iterable[Record] = (), **settings: Any
) -> AsyncIterator[ConsoleServer]:
    """A console with these records on a free port."""
    console = ConsoleServer(folder / "console.sqlite", **settings)
    console.take(*records)
    async with serving(console):
        yield console


@asynccontextmanager
async def serving(console: ConsoleServer) -> AsyncIterator[None]:
    """A console that is made already, while it listens."""
    console.start()
    try:
        yield
    finally:
        await console.stop()
        await console.http.aclose()
        console.connection.close()

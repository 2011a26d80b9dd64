"""The console's jobs: commands that run beside the pages, followed, stopped, and kept on record."""

from __future__ import annotations

import asyncio
import json
import uuid
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from consumer import errors
from consumer.clock import Clock
from consumer.commands import audit_trail, job_process
from consumer.commands.job_process import Ended, Line, Sentence, Step
from consumer.console.job import EndState, Job, JobAct, StartJob, StopJob
from consumer.console.job_board import JobBoard, JobOutcome
from consumer.console.job_list import ENDED, STARTED
from consumer.errors import LagoNetsuiteError
from consumer.kafka.cluster import Cluster
from schemas.audit import Act
from schemas.scalar import utc_text

LIFE_LIMIT_S = 24 * 3_600.0
KILLED_AFTER_S = 30.0
"""A backfill ends after what it is sending."""
STOP_LIMIT_S = 8.0
"""Of all at the end of the console."""
AGAIN_AFTER_S = 5.0
RESULT_LIMIT_CHARS = 100_000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Child:
    """
    A command that runs.

    Attributes:
        stopped: who has asked it to end, and why; None while nobody has.
    """

    process: Process
    following: asyncio.Task[None] | None = None
    stopped: StopJob | None = None


@dataclass(slots=True)
class ConsoleJobs:
    """
    At most one job of a connection at a time; each has a record of its start before it, and one of its end.

    Attributes:
        board: what pages show of them.
        one_at_a_time: held while records of this process are written.
    """

    cluster: Cluster
    clock: Clock
    board: JobBoard
    one_at_a_time: asyncio.Lock
    _children: dict[str, _Child] = field(default_factory=dict)
    _tasks: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    async def run(self) -> None:
        """Follow the jobs until cancelled."""
        async with self._tasks:
            await asyncio.Event().wait()

    async def do(self, act: JobAct) -> JobOutcome:
        """
        Start or stop a job.

        Raises:
            StartupError: Kafka cannot be reached, or lacks the audit topic.
            ContractError: Kafka did not acknowledge the record of the start; nothing is started.
        """
        match act:
            case StartJob():
                return await self._start(act)
            case StopJob():
                return self._stop(act)

    async def close(self) -> None:
        """End all jobs, for `STOP_LIMIT_S` at most; each has a record that says so."""
        for job_id, child in self._children.items():
            job = self.board.jobs[job_id]
            self._end(child, StopJob(job=job_id, actor=job.actor, reason="the console has ended"))
        following = [each.following for each in self._children.values() if each.following is not None]
        if following:
            await asyncio.wait(following, timeout=STOP_LIMIT_S)
        for child in self._children.values():
            _kill(child.process)

    async def _start(self, act: StartJob) -> JobOutcome:
        other = self.board.under_way(act.connection)
        if other is not None:
            said = f"A {other.name} of {act.connection} is under way, and one runs at a time"
            return JobOutcome(said=said, is_done=False, job=other.id)
        job = _job(act, utc_text(self.clock.now()))
        self.board.put(job)
        try:
            await self._append(job, STARTED, _started(job), actor=act.actor, reason=act.reason)
        except LagoNetsuiteError:
            self.board.drop(job.id)
            raise
        try:
            process = await job_process.start(job)
        except OSError as error:
            said = f"It cannot be started: {error.strerror or error}"
            self._tasks.create_task(self._ended(job, "failed", said))
            return JobOutcome(said=said, is_done=False, job=job.id)
        child = self._children[job.id] = _Child(process=process)
        child.following = self._tasks.create_task(self._followed_to_its_end(job.id, child))
        log.info("console_job_started", job=job.id, command=job.command, connection=job.connection)
        return JobOutcome(said=f"The {job.name} of {job.connection} has begun", is_done=True, job=job.id)

    def _stop(self, act: StopJob) -> JobOutcome:
        job, child = self.board.jobs.get(act.job), self._children.get(act.job)
        if job is None or child is None or job.state != "under_way":
            return JobOutcome(said="It is not under way any more", is_done=False)
        self._end(child, act)
        asyncio.get_running_loop().call_later(KILLED_AFTER_S, _kill, child.process)
        said = "It ends after what it is doing"
        self.board.note(act.job, said=said)
        return JobOutcome(said=said, is_done=True, job=act.job)

    def _end(self, child: _Child, act: StopJob) -> None:
        child.stopped = child.stopped or act
        with suppress(ProcessLookupError):
            child.process.terminate()

    async def _followed_to_its_end(self, job_id: str, child: _Child) -> None:
        """Follow one job to its end, whatever happens to it; a defect ends no other."""
        try:
            content = await self._followed(job_id, child)
            job = self.board.jobs[job_id]
            state, said = job_process.end_of(
                job, child.process.returncode or 0, content, is_stopped=child.stopped is not None
            )
            await self._ended(job, state, said, content, child.stopped)
        except Exception as error:  # noqa: BLE001 - it must not end the pages
            name, frames = errors.name_of(error), errors.frames_of(error)
            log.error("console_job_defect", error=name, frames=frames)  # noqa: TRY400 - no payloads
            self.board.note(
                job_id, state="failed", said="This is a defect of the console: its log says where"
            )
        finally:
            _kill(child.process)
            self._children.pop(job_id, None)

    async def _followed(self, job_id: str, child: _Child) -> Mapping[str, Any] | None:
        """What came out; None where it has not come so far."""
        content: Mapping[str, Any] | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(LIFE_LIMIT_S):
                async for line in job_process.lines(child.process):
                    content = self._take_line(job_id, line) or content
                await child.process.wait()
                return content
        self.board.note(job_id, said=f"It has not ended within {LIFE_LIMIT_S / 3_600:.0f} hours")
        _kill(child.process)
        await child.process.wait()
        return content

    def _take_line(self, job_id: str, line: Line) -> Mapping[str, Any] | None:
        line_at = utc_text(self.clock.now())
        match line:
            case Step(step=step, done=done, total=total):
                self.board.note(job_id, step=step, done=done, total=total, latest_at=line_at)
            case Sentence(text=text):
                self.board.note(job_id, said=text, latest_at=line_at)
            case Ended(content=content):
                return content
        return None

    async def _ended(
        self,
        job: Job,
        state: EndState,
        said: str,
        content: Mapping[str, Any] | None = None,
        stopped: StopJob | None = None,
    ) -> None:
        """Show the end at once, and put it on record as soon as Kafka takes it."""
        ended_at = utc_text(self.clock.now())
        stopped = stopped if state == "stopped" else None
        by, reason = (stopped.actor, stopped.reason) if stopped else ("", "")
        job = self.board.note(
            job.id, state=state, said=said, ended_at=ended_at, ended_by=by, result=content or {}
        )
        log.info("console_job_ended", job=job.id, command=job.command, state=state)
        details = {"job": job.id, "state": state, "said": said, "stopped_by": by, "result": _result(content)}
        while True:
            try:
                return await self._append(job, ENDED, details, actor=by or job.actor, reason=reason)
            except LagoNetsuiteError as error:
                log.warning("console_job_waits", job=job.id, error=str(error))
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _append(
        self, job: Job, act: Act, details: Mapping[str, str], *, actor: str, reason: str
    ) -> None:
        async with self.one_at_a_time, audit_trail.opened(self.cluster, self.clock) as trail:
            await trail.append(job.connection, act, actor=actor, reason=reason, details=details)


def _job(act: StartJob, started_at: str) -> Job:
    return Job(
        id=str(uuid.uuid4()),
        connection=act.connection,
        command=act.command,
        actor=act.actor,
        reason=act.reason,
        started_at=started_at,
        options=act.options,
        plan=act.plan,
    )


def _started(job: Job) -> dict[str, str]:
    return {"job": job.id, "command": job.command, "plan": job.plan} | job.options.details


def _result(content: Mapping[str, Any] | None) -> str:
    """What came out, as a text of the record; what is too long for it is not kept."""
    text = json.dumps(content or {})
    return text if len(text) <= RESULT_LIMIT_CHARS else "{}"


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()

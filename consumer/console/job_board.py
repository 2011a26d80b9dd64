"""The jobs of this process: those under way, and the latest that have ended, before their record is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from consumer.console.job import Job, JobAct

KEPT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutcome:
    """What became of an act on jobs: a sentence, whether it was done, and the page of the job."""

    said: str
    is_done: bool
    job: str = ""


async def start_nothing(_: JobAct) -> JobOutcome:
    """What a console does that runs no commands."""
    return JobOutcome(said="This console starts no commands", is_done=False)


@dataclass(slots=True, kw_only=True)
class JobBoard:
    """
    What is known of the jobs of this process.

    Attributes:
        do: starts or stops one; raises LagoNetsuiteError when Kafka does not take its audit record.
        changed: called after one has changed.
        jobs: by id, the latest last.
    """

    do: Callable[[JobAct], Awaitable[JobOutcome]] = start_nothing
    changed: Callable[[], None] = lambda: None
    jobs: dict[str, Job] = field(default_factory=dict)

    def put(self, job: Job) -> None:
        """Show a job; of those that have ended the oldest are dropped."""
        self.jobs[job.id] = job
        ended = [each.id for each in self.jobs.values() if each.state != "under_way"]
        for each in ended[:-KEPT]:
            del self.jobs[each]
        self.changed()

    def note(self, job_id: str, **changes: Any) -> Job:
        """Change what is shown of a job."""
        job = replace(self.jobs[job_id], **changes)
        self.put(job)
        return job

    def drop(self, job_id: str) -> None:
        """Show a job no longer, which has not begun."""
        self.jobs.pop(job_id, None)
        self.changed()

    def under_way(self, connection: str) -> Job | None:
        """The job of a connection that is under way; there is one at most."""
        found = (
            each for each in self.jobs.values() if (each.connection, each.state) == (connection, "under_way")
        )
        return next(found, None)

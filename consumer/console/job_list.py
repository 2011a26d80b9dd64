"""Jobs as the acts on the audit record say them, and as this process knows them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from consumer.console.job import EndState, Job, JobCommand, JobOptions, result_of
from schemas.audit import Act

STARTED: Act = "job_started"
ENDED: Act = "job_ended"
PAGE = 50
LOST = "The console ended while it was under way, and what became of it is not on record"
_COMMANDS: Mapping[str, JobCommand] = {each: each for each in get_args(JobCommand)}
_ENDS: Mapping[str, EndState] = {each: each for each in get_args(EndState)}
_LATEST = """
SELECT * FROM acts WHERE act = 'job_started' ORDER BY at DESC, place DESC LIMIT ?
"""
_OF_ID = "SELECT * FROM acts WHERE act = ? AND json_extract(details, '$.job') = ? ORDER BY place LIMIT 1"


def latest(connection: sqlite3.Connection, live: Mapping[str, Job], *, limit: int = PAGE) -> Sequence[Job]:
    """The latest jobs, the last one first; `live` are those of this process."""
    rows = connection.execute(_LATEST, (limit,)).fetchall()
    known = {job.id: job for job in (_started(row) for row in rows) if job is not None}
    found = [_now(connection, job, live) for job in known.values()]
    found += [job for job in live.values() if job.id not in known]
    return sorted(found, key=lambda job: job.started_at, reverse=True)[:limit]


def of_id(connection: sqlite3.Connection, live: Mapping[str, Job], job_id: str) -> Job | None:
    """One job; None when nothing is known of it."""
    if job_id in live:
        return live[job_id]
    row = connection.execute(_OF_ID, (STARTED, job_id)).fetchone()
    started = None if row is None else _started(row)
    return None if started is None else _now(connection, started, live)


def under_way(jobs: Iterable[Job]) -> Sequence[Job]:
    """Those that have not ended."""
    return [job for job in jobs if job.state == "under_way"]


def _now(connection: sqlite3.Connection, job: Job, live: Mapping[str, Job]) -> Job:
    if job.id in live:
        return live[job.id]
    row = connection.execute(_OF_ID, (ENDED, job.id)).fetchone()
    if row is None:
        return replace(job, state="lost", said=LOST)
    details = json.loads(row["details"])
    return replace(
        job,
        state=_ENDS.get(details.get("state", ""), "failed"),
        said=details.get("said", ""),
        ended_at=row["at"],
        ended_by=details.get("stopped_by", ""),
        result=result_of(details.get("result", "")),
    )


def _started(row: sqlite3.Row) -> Job | None:
    details = json.loads(row["details"])
    command = _COMMANDS.get(details.get("command", ""))
    if command is None or not details.get("job"):
        return None
    return Job(
        id=details["job"],
        connection=row["connection"],
        command=command,
        actor=row["actor"],
        reason=row["reason"],
        started_at=row["at"],
        options=JobOptions.of(details),
        plan=details.get("plan", ""),
    )

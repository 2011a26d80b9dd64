"""A command of ours as a child process: its arguments, its lines, and how it ended."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from consumer.console.job import EndState, Job
from consumer.ops import plain_text

LINE_LIMIT_BYTES = 1024 * 1024
SENTENCE_LIMIT_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far it is; 0 for a total that is not known."""

    step: str
    done: int
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What came out."""

    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Any other line."""

    text: str


Line = Step | Ended | Sentence


def arguments(job: Job) -> list[str]:
    """The command of a job; values that people have typed stand behind ``=``, so that none is an option."""
    options, is_plan = job.options, job.command == "backfill_plan"
    found = ["backfill" if is_plan else job.command, "--progress", f"--connection={job.connection}"]
    found += [f"--actor={job.actor}"]
    found += [f"--since={options.since}"] if options.since else []
    found += [f"--until={options.until}"] if options.until else []
    found += [f"--customer={each}" for each in options.customers]
    if job.command != "reconcile":
        found += [f"--objects={','.join(options.objects)}"] if options.objects else []
    if job.command == "backfill":
        found += [f"--rate={options.rate}"] if options.rate else []
        found.append("--go")
    return found


async def start(job: Job) -> Process:
    """
    Start the command, in a session of its own: only its signals and its lines are of this process.

    Raises:
        OSError: the system starts no process.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "consumer", *arguments(job),
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, limit=LINE_LIMIT_BYTES, start_new_session=True,
    )  # fmt: skip


async def lines(process: Process) -> AsyncIterator[Line]:
    """Its lines until it ends; one without end is passed over."""
    while process.stderr is not None:
        try:
            line = await process.stderr.readline()
        except ValueError:
            continue
        if not line:
            return
        yield line_of(line)


def line_of(line: bytes) -> Line:
    """What a line says."""
    text = line.decode("utf-8", "replace").strip()
    with suppress(ValueError, RecursionError, TypeError, KeyError):
        found = dict(json.loads(text))
        if isinstance(found.get("ended"), dict):
            return Ended(content=found["ended"])
        return Step(step=str(found["step"]), done=int(found["done"]), total=int(found.get("total", 0)))
    return Sentence(text=plain_text.one_line(text)[:SENTENCE_LIMIT_CHARS])


def end_of(
    job: Job, status: int, content: Mapping[str, Any] | None, *, is_stopped: bool
) -> tuple[EndState, str]:
    """
    How a command ended, and a sentence about it.

    Args:
        job: whose latest sentence is `said`.
        status: of the process; negative for a signal.
        content: what it says came out; None where it has not come so far.
        is_stopped: whether somebody has asked it to end.
    """
    if content is not None:
        return _outcome(job, content)
    if is_stopped:
        return "stopped", "It was stopped before it was done"
    if status < 0:
        return "failed", _killed(status)
    return "failed", job.said or f"It ended with status {status} and has said nothing"


def _outcome(job: Job, content: Mapping[str, Any]) -> tuple[EndState, str]:
    match job.command:
        case "backfill_plan":
            count = sum(content["plan"]["counts"].values())
            return (
                "done",
                f"{count:,} event{'s' * (count != 1)} would be sent" if count else "Nothing to send",
            )
        case "backfill":
            sent = f"{content['sent']:,} of {content['total']:,} events sent"
            gone = f"; {content['gone']:,} documents are no longer in Lago" if content["gone"] else ""
            is_done = content["state"] == "done"
            return "done" if is_done else "stopped", f"{sent}{gone}"
        case "reconcile":
            documents = f"{sum(content['documents'].values()):,} documents"
            if content["outcome"] == "in_balance":
                return "done", f"In balance: {documents} agree"
            count = content["difference_count"]
            return "differs", f"Not in balance: {count:,} difference{'s' * (count != 1)} in {documents}"


def _killed(status: int) -> str:
    with suppress(ValueError):
        name = signal.Signals(-status).name
        why = ": is there too little memory?" if name == "SIGKILL" else ""
        return f"Something outside has ended it by {name}{why}"
    return f"Something outside has ended it by signal {-status}"

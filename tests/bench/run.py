"""Run one workload: stub, topics and workers; returns the evidence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import httpx

from consumer.sandbox.broker import stop
from tests.bench import call_log, events, worker
from tests.bench.call_log import Call
from tests.bench.contender import OURS, Contender
from tests.bench.events import Produced
from tests.bench.load import Load, loaded
from tests.bench.measure import Window
from tests.bench.peers import peer_environment
from tests.bench.run_phases import Course, Sample
from tests.bench.worker import Worker
from tests.bench.workloads import Workload

ASK_LIMIT_S = 5.0


@dataclass(slots=True, kw_only=True)
class Evidence:
    """
    The data of a run.

    Attributes:
        window: from the end of the warm-up to the end of feeding: there was always work in it.
        drained_at: when everything was committed; None when the run was not to go on until then, or did not.
        kills: moments at which a worker was killed.
        statuses: exit statuses of all processes, -9 of those that were killed.
    """

    workload: Workload
    calls: list[Call]
    produced: list[Produced]
    undecodable: set[tuple[int, int]]
    committed: dict[int, int]
    reported: set[tuple[int, int]]
    window: Window
    drained_at: float | None
    samples: list[Sample]
    kills: list[float]
    statuses: list[int]
    is_static: bool
    load_average: float

    @property
    def first_call(self) -> float:
        """When the account was first called."""
        return self.calls[0].t_in if self.calls else self.window.begin


async def run(
    workload: Workload,
    bootstrap_servers: str,
    folder: Path,
    *,
    latency: float = 1.0,
    contender: Contender = OURS,
) -> Evidence:
    """Run a workload; everything it leaves lies in `folder`, which is there."""
    workload = _poisoned(workload)
    prefix = f"bench-{uuid4().hex[:8]}."
    group = f"{prefix}worker.{worker.CODE}"
    journal_file = folder / "calls.jsonl"
    async with loaded(bootstrap_servers, prefix=prefix, group=group, partitions=workload.partitions) as load:
        # The stub writes its last lines when it ends, so the journal is read after that.
        with stub(workload, journal_file, latency) as origin:
            course, window, drained_at = await _go(
                workload, load, _workers(contender, workload, load, folder, origin), origin
            )
        events.write(load.produced, folder / "events.jsonl")
        return Evidence(
            workload=workload,
            calls=call_log.read(journal_file),
            produced=load.produced,
            undecodable=load.undecodable,
            committed=await load.committed(),
            reported=await load.reported(),
            window=window,
            drained_at=drained_at,
            samples=course.samples,
            kills=course.kills,
            statuses=[status for each in course.workers for status in each.statuses],
            is_static=course.workers[0].is_named,
            load_average=_load_average(),
        )


async def _go(
    workload: Workload, load: Load, workers: Sequence[Worker], origin: str
) -> tuple[Course, Window, float | None]:
    async with httpx.AsyncClient(trust_env=False, timeout=ASK_LIMIT_S) as http:
        course = Course(
            workload=workload,
            load=load,
            origin=origin,
            workers=workers,
            http=http,
            drafts=events.drafts(workload),
        )
        return course, *await course.go()


def _workers(
    contender: Contender, workload: Workload, load: Load, folder: Path, origin: str
) -> Sequence[Worker]:
    is_named = worker.can_have_host_names()
    environment = worker.environment(
        folder,
        bootstrap_servers=load.bootstrap_servers,
        topic_prefix=load.prefix,
        restlet_origin=origin,
        cap=workload.cap,
        is_static=is_named,
    )
    if not contender.has_probe:
        environment |= peer_environment.of(load, origin=origin, cap=workload.cap, folder=folder)
    names = [f"worker-{number}" for number in range(workload.workers)]
    return [
        Worker(
            name=name,
            environment=environment,
            log_file=folder / f"{name}.log",
            is_named=is_named,
            contender=contender,
        )
        for name in names
    ]


def _poisoned(workload: Workload) -> Workload:
    if not workload.poisoned_share:
        return workload
    heads = events.poison_heads(workload)
    poison_s = workload.feed_s * workload.poisoned_share
    return replace(workload, faults=replace(workload.faults, poison=heads, poison_s=poison_s))


@contextmanager
def stub(workload: Workload, journal_file: Path, latency: float) -> Iterator[str]:
    """A stub in a process of its own; gives its origin."""
    faults = json.dumps(workload.faults.as_json())
    options = ["--journal", str(journal_file), "--cap", str(workload.cap), "--latency"]
    options += [str(latency * workload.latency)]
    options += ["--share", str(workload.share)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stub", *options, "--faults", faults],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        with process.stdout as said:
            yield said.readline().decode().strip()
    finally:
        stop(process)


def _load_average() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])

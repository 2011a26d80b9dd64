"""One workload from start to end: stub, topics, workers, load, faults, and the evidence that is left."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from consumer.sandbox.broker import stop
from tests.bench import events, journal, worker
from tests.bench.events import SEED, Produced
from tests.bench.journal import Call
from tests.bench.load import Load, loaded
from tests.bench.measure import Window
from tests.bench.worker import Usage, Worker
from tests.bench.workloads import Workload

READY_LIMIT_S = 60.0
DRAIN_LIMIT_S = 600.0
ASK_LIMIT_S = 5.0
LOOK_EVERY_S = 0.5
FEED_EVERY_S = 0.25
WARM_UP_S = 10.0
RESTART_AFTER_S = 1.0
QUIET_BEFORE_END_S = 22.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What all workers had used at a moment."""

    at: float
    usage: Usage


@dataclass(slots=True, kw_only=True)
class Evidence:
    """
    Everything that is known about a run.

    Attributes:
        window: from the end of the warm-up to the end of feeding: there was always work in it.
        drained_at: when everything was committed; None when the run was not to go on until then, or did not.
        kills: moments at which a worker was killed.
        statuses: exit statuses of the workers that were asked to stop.
    """

    workload: Workload
    latency: float
    calls: list[Call]
    produced: list[Produced]
    undecodable: set[tuple[int, int]]
    committed: dict[int, int]
    reported: set[tuple[int, int]]
    window: Window
    first_call: float
    drained_at: float | None
    samples: list[Sample]
    kills: list[float]
    statuses: list[int]
    is_static: bool
    load_average: float


@dataclass(slots=True, kw_only=True)
class Run:
    """A run while it goes on."""

    workload: Workload
    load: Load
    origin: str
    workers: Sequence[Worker]
    http: httpx.AsyncClient
    drafts: Iterator[events.Draft]
    samples: list[Sample] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)

    async def state(self) -> dict[str, Any]:
        """How far the stub has come."""
        told: dict[str, Any] = (await self.http.get(f"{self.origin}/bench/state")).json()
        return told

    async def until_ready(self) -> None:
        """Wait for every worker to have its partitions."""
        async with asyncio.timeout(READY_LIMIT_S):
            for each in self.workers:
                while not await self._is_ready(each):  # noqa: ASYNC110 - no event comes from another process
                    await asyncio.sleep(0.05)

    async def _is_ready(self, one: Worker) -> bool:
        try:
            answer = await self.http.get(f"http://127.0.0.1:{one.ops_port}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == 200

    async def watch(self) -> None:
        """Sample the workers' use of the machine until cancelled."""
        while True:
            for each in self.workers:
                each.fail_if_over()
            usages = [each.usage() for each in self.workers]
            total = Usage(
                cpu_s=sum(each.cpu_s for each in usages),
                rss_mb=max(each.rss_mb for each in usages),
                peak_mb=max(each.peak_mb for each in usages),
            )
            self.samples.append(Sample(worker.moment(), total))
            await asyncio.sleep(LOOK_EVERY_S)

    async def feed(self, until: float) -> None:
        """Keep the backlog, or the rate, until a moment."""
        if self.workload.rate_per_s:
            await self._trickle(until)
            return
        while worker.moment() < until:
            settled = (await self.state())["settled"]
            missing = self.workload.ahead - (len(self.load.produced) - settled)
            if missing > 0:
                await self.load.produce(self.drafts, missing)
            await asyncio.sleep(FEED_EVERY_S)

    async def _trickle(self, until: float) -> None:
        # Exponential gaps, as independent customers make them; even ones would meet the poll loop in step.
        chance = random.Random(SEED)
        while worker.moment() < until:
            await asyncio.sleep(chance.expovariate(self.workload.rate_per_s))
            await self.load.produce(self.drafts, 1)

    async def strike(self, until: float) -> None:
        """Kill a worker every now and then, and start it again as an orchestrator would."""
        chance = random.Random(SEED)
        while worker.moment() + self.workload.kill_every_s + QUIET_BEFORE_END_S < until:
            await asyncio.sleep(self.workload.kill_every_s)
            victim = chance.choice(self.workers)
            self.kills.append(worker.moment())
            await asyncio.to_thread(victim.kill)
            await asyncio.sleep(RESTART_AFTER_S)
            victim.start()

    async def drained(self) -> float | None:
        """When everything was committed; None when that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_LIMIT_S):
                while not await self.load.is_done():  # noqa: ASYNC110 - nor from the broker
                    await asyncio.sleep(LOOK_EVERY_S)
                return worker.moment()
        return None


async def run(workload: Workload, bootstrap_servers: str, folder: Path, *, latency: float) -> Evidence:
    """Run a workload; everything it leaves lies in `folder`, which is there."""
    prefix = f"bench-{uuid4().hex[:8]}."
    workload = _poisoned(workload)
    is_static = worker.can_have_host_names()
    journal_file = folder / "calls.jsonl"
    group = f"{prefix}worker.{worker.CODE}"
    async with (
        httpx.AsyncClient(trust_env=False, timeout=ASK_LIMIT_S) as http,
        loaded(bootstrap_servers, prefix=prefix, group=group, partitions=workload.partitions) as load,
    ):
        with stub(workload, journal_file, latency) as origin:
            environment = worker.environment(
                folder,
                bootstrap_servers=bootstrap_servers,
                topic_prefix=prefix,
                restlet_origin=origin,
                cap=workload.cap,
                is_static=is_static,
            )
            workers = [
                Worker(
                    name=f"worker-{number}",
                    environment=environment,
                    log_file=folder / f"worker-{number}.log",
                    is_named=is_static,
                )
                for number in range(workload.workers)
            ]
            going = Run(
                workload=workload,
                load=load,
                origin=origin,
                workers=workers,
                http=http,
                drafts=events.drafts(workload),
            )
            window, drained_at = await _go(going)
        events.write(load.produced, folder / "events.jsonl")
        calls = journal.read(journal_file)
        return Evidence(
            workload=workload,
            latency=latency,
            calls=calls,
            produced=load.produced,
            undecodable=load.undecodable,
            committed=await load.committed(),
            reported=await load.reported(),
            window=window,
            first_call=calls[0].t_in if calls else window.begin,
            drained_at=drained_at,
            samples=going.samples,
            kills=going.kills,
            statuses=[status for each in workers for status in each.statuses if status != -9],
            is_static=is_static,
            load_average=_load_average(),
        )


async def _go(going: Run) -> tuple[Window, float | None]:
    await going.load.spoil(going.workload.undecodable)
    await going.load.produce(going.drafts, going.workload.ahead)
    for each in going.workers:
        each.log_file.write_bytes(b"")
        each.start()
    drained_at = None
    try:
        async with _meanwhile(going.watch()):
            await going.until_ready()
            begin = worker.moment() + WARM_UP_S
            end = begin + going.workload.feed_s
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(going.feed(end))
                if going.workload.kill_every_s:
                    tasks.create_task(going.strike(end))
            if going.workload.drain:
                drained_at = await going.drained()
    finally:
        async with asyncio.TaskGroup() as stops:
            for each in going.workers:
                stops.create_task(asyncio.to_thread(each.stop))
    return Window(begin, end), drained_at


@asynccontextmanager
async def _meanwhile(what: Any) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(what)
        yield
        task.cancel()


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
    options = ["--journal", str(journal_file), "--cap", str(workload.cap), "--latency", str(latency)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stub", *options, "--faults", faults],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        stop(process)


def _load_average() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])

"""The phases of a run: start of workers, events, faults, drain."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bench import worker
from tests.bench.events import SEED, Draft
from tests.bench.load import Load
from tests.bench.measure import Window
from tests.bench.worker import Usage, Worker
from tests.bench.workloads import Workload

READY_LIMIT_S = 60.0
DRAIN_LIMIT_S = 600.0
ASK_LIMIT_S = 5.0
LOOK_EVERY_S = 0.5
FEED_EVERY_S = 0.25
RESTART_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What all workers had used at a moment."""

    at: float
    usage: Usage


@dataclass(slots=True, kw_only=True)
class Course:
    """A run in progress; `origin` is the stub's."""

    workload: Workload
    load: Load
    origin: str
    workers: Sequence[Worker]
    http: httpx.AsyncClient
    drafts: Iterator[Draft]
    samples: list[Sample] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)

    async def go(self) -> tuple[Window, float | None]:
        """Run from the first event to the last worker's end; gives the window, and when all was committed."""
        await self.load.spoil(self.workload.undecodable)
        await self.load.produce(self.drafts, self.workload.ahead)
        try:
            async with _meanwhile(self.watch()):
                window = await self._work()
                return window, await self.drained() if self.workload.drain else None
        finally:
            await self._stop()

    async def _work(self) -> Window:
        for each in self.workers:
            each.start()
        await self.until_ready()
        begin = worker.moment() + self.workload.warm_up_s
        end = begin + self.workload.feed_s
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.feed(end))
            if self.workload.kill_every_s:
                tasks.create_task(self.strike(end))
        return Window(begin, end)

    async def _stop(self) -> None:
        async with asyncio.TaskGroup() as stops:
            for each in self.workers:
                stops.create_task(asyncio.to_thread(each.stop))

    async def state(self) -> dict[str, Any]:
        """The state of the stub."""
        told: dict[str, Any] = (await self.http.get(f"{self.origin}/bench/state")).json()
        return told

    async def until_ready(self) -> None:
        """Wait for every worker to have its partitions."""
        async with asyncio.timeout(READY_LIMIT_S):
            for each in self.workers:
                while not await self._is_ready(each):  # noqa: ASYNC110 - no event comes from another process
                    await asyncio.sleep(0.05)

    async def _is_ready(self, one: Worker) -> bool:
        if not one.contender.has_probe:
            return (await self.state())["first_call_s"] is not None
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
                kept_waiting_s=sum(each.kept_waiting_s for each in usages),
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
        """Kill a worker at intervals, and start it again as an orchestrator does."""
        chance = random.Random(SEED)
        while worker.moment() + self.workload.kill_every_s + self.workload.quiet_before_end_s < until:
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


@asynccontextmanager
async def _meanwhile(what: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(what)
        yield
        task.cancel()

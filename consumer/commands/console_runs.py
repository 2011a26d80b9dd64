"""Runs of replays that the console carries out beside its pages: begun, steered, and what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection

from consumer.clock import Clock
from consumer.commands import audit_trail, audited_replay, connection_pause, console_failures, replay_steering
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.audited_replay import By, Order, Way
from consumer.commands.live_run import LiveRun
from consumer.config.settings import Settings
from consumer.console import act_source, act_subject, replay_list
from consumer.console.act_source import ChosenFailure
from consumer.console.context import Act, ActOutcome, RunAct
from consumer.console.follower import Progress
from consumer.failures import run as runs
from consumer.failures.history import History
from consumer.failures.run import Run
from consumer.kafka.cluster import Cluster
from consumer.limits.pause import Pauses

QUICK_S = 2.0
"""A run that ends within this time is answered by what became of it."""
STOP_LIMIT_S = 5.0
NOTHING_OPEN = ActOutcome(said="Nothing was done: none of these is open any more", is_done=False)


@dataclass(slots=True, kw_only=True)
class ConsoleRuns:
    """
    Carries out runs side by side; each ends with a record, also when the process is stopped.

    Attributes:
        file: of the tables.
        one_at_a_time: held while audit records of this process are written.
        progress: how far the tables are.
        changed: called when a run has ended.
    """

    settings: Settings
    clock: Clock
    file: Path
    one_at_a_time: asyncio.Lock
    progress: Progress
    changed: Callable[[], None]
    _live: dict[str, LiveRun] = field(default_factory=dict)
    _marked: dict[str, set[str]] = field(default_factory=dict)
    _tasks: asyncio.TaskGroup = field(default_factory=asyncio.TaskGroup)

    def here(self) -> frozenset[str]:
        """The ids of the runs that are carried out now."""
        return frozenset(self._live)

    async def run(self) -> None:
        """Carry out what is begun, until cancelled."""
        async with self._tasks:
            await asyncio.Event().wait()

    async def begin(self, act: Act) -> ActOutcome:
        """
        Begin a run; where it is over at once, say what became of it.

        Raises:
            StartupError: Kafka cannot be reached, or lacks topics.
            ContractError: Kafka did not acknowledge; what is marked is done.
        """
        chosen = await console_failures.from_tables(
            self.file, lambda tables: act_source.chosen(tables, act.error_ids)
        )
        if not chosen:
            return NOTHING_OPEN
        by = By(actor=act.actor, reason=act.reason)
        order = Order(by=by, rate_per_s=act.rate_per_s, selection=act.selection)
        async with self.one_at_a_time, self._trail() as trail:
            live = await self._begun(trail, order, chosen)
        return await self._answer(live, _waits(trail, live))

    async def steer(self, act: RunAct) -> ActOutcome:
        """
        Pause, resume or cancel a run, wherever it is carried out.

        Raises:
            StartupError: Kafka cannot be reached, or lacks topics.
            ContractError: Kafka did not acknowledge the record.
        """
        async with self.one_at_a_time, self._trail() as trail:
            run = runs.of(trail.records).get(act.run_id)
            if run is None:
                return ActOutcome(said="There is no such replay", is_done=False)
            if why := await self._why_not(act, run):
                return ActOutcome(said=why, is_done=False, run_id=run.id)
            by = By(actor=act.actor, reason=act.reason)
            if act.steering != "resume":
                await replay_steering.append(trail, run, act.steering, by)
                self._stop(run.id)
                done = {"pause": "paused", "cancel": "cancelled"}[act.steering]
                return ActOutcome(
                    said=f"The replay is {done}: it stops after its present batch",
                    is_done=True,
                    run_id=run.id,
                    is_under_way=True,
                )
            order = Order(by=by, rate_per_s=act.rate_per_s or run.rate_per_s, carried_on=run)
            live = await self._begun(trail, order, await self._left(run))
        return await self._answer(live, _waits(trail, live))

    def _trail(self) -> AbstractAsyncContextManager[AuditTrail]:
        return audit_trail.opened(Cluster.of(self.settings), self.clock)

    def _stop(self, run_id: str) -> None:
        if live := self._live.get(run_id):
            live.stop()

    async def _why_not(self, act: RunAct, run: Run) -> str:
        view = await console_failures.from_tables(
            self.file,
            lambda tables: replay_list.of_id(tables, run.id, now_ms=self._now_ms(), here=self.here()),
        )
        last_ms = max(runs.ms_of(run.changed_at), view.last_ms if view else 0)
        state = run.state_now(last_ms=last_ms, now_ms=self._now_ms(), is_here=run.id in self._live)
        if why := runs.why_not(act.steering, run, state):
            return why
        if act.steering != "resume":
            return ""
        if (live := self._live.get(run.id)) and not await self._is_stopped(live):
            return "It is still stopping. Try again in a moment"
        # What was replayed last has to be known, or it would be replayed twice.
        return "" if self.progress.behind == 0 else "The topics are still being read. Try again in a moment"

    async def _is_stopped(self, live: LiveRun) -> bool:
        """A pause by somebody else may be on record before the run here has seen it."""
        live.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_LIMIT_S):
                await live.is_over.wait()
        return live.is_over.is_set()

    def _now_ms(self) -> int:
        return round(self.clock.now().timestamp() * 1_000)

    async def _left(self, run: Run) -> list[ChosenFailure]:
        def ask(tables: Connection) -> list[ChosenFailure]:
            left = replay_list.left(tables, run) - self._marked.get(run.id, set())
            wanted = [each for each in act_subject.ids(tables, run.left(), "replay") if each in left]
            return act_source.chosen(tables, wanted)

        return await console_failures.from_tables(self.file, ask)

    async def _begun(self, trail: AuditTrail, order: Order, chosen: Sequence[ChosenFailure]) -> LiveRun:
        home = await audited_replay.begin(trail, order, chosen)
        live = LiveRun(
            cluster=Cluster.of(self.settings),
            file=self.file,
            order=order,
            home=home,
            chosen=chosen,
            stops=sum(runs.is_stop(each, order.run_id) for each in trail.records),
            way=Way(history=History(), clock=self.clock, stop=asyncio.Event()),
        )
        self._live[order.run_id] = live
        self._tasks.create_task(self._carry_out(live))
        return live

    async def _carry_out(self, live: LiveRun) -> None:
        try:
            await live.carry_out()
        finally:
            if self._live.get(live.order.run_id) is live:
                del self._live[live.order.run_id]
            self._marked.setdefault(live.order.run_id, set()).update(live.done.replayed)
            self.changed()

    async def _answer(self, live: LiveRun, lines: Sequence[str]) -> ActOutcome:
        """What became of a run that is over at once, else that it has begun."""
        run_id, count = live.order.run_id, len(live.chosen)
        with suppress(TimeoutError):
            async with asyncio.timeout(QUICK_S):
                await live.is_over.wait()
        if live.failed:
            raise live.failed
        if not live.is_over.is_set():
            return ActOutcome(
                said=f"The replay of {_documents(count)} has begun",
                is_done=True,
                run_id=run_id,
                is_under_way=True,
                lines=lines,
            )
        if missing := len(live.done.missing):
            said = f"{missing} of {count} events are on no topic any more"
            return ActOutcome(said=said, is_done=False, run_id=run_id, lines=lines)
        said = f"{_documents(len(live.done.replayed))} replayed"
        return ActOutcome(said=said, is_done=True, run_id=run_id, lines=lines)


def _waits(trail: AuditTrail, live: LiveRun) -> Sequence[str]:
    """What is said of connections that are paused."""
    return connection_pause.waits(Pauses.of_acts(trail.records), [each.connection for each in live.chosen])


def _documents(count: int) -> str:
    return f"{count} document{'s' * (count != 1)}"

"""The phases of the demo: play the month, fix and replay one cause, backfill what is lost, compare books."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from consumer.clock import SystemClock
from consumer.commands.console_output import ConsoleOutput
from consumer.config.settings import PREFIX, env_name
from consumer.demo import (
    fix_and_replay,
    lago_links,
    lost_webhooks,
    month,
    playback,
    processes_under_test,
    reconciliation,
    run_end,
    stay,
    tables,
)
from consumer.demo.fix_and_replay import Replay, Restart
from consumer.demo.kafka import kafka
from consumer.demo.lago import Lago
from consumer.demo.month import Month
from consumer.demo.phases import phase
from consumer.demo.process import running
from consumer.demo.processes_under_test import Processes
from consumer.demo.run_end import Ended
from consumer.demo.run_report import Figures
from consumer.demo.sandbox_process import Begun
from consumer.demo.topic_watch import TopicRecords, watching
from consumer.demo.webhook_inbox import PATH, SECRET_PREFIX, Inbox
from consumer.ops import logging, plain_text
from consumer.sandbox.lago.http import API_KEY

SUCCESS, FAILURE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """
    One run of the demo.

    Attributes:
        begun: the sandbox, and the folder for logs, books and the connections file.
        kafka: bootstrap servers of an existing broker; None starts the embedded one.
        lago: bills the month, signs its webhooks, and answers the worker and `relay`.
        inbox: receives the relay's webhooks.
    """

    begun: Begun
    out: ConsoleOutput
    lago: Lago
    kafka: str | None = None
    inbox: Inbox = field(default_factory=lambda: Inbox(secret=_new_secret(), clock=SystemClock(), stumbles=1))

    @property
    def folder(self) -> Path:
        """Of this run."""
        return self.begun.folder

    async def run(self, then: Callable[[Processes, Figures], Awaitable[None]]) -> Figures:
        """
        Run all phases and show their progress.

        Args:
            then: what is done at the end, while all processes still run.

        Raises:
            StartupError: a process does not become ready.
        """
        started_s = time.monotonic()
        async with AsyncExitStack() as stack:
            with phase(self.out, 1, "Broker, NetSuite sandbox, ingest, worker and relay start") as current:
                await stack.enter_async_context(running(beside=[self.begun.sandbox]))
                place = await stack.enter_async_context(kafka(self.folder, self.kafka, self.out))
                origin = await stack.enter_async_context(playback.served(self.inbox, self.lago))
                facts = self._facts(origin)
                ready = await stack.enter_async_context(
                    processes_under_test.set_up(place, self.begun.sandbox, self.folder, facts)
                )
                current.note = f"on {place.name}"
            seen = await stack.enter_async_context(watching(ready))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            with phase(self.out, 2, "A month of signed webhooks, through ingest, into NetSuite") as current:
                played = await month.play(ready, self.lago, seen, current)
                # The worker has done its part, while relay has a webhook to repeat.
                restarting = tasks.create_task(fix_and_replay.restart(ready))
                await month.until_posted(played, seen, self.inbox)
            tables.month(self.out, played.played, seen.endings, self.inbox, played.callers)
            mended, replayed = await self._fixed(ready, seen, played, restarting)
            ended = await self._ended(mended, seen, played, replayed)
            found = await run_end.figures_of(ready, self.lago, self.inbox, seen, ended)
            found = replace(found, seconds=round(time.monotonic() - started_s, 1))
            tables.end(self.out, found, replayed)
            reconciliation.show(self.out, ended.reconciliations)
            await then(mended, found)
        return found

    async def _fixed(
        self, ready: Processes, seen: TopicRecords, played: Month, restarting: asyncio.Task[Restart]
    ) -> tuple[Processes, Replay]:
        with phase(self.out, 3, "The metric is mapped in a copy of the connections file") as current:
            restart = await restarting
            fixed, current.seconds = restart.fixed, restart.seconds
            seen.endings.unsettled |= await playback.unsettled(ready, played.played)
            current.note = f"{fixed.file.name}:{fixed.line}  + {fixed.text}; the worker has started again"
        mended = replace(ready, variables={**ready.variables, env_name("connections_file"): str(fixed.file)})
        with phase(self.out, 4, "What failed for want of it is replayed", is_quiet=True) as current:
            replayed = await fix_and_replay.replay(mended, seen, played.played, self.out)
            current.note = (
                f"{len(replayed.events)} event put back, {', '.join(replayed.outcome(seen.endings))}"
            )
        return mended, replayed

    async def _ended(self, ready: Processes, seen: TopicRecords, played: Month, replayed: Replay) -> Ended:
        with phase(self.out, 5, "What Lago's webhooks lost is read from its API", is_quiet=True) as current:
            backfilled = await lost_webhooks.backfill(
                ready, seen, played.sent, self.out, replayed=len(replayed.events)
            )
            current.note = (
                f"{len(backfilled.events)} events, {lost_webhooks.outcome(backfilled, seen.endings)}"
            )
        steps = fix_and_replay.final(played.steps)
        with phase(self.out, 6, "Lago's documents get their links, and the books are compared") as current:
            async with asyncio.TaskGroup() as tasks:
                compared = tasks.create_task(reconciliation.reconciliations(ready, self.folder / "reconcile"))
                later = [*replayed.events, *backfilled.events]
                uncommitted = tasks.create_task(playback.unsettled(ready, later))
                await lago_links.until_linked(self.lago, steps)
                echo = await lago_links.until_back(ready, self.lago, seen)
            current.note = (
                f"{len(echo.posted)} customers come back linked, {echo.more_than_once} of them twice"
            )
        seen.endings.unsettled |= uncommitted.result()
        return Ended(
            month=played, replay=replayed, backfill=backfilled, echo=echo, reconciliations=compared.result()
        )

    def _facts(self, origin: str) -> dict[str, str]:
        """The values of the connections template about Lago and the inbox."""
        key_file = self.folder / "lago.pem"
        key_file.write_text(self.lago.public_pem)
        return {
            "organization_id": self.lago.month.organization.lago_id,
            "lago_url": origin,
            "lago_api_key": API_KEY,
            "hmac_key": self.lago.hmac_key,
            "public_key_file": str(key_file),
            "issuer": self.lago.issuer,
            "webhook_url": origin + PATH,
            "webhook_secret": self.inbox.secret,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        seed: another seed gives the same month with other amounts.
        report_file: where the figures are written.
        as_json: write the figures to standard output, and the tables to standard error.
        kafka_address: bootstrap servers of an existing broker; None starts the embedded one.
        stays: all processes go on afterwards, until SIGINT or SIGTERM.
        console_port: of the console, which is served then; None for none.
    """

    seed: int
    report_file: Path
    as_json: bool = False
    kafka_address: str | None = None
    stays: bool = False
    console_port: int | None = None


def run(wish: Wish, begun: Begun) -> int:
    """
    Run the demo; returns the exit code: 0 only when every event has its expected outcome.

    Its folder is removed then, and stays with the logs otherwise.

    Raises:
        StartupError: a process does not become ready.
    """
    logging.configure(level="error", form="console")
    _forget_other_deployments(keeps_login=wish.kafka_address is not None)
    out = tables.console(is_aside=wish.as_json)
    demo = Demo(lago=Lago.installed(wish.seed), begun=begun, out=out, kafka=wish.kafka_address)
    try:
        found = asyncio.run(_until_stopped(demo, wish))
    except asyncio.CancelledError:
        out.print("Stopped before the end.")
        shutil.rmtree(begun.folder)
        return FAILURE
    except Exception:
        _name_logs(out, begun.folder)
        raise
    if found.problems:
        _name_logs(out, begun.folder)
        return FAILURE
    shutil.rmtree(begun.folder)
    return SUCCESS


def _name_logs(out: ConsoleOutput, folder: Path) -> None:
    out.print(f"The logs of all processes are in {folder}")


def _forget_other_deployments(*, keeps_login: bool) -> None:
    # Settings of a real deployment must not reach the demo. With a broker of the user's, the TLS and SASL
    # settings stay; the address does not.
    kafka, address = PREFIX + "KAFKA_", env_name("kafka_bootstrap_servers")
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        if not (keeps_login and name.startswith(kafka) and not name.startswith(address)):
            del os.environ[name]


async def _until_stopped(demo: Demo, wish: Wish) -> Figures:
    # SIGTERM and SIGINT cancel the task, so that the exit stacks stop all child processes.
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        loop.add_signal_handler(signal.SIGINT, task.cancel)

    async def then(processes: Processes, found: Figures) -> None:
        found.write(wish.report_file)
        if wish.as_json:
            print(plain_text.harmless_json(found.as_json()), flush=True)
        if wish.stays:
            await stay.stay(processes, demo.folder, demo.out, port=wish.console_port)

    return await demo.run(then)


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()

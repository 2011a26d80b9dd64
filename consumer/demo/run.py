"""The phases of the demo: start the processes, play the month, fix and replay one cause, compare books."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import signal
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from consumer.clock import SystemClock
from consumer.commands.console_output import ConsoleOutput
from consumer.config.settings import PREFIX, env_name
from consumer.demo import fix_and_replay, playback, processes_under_test, scenario, tables, webhook_counts
from consumer.demo.audit import audit
from consumer.demo.bad_requests import Caller, callers
from consumer.demo.balance import compare
from consumer.demo.customers import CONNECTION
from consumer.demo.delivery import Answer, Delivery, Sent, until_arrived
from consumer.demo.fix_and_replay import Replay
from consumer.demo.kafka import kafka
from consumer.demo.lago_month import LagoMonth
from consumer.demo.lago_signatures import Lago
from consumer.demo.outcomes import Played
from consumer.demo.phases import phase
from consumer.demo.processes_under_test import Processes
from consumer.demo.run_report import Figures, figures
from consumer.demo.topic_watch import TopicRecords, watching
from consumer.demo.webhook_inbox import PATH, SECRET_PREFIX, Inbox
from consumer.ops import logging, plain_text

SUCCESS, FAILURE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """
    The sent events, the responses of `ingest`, and the worker's counts.

    Attributes:
        callers: the bad requests with their responses.
        settled: the worker's counts by outcome.
    """

    sent: list[Sent]
    callers: list[tuple[Caller, Answer]]
    played: list[Played]
    settled: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """
    One run of the demo.

    Attributes:
        month: the organisation in which the scenario happens.
        folder: for logs, books and the connections file.
        kafka: bootstrap servers of an existing broker; None starts the embedded one.
        lago: signs the webhooks.
        inbox: receives the relay's webhooks.
    """

    month: LagoMonth
    folder: Path
    out: ConsoleOutput
    kafka: str | None = None
    lago: Lago = field(default_factory=Lago.installed)
    inbox: Inbox = field(default_factory=lambda: Inbox(secret=_new_secret(), clock=SystemClock(), stumbles=1))

    async def run(self) -> Figures:
        """
        Run all phases and show their progress.

        Raises:
            StartupError: a process does not become ready.
        """
        started_s = time.monotonic()
        async with AsyncExitStack() as stack:
            with phase(self.out, 1, "Broker, NetSuite sandbox, ingest, worker and relay start") as current:
                place = await stack.enter_async_context(kafka(self.folder, self.kafka, self.out))
                origin = await stack.enter_async_context(playback.served(self.inbox))
                facts = self._facts(origin + PATH)
                ready = await stack.enter_async_context(
                    processes_under_test.set_up(place, self.folder, facts)
                )
                current.note = f"on {place.name}"
            seen = await stack.enter_async_context(watching(ready))
            month = await self._month(ready, seen)
            tables.month(self.out, month.played, seen.endings, self.inbox, month.callers)
            replayed = await self._fixed(ready, seen, month)
            found = await self._figures(ready, seen, month, replayed)
        found = replace(found, seconds=round(time.monotonic() - started_s, 1))
        tables.end(self.out, found, replayed)
        return found

    async def _month(self, ready: Processes, seen: TopicRecords) -> Month:
        planned = scenario.steps(self.month.seed)
        await playback.warm_up(ready)
        await playback.lose_one_answer(ready, planned)
        delivery, total = Delivery(processes=ready, lago=self.lago, seen=seen), len(planned)
        with phase(self.out, 2, "A month of signed webhooks, through ingest, into NetSuite") as current:
            events = scenario.events(self.month)
            sent = await delivery.send(events, lambda: current.at(seen.endings.published, total))
            bad_requests_sent = [
                (caller, await delivery.send_bad_requests(caller)) for caller in callers(planned)
            ]
            played = await until_arrived(sent, seen)
            unsettled = await playback.until_settled(
                ready, played, lambda: current.at(seen.endings.published, total)
            )
            seen.endings.unsettled |= unsettled
            settled = await playback.settled(ready)
            published = sum(count for outcome, count in settled.items() if outcome != "ignored")
            await playback.until_published(seen.endings, self.inbox, published=published)
            current.note = f"{len(played)} events"
        return Month(sent=sent, callers=bad_requests_sent, played=played, settled=settled)

    async def _fixed(self, ready: Processes, seen: TopicRecords, month: Month) -> Replay:
        with phase(self.out, 3, "The metric is mapped in a copy of the connections file") as current:
            fixed = await fix_and_replay.restart(ready)
            current.note = f"{fixed.file.name}:{fixed.line}  + {fixed.text}; the worker has started again"
        with phase(self.out, 4, "What failed for want of it is replayed", is_quiet=True) as current:
            replayed = await fix_and_replay.replay(ready, seen, month.played, self.out)
            current.note = (
                f"{len(replayed.events)} event put back, {', '.join(replayed.outcome(seen.endings))}"
            )
        return replayed

    async def _figures(self, ready: Processes, seen: TopicRecords, month: Month, replayed: Replay) -> Figures:
        steps = fix_and_replay.final([each.step for each in month.sent])
        open_ids = {step.lago_id for step in steps if step.ending == "rejected"}
        books, balances = await playback.books(ready), await playback.balances(ready)
        endings, inbox = seen.endings, self.inbox
        found = figures(
            month.played,
            endings,
            audit(steps, books),
            balances=compare(self.month.organization, open_ids, balances),
            settled=month.settled,
            webhooks=list(inbox.failures),
            broker=ready.kafka.name,
            pipelines=len(ready.groups),
        )
        at_the_edges = webhook_counts.problems(
            month.sent, month.callers, inbox, endings=endings, connection=CONNECTION
        )
        return replace(
            found,
            documents={each: len(records) for each, records in books.items()},
            ingest=webhook_counts.ingest(month.sent, month.callers),
            relay=webhook_counts.relay(inbox),
            replay=fix_and_replay.figures(replayed, endings),
            problems=[*found.problems, *at_the_edges, *fix_and_replay.problems(replayed, endings)],
        )

    def _facts(self, webhook_url: str) -> dict[str, str]:
        """The values of the connections template about Lago and the inbox."""
        key_file = self.folder / "lago.pem"
        key_file.write_text(self.lago.public_pem)
        return {
            "organization_id": self.month.organization.lago_id,
            "hmac_key": self.lago.hmac_key,
            "public_key_file": str(key_file),
            "issuer": self.lago.issuer,
            "webhook_url": webhook_url,
            "webhook_secret": self.inbox.secret,
        }


def run(*, seed: int, report_file: Path, as_json: bool = False, kafka_address: str | None = None) -> int:
    """
    Run the demo; returns the exit code: 0 only when every event has its expected outcome.

    Args:
        seed: another seed gives the same month with other amounts.
        report_file: where the figures are written.
        as_json: write the figures to standard output, and the tables to standard error.
        kafka_address: bootstrap servers of an existing broker; None starts the embedded one.

    Raises:
        StartupError: a process does not become ready.
    """
    logging.configure(level="error", form="console")
    _forget_other_deployments(keeps_login=kafka_address is not None)
    folder = Path(tempfile.mkdtemp(prefix="lago-netsuite-demo-"))
    out = tables.console(is_aside=as_json)
    demo = Demo(month=LagoMonth(seed=seed), folder=folder, out=out, kafka=kafka_address)
    try:
        found = asyncio.run(_until_stopped(demo))
    except asyncio.CancelledError:
        out.print("Stopped before the end.")
        shutil.rmtree(folder)
        return FAILURE
    except Exception:
        _name_logs(out, folder)
        raise
    found.write(report_file)
    if as_json:
        print(plain_text.harmless_json(found.as_json()))
    if found.problems:
        _name_logs(out, folder)
        return FAILURE
    shutil.rmtree(folder)
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


async def _until_stopped(demo: Demo) -> Figures:
    # SIGTERM and SIGINT cancel the task, so that the exit stacks stop all child processes.
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    return await demo.run()


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()

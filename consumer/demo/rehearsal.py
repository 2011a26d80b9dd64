"""Play the demo's month against a deployment that already runs, such as `deploy/compose.yaml`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from joserfc.jwk import RSAKey

from consumer.clock import SystemClock
from consumer.config.settings import Settings
from consumer.demo import fixtures, lost_webhooks, playback, scenario
from consumer.demo.bad_requests import TAKEN
from consumer.demo.customers import CONNECTION
from consumer.demo.delivery import Delivery, Sent, until_arrived
from consumer.demo.lago import Lago
from consumer.demo.lago_links import Echo
from consumer.demo.lago_month import LagoMonth
from consumer.demo.processes_under_test import Ground
from consumer.demo.topic_watch import TopicRecords, until, watching
from consumer.demo.webhook_inbox import Inbox
from consumer.ops import http

END_LIMIT_S = 90.0


def main(folder: Path, ground: Ground, *, seed: int, events_per_s: float, inbox_port: int) -> None:
    """Call `run`, and cancel it on SIGTERM or SIGINT."""
    playing = run(folder, ground, seed=seed, events_per_s=events_per_s, inbox_port=inbox_port)
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped(playing))


async def _until_stopped(playing: Coroutine[None, None, None]) -> None:
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    await playing


async def run(folder: Path, ground: Ground, *, seed: int, events_per_s: float, inbox_port: int) -> None:
    """
    Post the month, print a summary, and receive webhooks until cancelled.

    Raises:
        StartupError: Kafka cannot be reached, the sandbox refuses the fault, or the port is in use.
    """
    lago = Lago(
        month=LagoMonth(seed=seed),
        hmac_key=(folder / fixtures.HMAC_KEY).read_text(),
        private_key=RSAKey.import_key((folder / fixtures.LAGO_KEY).read_text()),
    )
    lago.post_webhooks_to(Echo(door=ground.door))
    inbox = Inbox(secret=(folder / fixtures.WEBHOOK_SECRET).read_text(), clock=SystemClock(), stumbles=1)
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(http.serve(playback.app(inbox, lago), ground.settings.ops_host, inbox_port))
        seen = await stack.enter_async_context(watching(ground))
        await playback.lose_one_answer(ground, scenario.steps(seed))
        delivery = Delivery(processes=ground, lago=lago, seen=seen, events_per_s=events_per_s)
        sent = await delivery.send(scenario.events(lago.month), _nothing)
        await until_arrived(sent, seen)
        expected = sum(each.step.ending != "ignored" and each.step.way != "lost" for each in sent)
        await until(lambda: seen.endings.published >= expected, limit_s=END_LIMIT_S)
        print(_summary(sent, seen, inbox), flush=True)


def ground(*, ingest: str, sandbox: str, worker: str) -> Ground:
    """The addresses of the deployment, with Kafka's settings from the environment."""
    door = f"{ingest}/lago/{CONNECTION}"
    return Ground(settings=Settings.load(), sandbox=sandbox, door=door, ops=worker)


def _summary(sent: list[Sent], seen: TopicRecords, inbox: Inbox) -> str:
    brought = [each for each in sent if each.answer or each.place]
    taken = sum(each.answer is None or each.answer.status == TAKEN for each in brought)
    lost = sum(each.step.way == "lost" for each in sent)
    return (
        f"{len(brought)} events sent, {taken} taken: {len(seen.endings.results)} of them led to results, "
        f"{len(seen.endings.errors)} to errors; {len(inbox.verified)} webhooks came and were verified\n"
        f"{lost} webhooks were lost on purpose: lago-netsuite {' '.join(lost_webhooks.COMMAND)}"
    )


def _nothing() -> None:
    """Show no progress; Grafana shows it."""

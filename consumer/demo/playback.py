"""Prepare the sandbox for the scenario, and wait until every event is settled and its outcome published."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from consumer.clock import SystemClock
from consumer.config import connections_file
from consumer.demo import http as demo_http
from consumer.demo.audit import RECORD_TYPES
from consumer.demo.customers import CONNECTION
from consumer.demo.delivery import Look
from consumer.demo.lago import Lago
from consumer.demo.outcomes import Endings, Place, Played
from consumer.demo.processes_under_test import Ground, Processes
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.topic_watch import until
from consumer.demo.webhook_inbox import Inbox
from consumer.errors import StartupError
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_tail import committed_now
from consumer.netsuite.client import Client
from consumer.ops import http
from consumer.ops.metrics.reading import settled_in

SETTLE_LIMIT_S = 60.0
PUBLISHED_LIMIT_S = 30.0
LOOK_EVERY_S = 0.05


async def lose_one_answer(processes: Ground, steps: Sequence[ScenarioEvent]) -> None:
    """
    Inject the planted fault: the sandbox commits the record and resets the connection before it responds.

    Raises:
        StartupError: the sandbox refuses the fault.
    """
    for step in (step for step in steps if step.plant == "lost_answer"):
        fault = {"kind": "reset_after_commit", "times": 1, "match": step.number}
        headers = {"content-type": "application/json"}
        status, text = await demo_http.post(
            f"{processes.sandbox}/sandbox/faults", json.dumps(fault).encode(), headers
        )
        if status != 201:
            raise StartupError(f"the sandbox refuses to plant a fault with status {status}: {text}")


async def warm_up(processes: Processes) -> None:
    """Make as many concurrent calls as each connection permits: the sandbox starts all its script threads."""
    clock = SystemClock()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for connection in connections_file.load(processes.settings.connections_file):
            client = await stack.enter_async_context(Client(connection, clock=clock))
            for _ in range(connection.concurrency):
                tasks.create_task(client.ping())


def app(inbox: Inbox, lago: Lago) -> Starlette:
    """The inbox and Lago's API as one application."""
    return Starlette(routes=[*inbox.app().routes, *lago.server.app().routes])


@asynccontextmanager
async def served(inbox: Inbox, lago: Lago) -> AsyncIterator[str]:
    """Serve the inbox and Lago's API on this machine while the block runs; yields their origin."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(http.serve(app(inbox, lago), "127.0.0.1", 0, bound=port.set_result))
        try:
            yield f"http://127.0.0.1:{await port}"
        finally:
            serving.cancel()


async def until_ended(
    processes: Processes,
    endings: Endings,
    played: Sequence[Played],
    look: Look = lambda: None,
    *,
    others: int = 0,
) -> dict[str, int]:
    """
    Wait until the worker has settled the events and all have outcomes, `SETTLE_LIMIT_S` at most.

    Args:
        processes: every pipeline of the worker settles every event.
        endings: the outcomes that are read from the topics.
        played: the events.
        look: shows the progress.
        others: number of events that the worker has settled since its start beside these.

    Returns the number of records that the worker has settled since its start, by outcome.
    """
    give_up_at_s = time.monotonic() + SETTLE_LIMIT_S
    expected = len(processes.groups) * (len(played) + others)
    while True:
        done = await settled(processes)
        look()
        have_ended = sum(done.values()) >= expected and all(map(endings.have_all_of, played))
        if have_ended or time.monotonic() > give_up_at_s:
            return done
        await asyncio.sleep(LOOK_EVERY_S)


async def unsettled(processes: Processes, played: Sequence[Played]) -> set[Place]:
    """
    The positions of events that the worker has not committed, `SETTLE_LIMIT_S` after the call at the latest.

    An unsettled record holds back the committed offset of those behind it, so events that must be ignored are
    not among them.
    """
    left = await until_committed(processes, processes.groups, [one.place for one in played])
    return {one.place for one in played if one.place in left and one.step.ending != "ignored"}


async def until_committed(processes: Ground, groups: Sequence[str], places: Sequence[Place]) -> set[Place]:
    """Wait until all groups have committed these records, `SETTLE_LIMIT_S` at most; returns the others."""
    give_up_at_s = time.monotonic() + SETTLE_LIMIT_S
    async with Cluster.of(processes.settings).admin() as admin:
        while True:
            done = [await committed_now(admin, group) for group in groups]
            left = {place for place in places if any(each.get(place[:2], 0) <= place[2] for each in done)}
            if not left or time.monotonic() > give_up_at_s:
                return left
            await asyncio.sleep(LOOK_EVERY_S)


async def settled(processes: Processes) -> dict[str, int]:
    """The number of records settled since the worker's start, by outcome, over all its pipelines."""
    _, text = await demo_http.get(f"{processes.ops}/metrics")
    return settled_in(text)


async def until_published(endings: Endings, inbox: Inbox, *, published: int) -> None:
    """Wait `PUBLISHED_LIMIT_S` at most until `published` events have outcomes and all webhooks are posted."""

    def is_published() -> bool:
        posted_failures = inbox.failures.keys() >= endings.failed_ids
        return (
            posted_failures and inbox.customers >= endings.made(CONNECTION) and endings.published >= published
        )

    await until(is_published, limit_s=PUBLISHED_LIMIT_S)


def counted(fates: Iterable[str]) -> str:
    """The number of events by fate, as text."""
    return ", ".join(f"{count} {fate}" for fate, count in Counter(fates).items())


async def books(processes: Processes) -> dict[str, list[dict[str, Any]]]:
    """All records of the sandbox, by record type."""
    address = f"{processes.sandbox}/sandbox/records?type="
    return {each: await demo_http.get_json(address + each) for each in RECORD_TYPES}


async def balances(processes: Processes) -> list[dict[str, str]]:
    """The balance of each customer in the sandbox."""
    found: list[dict[str, str]] = await demo_http.get_json(f"{processes.sandbox}/sandbox/balances")
    return found

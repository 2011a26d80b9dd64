"""Playing the month: events to Kafka at an even pace, and watching until every one of them is settled."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from consumer import connections_file
from consumer.clock import SystemClock
from consumer.commands.demo import web
from consumer.commands.demo.ending import Endings, Place, Played
from consumer.commands.demo.scene import NETSUITE_TYPES, Scene
from consumer.commands.demo.stage import Stage
from consumer.commands.demo.webhook import Inbox, signed_headers
from consumer.errors import StartupError
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.tail import committed, tail
from consumer.netsuite.client import Client
from consumer.ops import http
from consumer.ops.metrics.reading import settled_in
from consumer.record import Record
from schemas import error_event, result
from schemas.error_event import ErrorEvent
from schemas.result import Result

# Even pacing, well below what one account takes, so that latency is NetSuite's and ours and not a queue's.
EVENTS_PER_S = 16.0
ACKNOWLEDGE_LIMIT_S = 10.0
SETTLE_LIMIT_S = 40.0
TOLD_LIMIT_S = 10.0
LOOK_EVERY_S = 0.25

Look = Callable[[], None]
"""Called every now and then, to show how far things are."""


async def lose_one_answer(stage: Stage, scenes: Sequence[Scene]) -> None:
    """Ask the sandbox to commit the scene planted for it and to drop the connection instead of answering."""
    for scene in (scene for scene in scenes if scene.plant == "lost_answer"):
        fault = {"kind": "reset_after_commit", "times": 1, "match": scene.number}
        headers = {"content-type": "application/json"}
        status = await web.post(f"{stage.sandbox}/sandbox/faults", json.dumps(fault).encode(), headers)
        if status != 201:
            raise StartupError(f"the sandbox refuses to plant a fault with status {status}")


async def warm_up(stage: Stage) -> None:
    """Call NetSuite as often at once as it allows, so that all script threads of the sandbox have begun."""
    [connection] = connections_file.load(Path(stage.settings.connections_file))
    async with Client(connection, clock=SystemClock()) as client, asyncio.TaskGroup() as tasks:
        for _ in range(connection.concurrency):
            tasks.create_task(client.ping())


async def send(stage: Stage, scenes: Sequence[Scene], played: list[Played], look: Look) -> None:
    """Put the events on their topics; `played` grows by each that Kafka has acknowledged."""
    cluster = Cluster.of(stage.settings)
    producer = cluster.producer()
    await cluster.start(producer)
    started_s = time.monotonic()
    try:
        for turn, scene in enumerate(scenes):
            await asyncio.sleep(max(0.0, started_s + turn / EVENTS_PER_S - time.monotonic()))
            async with asyncio.timeout(ACKNOWLEDGE_LIMIT_S):
                kept = await producer.send_and_wait(
                    cluster.topic(scene.topic), value=scene.value, key=scene.key, headers=list(scene.headers)
                )
            look()
            played.append(Played(scene=scene, place=(kept.topic, kept.partition, kept.offset)))
    finally:
        await stop(producer)


@asynccontextmanager
async def watched(stage: Stage, endings: Endings, inbox: Inbox, webhook_url: str) -> AsyncIterator[None]:
    """Meanwhile, note every result and error event, and send a signed webhook about each error."""
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(stage, endings, inbox, webhook_url))
        try:
            yield
        finally:
            watching.cancel()


@asynccontextmanager
async def served(inbox: Inbox) -> AsyncIterator[str]:
    """Meanwhile, the inbox listens on this machine; gives its origin."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(http.serve(inbox.app(), "127.0.0.1", 0, bound=port.set_result))
        try:
            yield f"http://127.0.0.1:{await port}"
        finally:
            serving.cancel()


async def until_settled(stage: Stage, played: Sequence[Played], look: Look) -> set[Place]:
    """
    Wait until the worker has committed every event; gives the places of those it has not in time.

    One that waits holds back the commit of those behind it; what must be ignored is not blamed for that.
    """
    cluster = Cluster.of(stage.settings)
    give_up_at_s = time.monotonic() + SETTLE_LIMIT_S
    while True:
        done = await committed(cluster, stage.group)
        left = [one for one in played if done.get(one.place[:2], 0) <= one.place[2]]
        look()
        if not left or time.monotonic() > give_up_at_s:
            return {one.place for one in left if one.scene.ending != "ignored"}
        await asyncio.sleep(LOOK_EVERY_S)


async def until_told(stage: Stage, endings: Endings, inbox: Inbox) -> dict[str, int]:
    """Wait until the topics and the inbox have what the worker's metrics count; gives these counts."""
    _, text = await web.get(f"{stage.ops}/metrics")
    settled = settled_in(text)
    told = sum(count for outcome, count in settled.items() if outcome != "ignored")
    give_up_at_s = time.monotonic() + TOLD_LIMIT_S
    while time.monotonic() < give_up_at_s:
        if endings.told >= told and len(inbox.verified) >= len(endings.errors):
            break
        await asyncio.sleep(LOOK_EVERY_S)
    return settled


async def books(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """All records in the sandbox, by their types."""
    address = f"{stage.sandbox}/sandbox/records?type="
    return {each: await web.get_json(address + each) for each in NETSUITE_TYPES.values()}


async def balances(stage: Stage) -> list[dict[str, str]]:
    """What each customer owes and is owed in the sandbox."""
    found: list[dict[str, str]] = await web.get_json(f"{stage.sandbox}/sandbox/balances")
    return found


async def _watch(stage: Stage, endings: Endings, inbox: Inbox, webhook_url: str) -> None:
    async with tail(Cluster.of(stage.settings), (result.TOPIC, error_event.TOPIC)) as records:
        async for record in records:
            if record.source.topic.endswith(result.TOPIC):
                endings.note_result(Result.model_validate_json(record.value or b""))
            else:
                await _relay(record, endings, inbox, webhook_url)


async def _relay(record: Record, endings: Endings, inbox: Inbox, webhook_url: str) -> None:
    # Stands in for `lago-netsuite relay`, which reads the same topic, signs the same way and also retries;
    # once that command exists (see the issue "Relay error events as signed webhooks"), the stage starts it.
    body = record.value or b""
    error = ErrorEvent.model_validate_json(body)
    endings.note_error(error)
    now_s = int(inbox.clock.now().timestamp())
    headers = signed_headers(inbox.secret, webhook_id=error.id, timestamp_s=now_s, body=body)
    await web.post(webhook_url, body, headers)

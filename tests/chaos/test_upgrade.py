"""A rolling upgrade and the way back: workers of the previous release and of this one in one group."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from schemas import result
from tests.chaos.event_feed import CUSTOMERS, Feed, until
from tests.integration import running_programs
from tests.integration.ingest_and_relay import records
from tests.integration.running_programs import CHECKOUT, Program, Worker
from tests.integration.worker_under_test import Stage, stage
from tests.support import installed_wheel, lago

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

ROOT = Path(__file__).parents[2]
PREVIOUS = "PREVIOUS_RELEASE"
BEGINNING = datetime(2026, 8, 1, tzinfo=UTC)
PACE_S = 0.1
AT_EACH_STEP = 20


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The wheel of the previous release, from this repository's history, in an environment of its own."""
    commit = os.environ.get(PREVIOUS)
    if not commit:
        pytest.skip(f"{PREVIOUS} names no commit: run `make upgrade-check`")
    ran = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if ran.returncode:
        pytest.skip(f"this clone has no commit {commit}: its history is shallow, run `git fetch --unshallow`")
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=io.BytesIO(ran.stdout)) as archive:
        archive.extractall(source, filter="data")
    program = Program(python=str(installed_wheel.install(source, folder) / "python"), folder=folder)
    where = [program.python, "-c", "import consumer; print(consumer.__file__)"]
    found = subprocess.run(where, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(folder)), f"the previous release would be this one, from {found}"
    return program


@dataclass(slots=True, kw_only=True)
class Live:
    """Invoices, some twice, and new names of their customers, until it is stopped."""

    feed: Feed
    names: dict[str, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    async def run(self) -> None:
        while True:
            await self.feed.produce(2)
            await self.rename(next(self._numbers))
            await asyncio.sleep(PACE_S)

    async def rename(self, number: int) -> None:
        """Each customer's events lie in one partition, as producers key them."""
        who = number % CUSTOMERS
        customer_id = lago.id_of("chaos customer", self.feed.seed, who)
        self.names[customer_id] = f"Name {number}"
        event = lago.customer_event(
            lago_id=customer_id,
            external_id=f"c-{self.feed.seed}-{who}",
            name=self.names[customer_id],
            currency="EUR",
            updated_at=(BEGINNING + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        await self.feed.on_kafka.produce(event, partition=who)
        self.feed.produced[who] += 1


@asynccontextmanager
async def live(feed: Feed) -> AsyncIterator[Live]:
    """Events while the block runs."""
    events = Live(feed=feed)
    task = asyncio.create_task(events.run())
    try:
        yield events
        assert not task.done(), "Kafka took no events"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass(slots=True, kw_only=True)
class Group:
    """The workers of the group, which are replaced one by one; each must end well."""

    folder: Path
    environment: dict[str, str]
    stack: ExitStack
    feed: Feed
    netsuite: running_programs.Sandbox
    all: list[Worker] = field(default_factory=list)

    async def start(self, program: Program) -> Worker:
        name = f"worker-{len(self.all)}-{'this' if program is CHECKOUT else 'previous'}"
        made = running_programs.worker(self.folder, self.environment, name=name, program=program)
        self.all.append(self.stack.enter_context(made))
        await asyncio.to_thread(self.all[-1].until_ready)
        return self.all[-1]

    async def replace(self, worker: Worker, program: Program) -> Worker:
        """As a StatefulSet does it: stop one, start the other, go on when it is ready."""
        worker.process.terminate()
        assert await asyncio.to_thread(worker.ended) == 0, worker.said[-3_000:]
        started = await self.start(program)
        await self.write_on()
        return started

    async def write_on(self) -> None:
        """Until so many more invoices are in the books."""
        wanted = sum(self.feed.written(self.netsuite).values()) + AT_EACH_STEP
        await until(lambda: sum(self.feed.written(self.netsuite).values()) >= wanted, because=self._said())

    def _said(self) -> str:
        return "".join(each.said[-1_500:] for each in self.all)


async def in_order(on_kafka: Stage) -> dict[str, list[tuple[int, int]]]:
    """The places of the events of each customer, in the order of their results."""
    prefix = on_kafka.cluster.topic_prefix
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for record in await records(on_kafka.cluster.bootstrap_servers, prefix + result.TOPIC):
        made = result.Result.model_validate_json(record.value) if record.value else None
        if made is not None and made.event == "customer.updated":
            found[made.lago_id].append((made.source.partition, made.source.offset))
    return found


async def test_an_upgrade_and_the_way_back_lose_nothing_double_nothing_and_keep_the_order(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed, previous
):
    """Two old, one of each, two new, one of each, two old; invoices and renamed customers all the time."""
    environment = running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        feed = Feed(seed=seed, on_kafka=on_kafka)
        with ExitStack() as stack:
            group = Group(folder=tmp_path, environment=environment, stack=stack, feed=feed, netsuite=netsuite)
            async with live(feed) as events:
                first, second = await group.start(previous), await group.start(previous)
                await group.write_on()
                second = await group.replace(second, CHECKOUT)
                first = await group.replace(first, CHECKOUT)
                second = await group.replace(second, previous)
                first = await group.replace(first, previous)
            await until(feed.all_committed)
        order = await in_order(on_kafka)

    feed.is_in_the_books(netsuite)
    names = {each["custentity_lago_id"]: each["companyname"] for each in netsuite.records("customer")}
    assert names == events.names
    assert order.keys() == events.names.keys()
    for places in order.values():
        assert len(places) > AT_EACH_STEP
        assert places == sorted(set(places))
    said = "".join(each.said for each in group.all)
    assert "Traceback" not in said
    assert "offset_map_ignored" not in said

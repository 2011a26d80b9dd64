"""A connection that a person pauses: two workers on a real broker, and one that is killed meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count, islice

import httpx
import pytest

from consumer.clock import SystemClock
from consumer.commands import connection_pause, replay, status
from consumer.commands.audited_replay import By
from consumer.commands.connection_pause import Wish
from consumer.config.settings import Settings, env_name
from consumer.failures.selection import Selection
from consumer.outcome import Delivered, Outcome
from consumer.record import Record
from consumer.stream import pause_topic
from consumer.stream.stream_spec import ProcessContext
from tests.chaos.event_feed import Feed
from tests.integration import failed_events, running_programs
from tests.integration.worker_under_test import EVENTUALLY_S, Ledger, Stage, stage, until

pytestmark = pytest.mark.kafka

EVENTS = 100
LANES = 24
PARTITIONS = 12
CALL_S = 0.02
UNSETTLED = re.compile(r"^lago_netsuite_unsettled_records\{.*\} (\S+)$", re.MULTILINE)


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def say(on_kafka: Stage, connection: str, *, undo: bool = False) -> None:
    wish = Wish(connection=connection, actor="ada", reason="month end", undo=undo)
    await connection_pause.do(on_kafka.cluster, wish, SystemClock())


@dataclass(slots=True, kw_only=True)
class OneWorker:
    """A worker of the group, with what it was asked to do."""

    context: ProcessContext
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def is_paused(self) -> bool:
        """Whether its permits are held back, and every call that was in flight has ended."""
        is_held = any("paused by ada" in each for each in self.context.health.readiness().remarks)
        return is_held and len(self.ledger.ended) == len(self.ledger.started)

    @property
    def held(self) -> float:
        return held_in(self.context.metrics.exposition().decode())

    async def begin(self, on_kafka: Stage, workers: AsyncExitStack) -> None:
        following = pause_topic.followed(
            on_kafka.cluster, ["stage"], health=self.context.health, clock=self.context.clock
        )
        pauses = await workers.enter_async_context(following)
        deliver = self.ledger.recording(slowly)
        stream = on_kafka.stream(deliver, self.ledger.give_up, permits=2, pauses=pauses, context=self.context)
        await workers.enter_async_context(stream)


async def slowly(_: Record) -> Outcome:
    await asyncio.sleep(CALL_S)
    return Delivered(written=())


def held_in(metrics: str) -> float:
    """How many records a worker has read and not settled."""
    return sum(float(value) for value in UNSETTLED.findall(metrics))


async def produce(on_kafka: Stage, numbers: Iterable[int]) -> None:
    """Events of a lane are on one partition, in order."""
    for number in numbers:
        lane = number % LANES
        await on_kafka.produce(f"{lane}:{number}".encode(), partition=lane % PARTITIONS)


def is_in_order(started: Iterable[Record]) -> bool:
    lanes: dict[bytes, list[int]] = defaultdict(list)
    for record in started:
        lane, _, number = (record.value or b"").partition(b":")
        lanes[lane].append(int(number))
    return all(numbers == sorted(numbers) for numbers in lanes.values())


def settings_of(on_kafka: Stage) -> Settings:
    cluster = on_kafka.cluster
    return Settings(kafka_bootstrap_servers=cluster.bootstrap_servers, topic_prefix=cluster.topic_prefix)


async def paused_as_status_says(on_kafka: Stage, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = await status.run(settings_of(on_kafka), ["stage"], as_json=True)
    [found] = json.loads(capsys.readouterr().out)
    return code, found["paused"]["by"]


async def test_two_workers_start_nothing_in_a_pause_and_go_on_after_it_in_order(on_kafka, capsys):
    """Paused while events flow: calls in flight end, none follows; resumed, every event is done once."""
    both = [OneWorker(context=on_kafka.context()) for _ in range(2)]
    numbers = count()
    async with AsyncExitStack() as workers:
        for each in both:
            await each.begin(on_kafka, workers)
        async with asyncio.timeout(EVENTUALLY_S):
            while not all(each.ledger.ended for each in both):  # until each has partitions, and works
                await produce(on_kafka, islice(numbers, LANES))
        await produce(on_kafka, islice(numbers, EVENTS))
        await say(on_kafka, "stage")
        await until(lambda: all(each.is_paused for each in both))
        done = [len(each.ledger.started) for each in both]

        await produce(on_kafka, islice(numbers, EVENTS))
        total = next(numbers)
        await until(lambda: sum(each.held for each in both) == total - sum(done))
        assert [len(each.ledger.started) for each in both] == done
        assert await paused_as_status_says(on_kafka, capsys) == (1, "ada")

        await say(on_kafka, "stage", undo=True)
        await until(lambda: sum(len(each.ledger.ended) for each in both) >= total)

    values = [value for each in both for value in each.ledger.values]
    assert Counter(values) == Counter({f"{each % LANES}:{each}".encode(): 1 for each in range(total)})
    assert all(is_in_order(each.ledger.started) for each in both)
    committed = await on_kafka.positions("stage", range(PARTITIONS))
    assert committed == dict(Counter(each % LANES % PARTITIONS for each in range(total)))


async def test_a_replay_for_a_paused_connection_says_that_its_events_wait(on_kafka, capsys):
    """Before it is done and when it is done; it goes to the topic all the same."""
    await failed_events.park(on_kafka, failed_events.invoices("paused", 2), ("invalid_mapping",))
    await say(on_kafka, failed_events.CONNECTION)
    capsys.readouterr()
    for go in (False, True):
        wish = replay.Wish(selection=Selection(), by=By(actor="bob"), go=go, as_json=True)
        assert await replay.run(settings_of(on_kafka), wish) == 0
        printed = capsys.readouterr()
        assert json.loads(printed.out)["replayable"] == 2
        assert f"Connection {failed_events.CONNECTION} is paused by ada since" in printed.err
    assert len(await failed_events.replays(on_kafka)) == 2


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory: pytest.TempPathFactory):
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


def asked(worker: running_programs.Worker, path: str) -> str:
    return httpx.get(f"{worker.ops}/{path}", trust_env=False).text


@pytest.mark.chaos_long
async def test_a_worker_killed_in_a_pause_comes_back_paused_and_loses_nothing(
    tmp_path, on_kafka, bootstrap_servers, topic_prefix, netsuite
):
    """Nothing is written before, during and after the kill; resumed, each invoice is in the books once."""
    environment = running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)
    environment |= {env_name("static_membership"): "true"}
    feed = Feed(seed=4711, on_kafka=on_kafka)
    await say(on_kafka, running_programs.CODE)
    await feed.produce(20)
    for name in ("killed", "next"):
        with running_programs.worker(tmp_path, environment, name=name) as worker:
            await asyncio.to_thread(worker.until_ready)
            await until(lambda w=worker: held_in(asked(w, "metrics")) == sum(feed.produced.values()))
            assert worker.answers("healthz")
            assert "paused by ada since" in asked(worker, "readyz")
            assert "connection_paused" in worker.said
            assert netsuite.records("invoice") == []
            if name == "killed":
                worker.kill()
                continue
            await say(on_kafka, running_programs.CODE, undo=True)
            await until(feed.all_committed)

    feed.is_in_the_books(netsuite)

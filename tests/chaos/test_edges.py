"""
Ingest and relay killed repeatedly under load: acknowledged webhooks are on Kafka, error events are posted.

Moments are drawn anew in every run, CI's excepted, and printed; ``CHAOS_SEEDS=17`` repeats a run.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import httpx
import pytest

from consumer.config.settings import Settings
from consumer.kafka import topics
from consumer.sandbox.broker import free_port
from tests.chaos.event_feed import seeds
from tests.integration.ingest_and_relay import LIMIT_S, Ingest, fail, ingest, records, relay, webhook
from tests.integration.receiver import Receiver, receiver
from tests.integration.worker_under_test import Stage, stage, until
from tests.support import lago
from tests.support.webhooks import headers

pytestmark = pytest.mark.kafka

KILLS = 3
SENDERS = 16
WEBHOOKS_A_KILL = 300
ERRORS = 300


@pytest.fixture
def chance(capsys: pytest.CaptureFixture[str]) -> Random:
    [seed, *_] = seeds(1)
    with capsys.disabled():
        print(f'\n  CHAOS_SEEDS="{seed}"', end="")  # noqa: T201 - what a person needs to see it again
    return Random(seed)


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


class Lago:
    """Posts webhooks without end, and each again, with the same unique key, until it is answered by 202."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.accepted: set[str] = set()
        self.begun: set[str] = set()
        self._numbers = itertools.count()
        self._body = lago.invoice_event()

    async def post_until_cancelled(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=LIMIT_S) as client:
            while True:
                await self._deliver(client, f"key-{next(self._numbers)}")

    async def _deliver(self, client: httpx.AsyncClient, unique_key: str) -> None:
        self.begun.add(unique_key)
        given = headers(self._body, x_lago_unique_key=unique_key)
        while unique_key not in self.accepted:
            try:
                answer = await client.post(self.url, content=self._body, headers=given)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            assert answer.status_code in {202, 503}, answer.text
            if answer.status_code == 202:
                self.accepted.add(unique_key)


async def test_every_webhook_that_was_acknowledged_is_on_the_topic(
    tmp_path, bootstrap_servers, topic_prefix, chance
):
    """SIGKILL of ingest under load, three times: none is missing, and a repeat carries its own key."""
    await topics.create(Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix))
    port = free_port()
    with ExitStack() as stack:
        running = await _started(stack, tmp_path, bootstrap_servers, topic_prefix, port)
        poster = Lago(running.url)
        async with asyncio.timeout(LIMIT_S * 4), asyncio.TaskGroup() as tasks:
            senders = [tasks.create_task(poster.post_until_cancelled()) for _ in range(SENDERS)]
            for _ in range(KILLS):
                more = len(poster.accepted) + chance.randint(1, WEBHOOKS_A_KILL)
                await until(lambda more=more: len(poster.accepted) >= more)
                running.process.kill()
                running = await _started(stack, tmp_path, bootstrap_servers, topic_prefix, port)
            more = len(poster.accepted) + SENDERS
            await until(lambda: len(poster.accepted) >= more)
            for each in senders:
                each.cancel()

    found = await records(bootstrap_servers, f"{topic_prefix}lago.invoices")
    lying = Counter(dict(record.headers)["x-lago-unique-key"].decode() for record in found)
    assert len(poster.accepted) >= KILLS + SENDERS
    assert poster.accepted <= lying.keys() <= poster.begun
    # Only webhooks in flight at a kill can be on the topic twice.
    assert sum(lying.values()) - len(lying) <= KILLS * SENDERS


async def _started(
    stack: ExitStack, folder: Path, bootstrap_servers: str, topic_prefix: str, port: int
) -> Ingest:
    place = ingest(folder, bootstrap_servers, topic_prefix, port=port)
    return await asyncio.to_thread(stack.enter_context, place)


async def test_every_error_event_is_told_at_least_once_and_always_under_its_own_id(
    on_kafka, tmp_path, chance
):
    """SIGKILL of the relay in the middle, three times; a repeated webhook has the same id."""
    async with receiver() as good:
        ids = await fail(on_kafka, ERRORS)
        with ExitStack() as stack:
            for number in range(KILLS):
                told = await _killed_in_the_middle(stack, on_kafka, tmp_path, good, f"relay-{number}", chance)
                assert told < ERRORS
            stack.enter_context(_relay(tmp_path, on_kafka, good, "last"))
            await until(lambda: len(set(good.ids)) == ERRORS)

    assert set(good.ids) == set(ids)
    assert {body["id"] for body in good.bodies} == set(ids)


async def _killed_in_the_middle(
    stack: ExitStack, on_kafka: Stage, folder: Path, good: Receiver, name: str, chance: Random
) -> int:
    """How many different webhooks have arrived when this relay was killed."""
    process = stack.enter_context(_relay(folder, on_kafka, good, name))
    more = len(set(good.ids)) + chance.randint(1, ERRORS // (KILLS + 1))
    await until(lambda: len(set(good.ids)) >= more)
    await asyncio.to_thread(process.kill)
    return len(set(good.ids))


def _relay(folder: Path, on_kafka: Stage, good: Receiver, name: str):
    # The same member comes back after a kill: without it Kafka would wait for the killed one's session.
    return relay(folder, on_kafka, webhook("good", good.origin), name=name, static_membership="true")

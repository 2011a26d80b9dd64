"""An open page while the broker behind it ends and is started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from consumer.clock import SystemClock
from consumer.config.settings import Settings
from consumer.console import follower as console_follower
from consumer.console.follower import Follower
from consumer.kafka import position_tail, topics
from consumer.kafka.cluster import Cluster, stop
from consumer.record import Record
from consumer.sandbox import broker
from tests.browser import console_server, month
from tests.browser.console_server import HOST, ConsoleServer

pytestmark = pytest.mark.skipif(not broker.is_available(), reason="no embedded broker on this machine")

LIMIT_S = 20.0
ONE_MISSING = "NetSuite is missing 548.90 EUR"
TWO_MISSING = "NetSuite is missing 2,053.20 EUR"


@dataclass(slots=True, kw_only=True)
class Machine:
    """The embedded broker on a port, with data that outlive it."""

    folder: Path
    port: int = field(default_factory=broker.free_port)
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def settings(self) -> Settings:
        return Settings(kafka_bootstrap_servers=f"{HOST}:{self.port}")

    def start(self) -> None:
        self._running.enter_context(broker.running(self.folder, port=self.port))

    def stop(self) -> None:
        """By SIGTERM: unlike Kafka, the embedded broker loses its last records when it is killed."""
        self._running.close()

    async def publish(self, record: Record) -> None:
        producer = Cluster.of(self.settings).producer()
        await Cluster.of(self.settings).start(producer)
        try:
            async with asyncio.timeout(LIMIT_S):
                await producer.send_and_wait(record.source.topic, value=record.value, key=record.key)
        finally:
            await stop(producer)


@contextmanager
def started(folder: Path) -> Iterator[Machine]:
    machine = Machine(folder=folder)
    machine.start()
    try:
        yield machine
    finally:
        machine.stop()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A broker that a test can stop."""
    with started(tmp_path / "kafka") as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def followed(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ConsoleServer]:
    """A console that follows the broker as in production, and asks it more often."""
    monkeypatch.setattr(position_tail, "ASK_EVERY_S", 0.2)
    monkeypatch.setattr(position_tail, "ANSWER_LIMIT_S", 2.0)
    monkeypatch.setattr(console_follower, "AGAIN_AFTER_S", 0.2)
    await topics.create(machine.settings, partitions_each=1)
    console = ConsoleServer(tmp_path / "console.sqlite")
    follower = Follower(
        Cluster.of(machine.settings),
        tmp_path / "console.sqlite",
        clock=SystemClock(),
        groups=(),
        changed=lambda: console.context.changes.happened(),  # noqa: PLW0108 - `start` replaces the changes
        metrics=console.metrics,
    )
    console.context = replace(console.context, clock=SystemClock(), progress=follower.progress)
    async with console_server.serving(console):
        following = asyncio.create_task(follower.run())
        yield console
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def test_a_broker_ends_and_comes_back_under_an_open_page(
    page: Page, machine: Machine, followed: ConsoleServer
):
    """The page says since when, stays readable, and shows what is new afterwards, without a reload."""
    await machine.publish(month.failed(3, "HOO-1", month.CLOSED, "548.90", "EUR", "period_closed"))
    await page.goto(followed.origin)
    headline = page.get_by_role("heading", level=1)
    await expect(headline).to_have_text(ONE_MISSING)
    await page.evaluate("window.isTheSame = true")

    machine.stop()
    await expect(page.get_by_role("status")).to_contain_text("Kafka does not answer")
    await expect(page.get_by_role("status").locator("time")).to_contain_text("ago")
    await expect(headline).to_have_text(ONE_MISSING)

    machine.start()
    await expect(page.get_by_text("Kafka does not answer")).to_have_count(0)
    await machine.publish(
        month.failed(4, "HOO-2", month.NAMELESS, "1504.30", "EUR", "missing_required_field")
    )
    await expect(headline).to_have_text(TWO_MISSING)
    assert await page.evaluate("window.isTheSame")

"""A topic that an older deployment lacks is a remark and a line a minute, and never produced to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.errors import StartupError
from consumer.kafka.optional_topic import LOOK_EVERY_S, OptionalTopic
from consumer.kafka.topic_troubles import TopicTroubles
from consumer.ops.health import Health

NAME = "lago.netsuite.waiting"


class FakeCluster:
    """Answers which topics there are, and counts how often it is asked."""

    user = "ada"

    def __init__(self) -> None:
        self.found: list[str] = []
        self.unseen: list[str] = []
        self.is_away = False
        self.asks = 0

    def topic(self, name: str) -> str:
        return f"acme.{name}"

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Any]:
        self.asks += 1
        if self.is_away:
            raise StartupError("Kafka cannot be reached")
        yield self

    async def describe_topics(self) -> list[dict[str, Any]]:
        return [{"topic": each, "partitions": [1]} for each in self.found]

    async def hidden(self, topics: list[str]) -> list[str]:
        return [each for each in topics if each in self.unseen]


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def health(clock: FakeClock) -> Health:
    return Health(clock)


@pytest.fixture
def topic(cluster: FakeCluster, clock: FakeClock, health: Health) -> OptionalTopic:
    return OptionalTopic(cluster, NAME, troubles=TopicTroubles(health, clock), clock=clock)  # type: ignore[arg-type]


async def test_a_missing_topic_is_a_remark_with_the_command_until_it_is_created(
    cluster: FakeCluster, clock: FakeClock, health: Health, topic: OptionalTopic
):
    """It is looked for once a minute, and the process stays ready."""
    with capture_logs() as logs:
        for _ in range(24):
            assert not await topic.exists()
            clock.advance(5)

    remark = (
        "topic acme.lago.netsuite.waiting: Kafka lacks the topics acme.lago.netsuite.waiting: create them"
    )
    assert (cluster.asks, len(logs)) == (2, 2)
    assert health.readiness().is_good
    assert health.readiness().remarks[0].startswith(remark)
    cluster.found = ["acme.lago.netsuite.waiting"]
    clock.advance(LOOK_EVERY_S)
    assert await topic.exists()
    assert await topic.exists()
    assert (cluster.asks, health.readiness().remarks) == (3, ())


async def test_a_topic_that_this_user_may_not_see_is_said_as_such(
    cluster: FakeCluster, health: Health, topic: OptionalTopic
):
    """Creating it would not help."""
    cluster.unseen = ["acme.lago.netsuite.waiting"]

    assert not await topic.exists()

    assert "ada" in health.readiness().remarks[0]


async def test_a_doubted_topic_is_looked_for_again(
    cluster: FakeCluster, clock: FakeClock, topic: OptionalTopic
):
    """Somebody may have deleted it."""
    cluster.found = ["acme.lago.netsuite.waiting"]
    assert await topic.exists()

    cluster.found = []
    topic.doubt()

    assert not await topic.exists()
    clock.advance(LOOK_EVERY_S)
    assert not await topic.exists()
    assert cluster.asks == 2


async def test_a_broker_that_is_away_is_not_asked_more_often(
    cluster: FakeCluster, clock: FakeClock, topic: OptionalTopic
):
    """The caller tries again."""
    cluster.is_away = True

    with pytest.raises(StartupError):
        await topic.exists()
    assert not await topic.exists()

    assert cluster.asks == 1
    clock.advance(LOOK_EVERY_S)
    with pytest.raises(StartupError):
        await topic.exists()

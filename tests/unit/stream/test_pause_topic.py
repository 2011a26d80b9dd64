"""The pauses that people put on the audit record, as a worker follows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.errors import StartupError
from consumer.kafka.access import DeniedError
from consumer.limits.pause import Pauses
from consumer.ops.health import Health
from consumer.record import LaneKey, Record, Source
from consumer.stream import pause_topic
from consumer.stream.pause_topic import AGAIN_AFTER_S, EVERY_S, LOOK_EVERY_S, PauseTopic
from schemas import audit
from schemas.audit import Act, AuditRecord


class Topic:
    """The audit topic of a broker that may be away."""

    def __init__(self) -> None:
        self.values: list[bytes | None] = []
        self.error: Exception | None = None
        self.is_there = True
        self.is_silent = False
        self.closed = 0
        self.looked_for = 0
        self._read = 0

    async def absence(self) -> str:
        self.looked_for += 1
        return "" if self.is_there else "create them with `lago-netsuite topics create`"

    async def news(self) -> AsyncIterator[Record]:
        if self.error is not None:
            raise self.error
        if self.is_silent:
            await asyncio.Event().wait()
        while self._read < len(self.values):
            self._read += 1
            source = Source(topic=audit.TOPIC, partition=0, offset=self._read - 1)
            value = self.values[self._read - 1]
            yield Record(source=source, timestamp_ms=0, key=None, value=value, lane=LaneKey("x"))

    async def aclose(self) -> None:
        self.closed += 1

    def put(self, act: Act, connection: str = "eu") -> None:
        record = AuditRecord(connection=connection, act=act, actor="ada", at="2026-11-30T09:00:00Z")
        self.values.append(record.model_dump_json().encode())


class Scene:
    def __init__(self) -> None:
        self.topic = Topic()
        self.pauses = Pauses(["eu"])
        self.health = Health(FakeClock())
        self.clock = FakeClock()
        self.following = PauseTopic(
            self.pauses,
            self.topic,
            name=audit.TOPIC,
            absence=self.topic.absence,
            health=self.health,
            clock=self.clock,
        )

    @property
    def remarks(self) -> str:
        return "\n".join(self.health.readiness().remarks)

    @property
    def is_paused(self) -> bool:
        return self.pauses.of("eu") is not None


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_worker_that_starts_knows_the_pause_before_it_goes_on(scene):
    """What stands among the acts is passed over: other acts, other connections, what is no act."""
    scene.topic.put("replay")
    scene.topic.put("pause")
    scene.topic.put("resume", "us")
    scene.topic.values += [b"{", None]

    await scene.following.begin()

    assert scene.is_paused
    assert scene.remarks == ""


async def test_a_pause_and_its_end_are_followed_at_the_next_turn(scene):
    """Within seconds."""
    await scene.following.begin()
    scene.topic.put("pause")
    assert await scene.following.turn() == EVERY_S
    assert scene.is_paused

    scene.topic.put("resume")
    await scene.following.turn()
    assert not scene.is_paused


async def test_whether_the_topic_is_there_is_asked_once_a_minute_and_not_at_each_turn(scene):
    """The question opens connections, and logs in; the acts come by a connection that is kept."""
    await scene.following.begin()
    for _ in range(10):
        await scene.following.turn()
    assert scene.topic.looked_for == 1

    scene.clock.advance(LOOK_EVERY_S)
    scene.topic.is_there = False
    with capture_logs():
        assert await scene.following.turn() == LOOK_EVERY_S
    assert "lago-netsuite topics create" in scene.remarks


async def test_a_missing_topic_pauses_nothing_and_is_said(scene):
    """An older deployment: its worker starts, warns, and looks again once a minute."""
    scene.topic.is_there = False

    with capture_logs() as logs:
        await scene.following.begin()
        again_s = await scene.following.turn()

    assert not scene.is_paused
    assert again_s == LOOK_EVERY_S
    assert [(each["event"], each["log_level"]) for each in logs] == [("pauses_not_followed", "warning")]
    assert "lago-netsuite topics create" in scene.remarks

    scene.topic.is_there = True
    scene.topic.put("pause")
    await scene.following.turn()
    assert scene.is_paused
    assert scene.remarks == ""


async def test_a_topic_that_may_not_be_read_pauses_nothing_and_names_what_to_allow(scene):
    """The worker of an older deployment has no right to it."""
    scene.topic.error = DeniedError("allow READ on the topic")

    with capture_logs():
        await scene.following.begin()
        again_s = await scene.following.turn()

    assert again_s == LOOK_EVERY_S
    assert "allow READ on the topic" in scene.remarks


async def test_a_worker_that_cannot_know_the_pauses_does_not_start(scene, monkeypatch):
    """Otherwise it would write for a connection that somebody has paused."""
    scene.topic.error = StartupError("Kafka does not answer")
    with pytest.raises(StartupError, match="does not answer"):
        await scene.following.begin()

    scene.topic.error, scene.topic.is_silent = None, True
    monkeypatch.setattr(pause_topic, "READ_LIMIT_S", 0.0)
    with pytest.raises(StartupError, match=r"all records of lago\.netsuite\.audit within"):
        await scene.following.begin()
    assert scene.topic.closed == 1


async def test_while_kafka_is_away_what_was_known_stays(scene):
    """A pause does not end by itself, and the remark names why it is not followed."""
    scene.topic.put("pause")
    await scene.following.begin()
    scene.topic.error = StartupError("Kafka does not answer")

    with capture_logs():
        again_s = await scene.following.turn()

    assert (scene.is_paused, again_s) == (True, AGAIN_AFTER_S)
    assert "pauses are not followed: Kafka does not answer" in scene.remarks


async def test_a_defect_of_the_reader_ends_neither_the_following_nor_the_worker(scene, monkeypatch):
    """It is logged, and the next turn comes."""
    scene.topic.error = AttributeError("coordinator")
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with capture_logs(), suppress(asyncio.CancelledError):
        await scene.following.run()

    assert slept == [AGAIN_AFTER_S, AGAIN_AFTER_S]

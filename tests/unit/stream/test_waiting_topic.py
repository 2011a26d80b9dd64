"""What waits is published beside the work, and never stops it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from consumer.errors import ContractError, StartupError
from consumer.outcome import Delivered
from consumer.record import Event, LaneKey, Record, Source
from consumer.stream.waiting_list import SHOWN_AFTER_S
from consumer.stream.waiting_topic import READ_AGAIN_S, WaitingOutput, WaitingTopic
from schemas import waiting
from tests.unit.stream.test_waiting_list import Scene, missing, payment


class Topic:
    """The topic, as Kafka would keep it; `refuses` while no broker acknowledges."""

    def __init__(self) -> None:
        self.is_there = True
        self.refuses = False
        self.is_readable = True
        self.tried = 0
        self.reads = 0
        self.doubts = 0
        self.kept: dict[bytes, bytes | None] = {}

    async def exists(self) -> bool:
        return self.is_there

    def doubt(self) -> None:
        self.doubts += 1

    async def publish(self, event: Event) -> None:
        self.tried += 1
        if self.refuses:
            raise ContractError("Kafka did not acknowledge it")
        self.kept[event.key] = event.value

    async def history(self) -> AsyncIterator[Record]:
        self.reads += 1
        if not self.is_readable:
            raise StartupError("Kafka does not give its records")
        for offset, (key, value) in enumerate(self.kept.items()):
            place = Source(topic=waiting.TOPIC, partition=0, offset=offset)
            yield Record(source=place, timestamp_ms=0, key=key, value=value, lane=LaneKey("x"))


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def topic() -> Topic:
    return Topic()


def shown_on(topic: Topic, scene: Scene) -> WaitingTopic:
    output = WaitingOutput(publish=topic.publish, topic=topic, history=topic.history)  # type: ignore[arg-type]
    return WaitingTopic(scene.list, output, name="eu", clock=scene.clock)


async def parked(scene: Scene, topic: Topic, count: int = 1) -> WaitingTopic:
    """A stream whose payments have waited long enough to be shown at the next turn."""
    scene.admit(*(payment(offset) for offset in range(1, count + 1)))
    scene.deliver(missing(0))
    stream = shown_on(topic, scene)
    await stream.turn()
    scene.clock.advance(SHOWN_AFTER_S)
    return stream


async def test_a_wait_is_published_and_ended_by_a_tombstone(scene: Scene, topic: Topic):
    """One record a wait, and one for its end."""
    stream = await parked(scene, topic)

    await stream.turn()
    during = dict(topic.kept)
    scene.clock.advance(600)
    scene.deliver(Delivered(written=()))
    await stream.turn()
    await stream.turn()

    assert [key for key, value in during.items() if value] == [b"eu/lago.payments/0/1"]
    assert topic.kept == {b"eu/lago.payments/0/1": None}
    assert topic.tried == 2


async def test_nothing_is_produced_to_a_missing_topic(scene: Scene, topic: Topic):
    """A broker could create it with the wrong settings."""
    topic.is_there = False
    stream = await parked(scene, topic, count=3)

    await stream.turn()
    assert (topic.tried, topic.reads) == (0, 0)
    topic.is_there = True
    await stream.turn()
    scene.clock.advance(SHOWN_AFTER_S)
    await stream.turn()

    assert topic.tried == 3


async def test_what_kafka_does_not_acknowledge_is_published_at_a_later_turn(scene: Scene, topic: Topic):
    """A turn ends with the first refusals, and the topic is looked for again."""
    stream = await parked(scene, topic, count=100)
    topic.refuses = True

    await stream.turn()
    refused = topic.tried
    topic.refuses = False
    await stream.turn()

    assert (refused, topic.doubts) == (25, 1)
    assert len(topic.kept) == 100


async def test_a_new_owner_ends_what_it_finds_on_the_topic(scene: Scene, topic: Topic):
    """It reads the topic once after each assignment; other connections' records are not its own."""
    stream = await parked(scene, topic)
    await stream.turn()
    topic.kept[b"us/lago.payments/0/1"] = topic.kept[b"eu/lago.payments/0/1"]
    topic.kept[b"eu/rubbish"] = b"{}"
    scene.list = scene.another()
    successor = shown_on(topic, scene)
    scene.clock.advance(600)
    scene.deliver(Delivered(written=()))

    await successor.turn()
    await successor.turn()

    assert topic.kept[b"eu/lago.payments/0/1"] is None
    assert topic.kept[b"us/lago.payments/0/1"] is not None
    assert topic.reads == 2
    scene.clock.advance(READ_AGAIN_S)
    successor.assigned()
    await successor.turn()
    assert topic.reads == 3


async def test_an_unreadable_topic_is_read_again_a_minute_later_and_waits_are_shown_meanwhile(
    scene: Scene, topic: Topic
):
    """Reading is only needed to end what others have shown."""
    topic.is_readable = False
    stream = await parked(scene, topic)

    await stream.turn()
    assert (topic.reads, topic.tried) == (1, 1)
    topic.is_readable = True
    scene.clock.advance(READ_AGAIN_S)
    await stream.turn()

    assert topic.reads == 2

"""A failure ends once, when a later event of its object is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from consumer.clock import FakeClock
from consumer.errors import StartupError
from consumer.events import failure_end
from consumer.outcome import Delivered, Ignored, Unavailable
from consumer.record import Event, Record
from consumer.relay.failure_ends import FailureEnds
from schemas import error_resolved
from tests.support import topic_records


class Topic:
    """The error topic: what is published comes back with the next news."""

    def __init__(self, *records: Record) -> None:
        self.records = list(records)
        self.read = 0
        self.reads = 0
        self.is_down = False
        self.published: list[Event] = []

    async def news(self):
        self.reads += 1
        if self.is_down:
            raise StartupError("Kafka is away")
        while self.read < len(self.records):
            self.read += 1
            yield self.records[self.read - 1]

    async def publish(self, event: Event) -> None:
        self.published.append(event)
        made = topic_records.ended(json.loads(event.value or b""), offset=100 + len(self.published))
        self.records.append(made)

    @property
    def ended(self) -> list[str]:
        return [json.loads(each.value or b"")["error_id"] for each in self.published]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def outcomes(ends: FailureEnds, *records: Record) -> Sequence[object]:
    return await ends.deliver(records)


def at(clock: FakeClock) -> int:
    return int(clock.now().timestamp() * 1_000)


async def test_a_later_event_of_the_object_ends_the_failure_and_a_repeat_does_not(clock):
    """The end has the key of the error event, and its type is one that webhooks can be filtered by."""
    topic = Topic(topic_records.failed(at_ms=1))
    ends = FailureEnds(topic.news, topic.publish, clock)
    written = topic_records.written(at_ms=at(clock), event_offset=900, event="invoice.resynced")

    first, second = await outcomes(ends, written, written)

    assert (first, second) == (Delivered(written=()), Ignored(rule="ends_no_failure"))
    [event] = topic.published
    assert event.key == topic.records[0].key
    assert dict(event.headers)["ce_type"] == error_resolved.WEBHOOK_TYPE.encode()
    assert topic.ended == ["error-1"]


async def test_after_a_restart_nothing_ends_twice(clock):
    """The result was not committed; the end that was published is on the topic."""
    topic = Topic(topic_records.failed(at_ms=1))
    written = topic_records.written(at_ms=at(clock))
    await outcomes(FailureEnds(topic.news, topic.publish, clock), written)
    topic.read = 0

    [outcome] = await outcomes(FailureEnds(topic.news, topic.publish, clock), written)

    assert outcome == Ignored(rule="ends_no_failure")
    assert topic.ended == ["error-1"]


async def test_a_failure_that_was_published_after_the_last_look_is_known(clock):
    """The error topic is read again before a result that may be newer."""
    topic = Topic()
    ends = FailureEnds(topic.news, topic.publish, clock)
    await outcomes(ends, topic_records.written(2, at_ms=at(clock)))
    topic.records.append(topic_records.failed(at_ms=at(clock)))

    await outcomes(ends, topic_records.written(at_ms=at(clock) + 1))

    assert topic.ended == ["error-1"]


async def test_old_results_are_passed_over_without_a_look_at_the_error_topic(clock):
    """A first start reads all results; one look is enough for those of long ago."""
    topic = Topic(topic_records.failed(at_ms=1))
    ends = FailureEnds(topic.news, topic.publish, clock)

    await outcomes(ends, *(topic_records.written(number, at_ms=2) for number in range(2, 50)))

    assert topic.reads == 1


async def test_the_end_of_a_replay_is_left_to_the_worker(clock):
    """Its result says which failure that is."""
    topic = Topic(topic_records.failed(at_ms=1))
    ends = FailureEnds(topic.news, topic.publish, clock)
    written = topic_records.written(at_ms=at(clock))

    await outcomes(ends, replace(written, headers=((failure_end.HEADER, b"error-1"),)))

    assert topic.ended == []


async def test_while_the_error_topic_cannot_be_read_results_wait(clock):
    """Nothing is passed over."""
    topic = Topic(topic_records.failed(at_ms=1))
    ends = FailureEnds(topic.news, topic.publish, clock)
    written = topic_records.written(at_ms=at(clock))

    topic.is_down = True
    [down] = await outcomes(ends, written)
    topic.is_down = False
    [up] = await outcomes(ends, written)

    assert (down, up) == (Unavailable(reason="Kafka is away"), Delivered(written=()))


async def test_a_tombstone_is_no_result(clock):
    """Nor is what somebody else has written."""
    topic = Topic()
    tombstone = replace(topic_records.written(), value=None)

    assert await outcomes(FailureEnds(topic.news, topic.publish, clock), tombstone) == [
        Ignored(rule="no_result")
    ]

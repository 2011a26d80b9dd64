"""An event is acknowledged, or the reason of the refusal is raised and logged."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.errors import ContractError
from consumer.kafka.cluster import Cluster
from consumer.kafka.publisher import Publisher
from consumer.kafka.topic_troubles import TopicTroubles
from consumer.ops.health import Health
from consumer.record import Event, Source

CLUSTER = Cluster(bootstrap_servers="nowhere:1", topic_prefix="acme.")
EVENT = Event(topic="lago.netsuite.results", key=b"k", value=b"{}", headers=(("ce_id", b"1"),))


class FakeProducer:
    def __init__(
        self, fails: Exception | None = None, *, hangs: bool = False, absence: str | None = None
    ) -> None:
        self.absence = absence
        self.sent: list[dict[str, Any]] = []
        self.fails, self.hangs = fails, hangs

    def lacks(self, _: str) -> str | None:
        return self.absence

    async def send_and_wait(self, topic: str, **content: Any) -> Source:
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails
        self.sent.append({"topic": topic, **content})
        return Source(topic=topic, partition=0, offset=len(self.sent) - 1)


async def test_an_event_goes_to_its_topic_under_the_deployments_prefix():
    """Key, value and headers as they are."""
    producer = FakeProducer()

    await Publisher(producer, CLUSTER).publish(EVENT)

    assert producer.sent == [
        {
            "topic": "acme.lago.netsuite.results",
            "key": b"k",
            "value": b"{}",
            "partition": None,
            "headers": [("ce_id", b"1")],
        }
    ]


async def test_whoever_puts_an_event_knows_its_position():
    """Of its topic under Kafka's name."""
    place = await Publisher(FakeProducer(), CLUSTER).put(EVENT)

    assert str(place) == "acme.lago.netsuite.results/0/0"


async def test_a_broker_that_does_not_answer_is_not_waited_for_for_ever():
    """aiokafka's idempotent producer alone would."""
    publisher = Publisher(FakeProducer(hangs=True), CLUSTER, limit_s=0.01)

    with pytest.raises(
        ContractError, match=r"did not acknowledge an event for acme\.lago\.netsuite\.results"
    ):
        await publisher.publish(EVENT)


async def test_a_refusal_is_told_with_its_reason():
    """An event that is too large can be seen to be so."""
    publisher = Publisher(FakeProducer(MessageSizeTooLargeError("too large")), CLUSTER)

    with pytest.raises(ContractError, match="too large"):
        await publisher.publish(EVENT)


@pytest.mark.parametrize(
    ("absence", "sentence"),
    [
        ("missing", r"lacks the topic acme\.lago\.netsuite\.results: create it with"),
        ("hidden", r"does not let .* use acme\.lago\.netsuite\.results: allow WRITE"),
    ],
)
async def test_a_topic_that_is_not_there_or_not_to_be_seen_is_said_to_be_so(absence, sentence):
    """Not only that there was no response."""
    publisher = Publisher(FakeProducer(hangs=True, absence=absence), CLUSTER, limit_s=0.01)

    with pytest.raises(ContractError, match=sentence):
        await publisher.publish(EVENT)


async def test_a_topic_that_takes_no_events_is_one_line_a_minute_and_a_remark_until_it_does():
    """However many records wait for it."""
    clock = FakeClock()
    health = Health(clock)
    troubles = TopicTroubles(health, clock)
    failing = Publisher(FakeProducer(KafkaError("no")), CLUSTER, troubles=troubles)
    working = Publisher(FakeProducer(), CLUSTER, troubles=troubles)

    with capture_logs() as logs:
        for _ in range(121):
            with pytest.raises(ContractError):
                await failing.publish(EVENT)
            clock.advance(1.0)
    remarked = health.readiness().remarks
    await working.publish(EVENT)

    assert [line["times"] for line in logs] == [1, 61, 121]
    assert {line["event"] for line in logs} == {"event_not_acknowledged"}
    assert [remark.partition(": ")[0] for remark in remarked] == ["topic acme.lago.netsuite.results"]
    assert health.readiness().remarks == ()

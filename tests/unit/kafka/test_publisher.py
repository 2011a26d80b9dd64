"""An event is acknowledged or complained about."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from consumer.errors import ContractError
from consumer.kafka.cluster import Cluster
from consumer.kafka.publisher import Publisher
from consumer.record import Event

CLUSTER = Cluster(bootstrap_servers="nowhere:1", topic_prefix="acme.")
EVENT = Event(topic="lago.netsuite.results", key=b"k", value=b"{}", headers=(("ce_id", b"1"),))


class FakeProducer:
    def __init__(self, fails: Exception | None = None, *, hangs: bool = False) -> None:
        self.sent: list[dict[str, Any]] = []
        self.fails, self.hangs = fails, hangs

    async def send_and_wait(self, topic: str, **content: Any) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails
        self.sent.append({"topic": topic, **content})


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

"""A producer that Kafka refuses for its sequence numbers, or that has ended, is replaced."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
)
from structlog.testing import capture_logs

from consumer.kafka.producer import Producer


class FakeProducer:
    """Raises the given errors; records its calls."""

    def __init__(self, refuses: Exception | None = None, *, refuses_start: Exception | None = None) -> None:
        self.refuses = refuses
        self.refuses_start = refuses_start
        self.told: list[str] = []

    async def start(self) -> None:
        self.told.append("start")
        if self.refuses_start:
            raise self.refuses_start

    async def stop(self) -> None:
        self.told.append("stop")

    async def send_and_wait(self, topic: str, **_: object) -> str:
        await asyncio.sleep(0)
        if self.refuses:
            raise self.refuses
        self.told.append(topic)
        return "kept"

    send = send_and_wait


def producer_of(*made: FakeProducer) -> Producer:
    supply = iter(made)
    return Producer(lambda: next(supply))


async def test_a_producer_that_kafka_has_lost_count_with_is_replaced_and_the_record_sent_again():
    """Once for all who find out at the same time; the old one is stopped."""
    old, fresh = FakeProducer(OutOfOrderSequenceNumber()), FakeProducer()
    producer = producer_of(old, fresh)
    await producer.start()

    with capture_logs() as logs:
        kept = await asyncio.gather(*(producer.send_and_wait("errors", value=b"x") for _ in range(3)))
    await producer.stop()

    assert kept == ["kept"] * 3
    assert old.told == ["start", "stop"]
    assert fresh.told == ["start", "errors", "errors", "errors", "stop"]
    assert [log["event"] for log in logs] == ["producer_replaced"]


@pytest.mark.parametrize("error", [KafkaError("Unexpected error during batch delivery"), ProducerFenced()])
async def test_a_producer_whose_sending_has_ended_is_replaced_and_the_record_sent_again(error):
    """It would refuse everything until the process ends."""
    producer = producer_of(FakeProducer(error), FakeProducer())

    with capture_logs() as logs:
        assert await producer.send_and_wait("errors", value=b"x") == "kept"

    assert [log["event"] for log in logs] == ["producer_replaced"]


async def test_any_other_refusal_is_told_and_replaces_nothing():
    """It is the record's, or passes."""
    producer = producer_of(FakeProducer(MessageSizeTooLargeError("too large")))

    with pytest.raises(MessageSizeTooLargeError):
        await producer.send_and_wait("errors", value=b"x")


async def test_when_kafka_is_away_the_old_one_stays_and_nothing_is_left_open():
    """The next record tries again."""
    old = FakeProducer(OutOfOrderSequenceNumber())
    half, fresh = FakeProducer(refuses_start=KafkaConnectionError("gone")), FakeProducer()
    producer = producer_of(old, half, fresh)

    with pytest.raises(KafkaConnectionError):
        await producer.send_and_wait("errors", value=b"x")
    with capture_logs():
        kept = await producer.send_and_wait("errors", value=b"x")

    assert kept == "kept"
    assert half.told == ["start", "stop"]


async def test_a_replaced_producer_that_does_not_stop_is_left_behind():
    """The record counts, not the farewell."""

    class Stubborn(FakeProducer):
        async def stop(self) -> None:
            raise KafkaConnectionError("gone")

    producer = producer_of(Stubborn(OutOfOrderSequenceNumber()), FakeProducer())

    with capture_logs() as logs:
        assert await producer.send_and_wait("errors", value=b"x") == "kept"

    assert [log["event"] for log in logs] == ["producer_replaced", "kafka_client_not_stopped"]

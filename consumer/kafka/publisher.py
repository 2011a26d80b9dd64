"""Publish events to Kafka: send, wait for the acknowledgement, or raise an error with a sentence."""

from __future__ import annotations

from typing import assert_never

from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from aiokafka.structs import RecordMetadata

from consumer.errors import ContractError
from consumer.kafka.access import denial
from consumer.kafka.cluster import Cluster
from consumer.kafka.producer import Producer
from consumer.kafka.topic_troubles import TopicTroubles
from consumer.ops.deadlines import Deadlines
from consumer.record import Event, Source

ACKNOWLEDGE_LIMIT_S = 15.0


class RecordTooLargeError(ContractError):
    """The record is larger than Kafka accepts; a retry does not help."""


class Publisher:
    """Publishes with one idempotent producer; `publish` is a `consumer.record.Publish`."""

    def __init__(
        self,
        producer: Producer,
        cluster: Cluster,
        *,
        limit_s: float = ACKNOWLEDGE_LIMIT_S,
        troubles: TopicTroubles | None = None,
    ) -> None:
        self._producer = producer
        self._cluster = cluster
        self._deadlines = Deadlines(limit_s)
        self._troubles = troubles

    async def publish(self, event: Event) -> None:
        """
        Send an event and wait until all in-sync replicas have it.

        Raises:
            RecordTooLargeError: it is larger than the producer or the topic allows.
            ContractError: it was refused otherwise, or not acknowledged in time; it may still be written, so
                a retry must have the same id.
        """
        await self._publish(self._cluster.topic(event.topic), event)

    async def put(self, event: Event) -> Source:
        """
        As `publish`, and return the position of the record.

        Raises:
            ContractError: as `publish`.
        """
        kept = await self._publish(self._cluster.topic(event.topic), event)
        return Source(topic=kept.topic, partition=kept.partition, offset=kept.offset)

    async def _publish(self, topic: str, event: Event) -> RecordMetadata:
        try:
            kept = await self._acknowledged(topic, event)
        except ContractError as error:
            if self._troubles:
                self._troubles.failed(topic, str(error))
            raise
        if self._troubles:
            self._troubles.works(topic)
        return kept

    async def _acknowledged(self, topic: str, event: Event) -> RecordMetadata:
        try:
            # aiokafka itself waits without limit when brokers are down (aio-libs/aiokafka#1101).
            with self._deadlines.block():
                return await self._producer.send_and_wait(
                    topic,
                    value=event.value,
                    key=event.key,
                    partition=event.partition,
                    headers=list(event.headers),
                )
        except TimeoutError:
            raise ContractError(self._silence(topic)) from None
        except MessageSizeTooLargeError as error:
            problem = f"Kafka refused an event for {topic}: too large, max.message.bytes allows less"
            raise RecordTooLargeError(problem) from error
        except KafkaError as error:
            denied = denial(error, user=self._cluster.user, operation="WRITE")
            reason = denied or str(error) or type(error).__name__
            raise ContractError(f"Kafka refused an event for {topic}: {reason}") from error

    def _silence(self, topic: str) -> str:
        match self._producer.lacks(topic):
            case "missing":
                return f"Kafka lacks the topic {topic}: create it with `lago-netsuite topics create`"
            case "hidden":
                refused = TopicAuthorizationFailedError(topic)
                return str(denial(refused, user=self._cluster.user, operation="WRITE"))
            case None:
                return (
                    f"Kafka did not acknowledge an event for {topic} within {self._deadlines.limit_s:.0f} s"
                )
            case unknown:
                assert_never(unknown)

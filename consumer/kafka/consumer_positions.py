"""A consumer's paused partitions and log end offsets, for the monitor."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition

from consumer.engine.ledger import Partition
from consumer.kafka.poller import partition_of


class ConsumerPositions:
    """Reads the state of a consumer, without requests to brokers."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    def paused(self) -> frozenset[Partition]:
        """The paused partitions."""
        return frozenset(partition_of(tp) for tp in self._consumer.paused())

    def end(self, partition: Partition) -> int | None:
        """A partition's log end offset at the last fetch; None before that, or when it is not assigned."""
        tp = TopicPartition(partition.topic, partition.number)
        if tp not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.highwater(tp)
        return end

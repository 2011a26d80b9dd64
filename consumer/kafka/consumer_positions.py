"""Where a consumer stands, for those who watch: what it has paused, and how far its partitions go."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition

from consumer.engine.ledger import Partition
from consumer.kafka.poller import partition_of


class ConsumerPositions:
    """Reads a consumer; asks the broker nothing."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    def paused(self) -> frozenset[Partition]:
        """The partitions of which nothing is fetched now."""
        return frozenset(partition_of(tp) for tp in self._consumer.paused())

    def end(self, partition: Partition) -> int | None:
        """The end of a partition's log as of the last fetch; None before one, or when it is not ours."""
        tp = TopicPartition(partition.topic, partition.number)
        if tp not in self._consumer.assignment():
            return None
        end: int | None = self._consumer.highwater(tp)
        return end

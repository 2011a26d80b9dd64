"""Publish to a topic that others write too, and see what they have put before each record."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace

from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.kafka.publisher import Publisher
from consumer.record import Event, Record, Source


class SharedTopic:
    """
    Keeps the records of a key in one partition, also after the topic has got more of them.

    Kafka orders the records of a partition. So whoever reads up to the position of its own record knows
    everything that came before it.
    """

    def __init__(self, cluster: Cluster, publisher: Publisher, records: Iterable[Record]) -> None:
        """Begin behind the records that are known."""
        self._cluster = cluster
        self._publisher = publisher
        self._ends: dict[int, int] = {}
        self._partitions: dict[bytes | None, int] = {}
        for record in records:
            self._know(record)

    async def put(self, event: Event) -> list[Record]:
        """
        Publish an event; returns what others have put on its partition before it since the last look.

        Raises:
            ContractError: Kafka did not acknowledge it.
            StartupError: Kafka does not say what came before it.
        """
        place = await self._publisher.put(replace(event, partition=self._partitions.get(event.key)))
        between = [
            replace(place, offset=offset)
            for offset in range(self._ends.get(place.partition, 0), place.offset)
        ]
        self._ends[place.partition], self._partitions[event.key] = place.offset + 1, place.partition
        return await self._at(between)

    async def _at(self, places: list[Source]) -> list[Record]:
        async with aclosing(snapshot_reader.originals(self._cluster, places)) as found:
            return [record async for _, record in found if record is not None]

    def _know(self, record: Record) -> None:
        place = record.source
        self._ends[place.partition] = max(place.offset + 1, self._ends.get(place.partition, 0))
        self._partitions[record.key] = place.partition

"""The records of a topic within a span of Kafka's time, read outside of any consumer group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which records of a topic, by Kafka's time of them; the end is not included."""

    since: datetime | None = None
    until: datetime | None = None


async def records(cluster: Cluster, topic: str, span: Span) -> AsyncIterator[tuple[bytes | None, str]]:
    """
    The value and the place of each record; `topic` is with or without the prefix.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    since_ms, until_ms = _ms(span.since), _ms(span.until)
    name = topic.removeprefix(cluster.topic_prefix)
    async for record in snapshot_reader.history(cluster, name, since_ms=since_ms):
        if until_ms is None or record.timestamp_ms < until_ms:
            yield record.value, str(record.source)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000)

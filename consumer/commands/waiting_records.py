"""What waits in the workers now, read from ``lago.netsuite.waiting``; older deployments lack the topic."""

from __future__ import annotations

from pydantic import ValidationError

from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from schemas import waiting
from schemas.waiting import WaitingRecord


async def read(cluster: Cluster) -> list[WaitingRecord]:
    """
    The last record of every key that no tombstone has ended; none where there is no topic.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    if not await snapshot_reader.exists(cluster, waiting.TOPIC):
        return []
    found: dict[bytes | None, WaitingRecord] = {}
    async for record in snapshot_reader.history(cluster, waiting.TOPIC):
        found.pop(record.key, None)
        try:
            found[record.key] = WaitingRecord.model_validate_json(record.value or b"")
        except ValidationError:
            continue  # a tombstone, or what another writes there
    return list(found.values())

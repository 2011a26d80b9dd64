"""Notes on failures and their assignments, read from the audit topic."""

from __future__ import annotations

from consumer.commands import audit_trail
from consumer.failures import remarks
from consumer.failures.remarks import Remarks
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from schemas import audit


async def read(cluster: Cluster) -> Remarks:
    """
    All of them; none where there is no audit topic yet.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    if not await snapshot_reader.exists(cluster, audit.TOPIC):
        return Remarks()
    return remarks.of(audit.acts(await audit_trail.read(cluster)))

"""The topics of the cluster that this client may see; one that it may not see is not said to be missing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from consumer.errors import StartupError
from consumer.kafka import topics
from consumer.kafka.cluster import Cluster

REQUEST_LIMIT_S = 20.0


async def counts(cluster: Cluster, *needed: str) -> Mapping[str, int]:
    """
    The number of partitions by topic; all names have the prefix.

    Raises:
        StartupError: Kafka cannot be reached, or does not let this client see one that is needed.
    """
    async with cluster.admin() as admin, asyncio.timeout(REQUEST_LIMIT_S):
        found = await topics.visible(admin, needed)
    if found.hidden:
        raise StartupError("\n".join(topics.absent([], found.hidden, user=cluster.user, operation="READ")))
    return found.counts

"""Publishes the runs of `reconcile` on ``lago.netsuite.reconciliations``, and reads them."""

from __future__ import annotations

from pydantic import ValidationError

from consumer.commands import console_output
from consumer.errors import LagoNetsuiteError
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster, stop
from consumer.kafka.publisher import Publisher
from consumer.reconcile import run_event
from schemas import reconciliation
from schemas.reconciliation import Reconciliation


async def publish(cluster: Cluster, run: Reconciliation) -> None:
    """Publish a run; where that cannot be, one line on standard error says why."""
    topic = cluster.topic(reconciliation.TOPIC)
    try:
        if not await snapshot_reader.exists(cluster, reconciliation.TOPIC):
            said = "create it with `lago-netsuite topics create`"
            console_output.complain(f"Kafka lacks the topic {topic}, so this run is not recorded: {said}")
            return
        producer = cluster.producer()
        await cluster.start(producer)
        try:
            await Publisher(producer, cluster).publish(run_event.event_of(run))
        finally:
            await stop(producer)
    except LagoNetsuiteError as error:
        console_output.complain(f"This run is not recorded on {topic}: {error}")


async def read(cluster: Cluster) -> list[Reconciliation]:
    """
    All runs, oldest first; none where there is no topic.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    if not await snapshot_reader.exists(cluster, reconciliation.TOPIC):
        return []
    found: list[Reconciliation] = []
    async for record in snapshot_reader.history(cluster, reconciliation.TOPIC):
        try:
            found.append(Reconciliation.model_validate_json(record.value or b""))
        except ValidationError:
            continue  # what another writes there
    return sorted(found, key=lambda each: each.ended_at)

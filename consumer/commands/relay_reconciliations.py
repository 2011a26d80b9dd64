"""The part of `relay` that shows as metrics what the runs of `reconcile` found: these end before a scrape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import structlog

from consumer.commands import relay_watch
from consumer.kafka import snapshot_reader, topic_tail
from consumer.kafka.cluster import Cluster
from consumer.record import Record
from schemas import reconciliation
from schemas.reconciliation import Reconciliation

log = structlog.get_logger(__name__)


class Observer(Protocol):
    """Receives the figures, for metrics."""

    def reconciled(
        self,
        *,
        connection: str,
        differences: Mapping[str, int],
        accepted: Mapping[str, int],
        documents: Mapping[str, int],
        ended_s: float,
    ) -> None:
        """Set the figures of the last whole run of a connection; `ended_s` is epoch time."""
        ...


class ReconciliationWatch:
    """Follows the topic of reconciliations; older deployments lack it, and then nothing is shown."""

    def __init__(self, cluster: Cluster, observer: Observer) -> None:
        self._cluster = cluster
        self._observer = observer
        self._ended_s: dict[str, float] = {}

    async def run(self) -> None:
        """Read the topic until cancelled; a failure is logged, and tried again."""
        await relay_watch.read_on(self._follow, failed=_failed)

    async def _follow(self) -> None:
        if not await snapshot_reader.exists(self._cluster, reconciliation.TOPIC):
            return
        async with topic_tail.tail(self._cluster, (reconciliation.TOPIC,)) as records:
            async for record in records:
                self.note_record(record)

    def note_record(self, record: Record) -> None:
        """
        Show a run, if it compared all documents and no later one is shown.

        A run over some months or customers says nothing of the others.
        """
        try:
            run = Reconciliation.model_validate_json(record.value or b"")
            ended_s = datetime.fromisoformat(run.ended_at).timestamp()
        except ValueError:
            return
        if run.is_whole and ended_s >= self._ended_s.get(run.connection, ended_s):
            self._ended_s[run.connection] = ended_s
            self._observer.reconciled(
                connection=run.connection,
                differences=run.differences_by_kind,
                accepted=run.accepted_by_kind,
                documents=run.documents,
                ended_s=ended_s,
            )


def _failed(error: Exception) -> None:
    log.warning("reconciliation_watch_failed", error=relay_watch.cause(error))

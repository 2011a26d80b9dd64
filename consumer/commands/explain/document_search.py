"""What the topics have of a document: by its number, a Lago id, the id of an error event, or a position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from consumer.commands import failure_log, reconciliation_log, waiting_records
from consumer.commands.explain import comparison_state, document_state
from consumer.commands.explain.document_state import DocumentState
from consumer.config.settings import Settings
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.reconcile.counting_run import counting
from consumer.record import Record, Source
from schemas import result
from schemas.result import Result, SourceRef
from schemas.waiting import WaitingRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What is looked for.

    Attributes:
        name: a number of Lago's or NetSuite's, a Lago id, or the id of an error event.
        source: the position of an event.
    """

    name: str = ""
    source: Source | None = None

    def is_failure(self, failure: Failure) -> bool:
        """Whether a failure is of it."""
        names = (failure.id, failure.number, failure.object_id)
        return failure.source == self.source or (bool(self.name) and self.name in names)

    def is_waiting(self, waits: WaitingRecord) -> bool:
        """Whether a parked event is of it."""
        is_there = _place(waits.source) == self.source
        return is_there or (bool(self.name) and self.name in {waits.number, waits.lago_id})

    def is_result(self, written: Result) -> bool:
        """Whether a result is of it."""
        names = (written.lago_number, written.lago_id, written.netsuite_number, written.external_id)
        return _place(written.source) == self.source or (bool(self.name) and self.name in names)


async def find(settings: Settings, wanted: Wanted) -> list[DocumentState]:
    """
    What is known, apart for each connection.

    Reads the error, the waiting and the results topic, and the last comparison of each connection.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    cluster = Cluster.of(settings)
    history = await failure_log.failures(cluster)
    failures = [each for each in history.failures.values() if wanted.is_failure(each)]
    waiting = [each for each in await waiting_records.read(cluster) if wanted.is_waiting(each)]
    results = await _results(cluster, history, wanted, _objects(failures, waiting))
    objects = _objects(failures, waiting) | {(each.connection, each.object, each.lago_id) for each in results}
    runs = counting(await reconciliation_log.read(cluster))
    compared = tuple(comparison_state.of_runs(runs.values(), wanted.name, objects))
    settled = await failure_log.settled(cluster, settings.consumer_group, history.replaying)
    with_state = [(each, history.state(each, settled)) for each in failures]
    with_state.sort(key=lambda each: each[0].published_ms)
    return document_state.by_connection(with_state, waiting, results, compared)


def _objects(failures: Iterable[Failure], waiting: Iterable[WaitingRecord]) -> set[tuple[str, str, str]]:
    found = {(each.connection, each.object, each.object_id) for each in failures if each.object_id}
    return found | {(each.connection, each.object or "", each.lago_id) for each in waiting if each.lago_id}


async def _results(
    cluster: Cluster, history: History, wanted: Wanted, objects: set[tuple[str, str, str]]
) -> list[Result]:
    """The last result of each key that is wanted, or of an object that has failed or waits."""
    ids = {lago_id.encode() for _, _, lago_id in objects}
    offset = f'"offset":{wanted.source.offset}'.encode() if wanted.source else b""
    found: dict[str, Result] = {}
    async for record in snapshot_reader.history(cluster, result.TOPIC):
        value = record.value or b""
        is_named = any(each in value for each in (*ids, *filter(None, (wanted.name.encode(), offset))))
        written = _read(record) if is_named else None
        if written is None:
            continue
        is_of_object = (written.connection, written.object, written.lago_id) in objects
        if is_of_object or wanted.is_result(written):
            found.pop(written.key, None)
            found[written.key] = written
            history.note_result(written, record.timestamp_ms)
    return list(found.values())


def _read(record: Record) -> Result | None:
    try:
        return Result.model_validate_json(record.value or b"")
    except ValidationError:
        return None


def _place(ref: SourceRef) -> Source:
    return Source(topic=ref.topic, partition=ref.partition, offset=ref.offset)

"""Everything that has failed, read from the topics up to their ends as of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from consumer.commands import document_links
from consumer.config.settings import Settings
from consumer.failures.failure import Failure, read
from consumer.failures.history import History, Settled, State, oldest_ms
from consumer.failures.refunds import Refunds
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from schemas import error_event, result
from schemas.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLog:
    """
    A snapshot of all failures and of the refunds to make by hand.

    Attributes:
        urls: links into NetSuite of the failures' documents and customers, by key of their results.
        last_written_ms: when each connection last wrote, in milliseconds since the epoch.
    """

    history: History
    settled: Settled
    refunds: Refunds = field(default_factory=Refunds)
    urls: Mapping[str, str] = field(default_factory=dict)
    last_written_ms: Mapping[str, int] = field(default_factory=dict)

    @property
    def open(self) -> list[Failure]:
        """What is open, oldest first."""
        return self.history.open(self.settled)

    @property
    def in_flight(self) -> int:
        """How many are replayed and not settled yet."""
        return self.history.count(State.IN_FLIGHT, self.settled)


async def take(settings: Settings) -> FailureLog:
    """
    The failures of the error topic, each with its present state.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    cluster = Cluster.of(settings)
    history = await failures(cluster)
    last_written_ms: dict[str, int] = {}
    refunds, urls = await _results(cluster, history, last_written_ms)
    found = await settled(cluster, settings.consumer_group, history.replaying)
    return FailureLog(
        history=history, settled=found, refunds=refunds, urls=urls, last_written_ms=last_written_ms
    )


async def failures(cluster: Cluster) -> History:
    """
    Error events and marks, without what the results say.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    history = History()
    async for record in snapshot_reader.history(cluster, error_event.TOPIC):
        match read(record):
            case None:
                continue
            case Failure() as failure:
                history.note_failure(failure)
            case mark:
                history.note_mark(mark)
    return history


async def _results(
    cluster: Cluster, history: History, last_written_ms: dict[str, int]
) -> tuple[Refunds, Mapping[str, str]]:
    """Close the failures whose records were written later; collect all refunds, and links to NetSuite."""
    refunds, urls, first_ms = Refunds(), dict[str, str](), oldest_ms(history.failures.values())
    linked = {key.encode() for each in history.failures.values() for key in document_links.result_keys(each)}
    async for record in snapshot_reader.history(cluster, result.TOPIC):
        refunds.note_record(record)
        code = (record.key or b"").partition(b":")[0].decode("utf-8", "replace")
        last_written_ms[code] = max(record.timestamp_ms, last_written_ms.get(code, 0))
        is_later = first_ms is not None and record.timestamp_ms >= first_ms
        if not is_later and record.key not in linked:
            continue
        try:
            written = Result.model_validate_json(record.value or b"")
        except ValidationError:
            continue  # a tombstone, or a foreign record: no failure
        urls[written.key] = written.url
        if is_later:
            history.note_result(written, record.timestamp_ms)
    return refunds, urls


async def settled(cluster: Cluster, group: str, codes: Iterable[str]) -> Settled:
    """
    How far the group of each of these connections is.

    Raises:
        StartupError: Kafka does not say it.
    """
    found: dict[tuple[str, str, int], int] = {}
    for code in codes:
        positions = await snapshot_reader.positions(cluster, f"{group}.{code}")
        found |= {(code, topic, partition): offset for (topic, partition), offset in positions.items()}
    return found

"""Everything that has failed, read from the topics up to their ends as of now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from consumer.commands import document_links, remark_log
from consumer.config.settings import Settings
from consumer.failures import end
from consumer.failures.failure import Failure, read
from consumer.failures.history import History, Settled, State, oldest_ms
from consumer.failures.refunds import Refunds
from consumer.failures.remarks import Remarks
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_tail import Place
from schemas import error_event, result
from schemas.result import Result

LATEST = 500
"""Results of each partition that are always read for the last writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLog:
    """
    A snapshot of all failures and of the refunds to make by hand.

    Attributes:
        urls: links into NetSuite of the failures' documents and customers, by key of their results.
        last_written_ms: when each connection last wrote, in milliseconds since the epoch.
        results_read: how many records of the results topic that took.
        remarks: notes and assignments, where they are needed.
        is_whole: whether every last write is known; else only those among the latest results.
    """

    history: History
    settled: Settled
    refunds: Refunds = field(default_factory=Refunds)
    urls: Mapping[str, str] = field(default_factory=dict)
    last_written_ms: Mapping[str, int] = field(default_factory=dict)
    results_read: int = 0
    remarks: Remarks = field(default_factory=Remarks)
    is_whole: bool = True

    @property
    def open(self) -> list[Failure]:
        """What is open, oldest first."""
        return self.history.open(self.settled)

    @property
    def in_flight(self) -> int:
        """How many are replayed and not settled yet."""
        return self.history.count(State.IN_FLIGHT, self.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """
    What of the results topic is needed beside what settles failures.

    Attributes:
        everything: refunds and last writes too: the topic is read from its beginning, or from where a relay
            has left that no refund below is open.
        remarks: what people have written on failures, and whose they are: the audit topic is read.
        links_to: the failures whose links to NetSuite are needed, of all that were read.
    """

    everything: bool = False
    remarks: bool = False
    links_to: Callable[[FailureLog], Iterable[Failure]] = field(default=lambda _: ())


EVERYTHING = Needs(everything=True)
STATES = Needs()


async def take(settings: Settings, needs: Needs = EVERYTHING) -> FailureLog:
    """
    The failures of the error topic, each with its present state.

    Without `needs.everything` the results are read only from when the oldest failure was published that
    nothing else settles, and for links only the partitions of the keys that have them.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    cluster = Cluster.of(settings)
    history = await failures(cluster)
    results = await _results(cluster, settings, history, needs)
    found = await settled(cluster, settings.consumer_group, history.replaying)
    log = FailureLog(
        history=history,
        settled=found,
        refunds=results.refunds,
        urls=results.urls,
        last_written_ms=results.last_written_ms,
        results_read=results.read,
        remarks=await remark_log.read(cluster) if needs.remarks else Remarks(),
        is_whole=results.is_whole,
    )
    return log if needs.everything else await _linked(cluster, log, needs)


async def failures(cluster: Cluster) -> History:
    """
    Error events, marks and ends, without what the results say.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    history = History()
    async for record in snapshot_reader.history(cluster, error_event.TOPIC):
        ended = end.read(record)
        if ended is not None:
            history.note_end(ended, record.timestamp_ms)
            continue
        match read(record):
            case None:
                continue
            case Failure() as failure:
                history.note_failure(failure)
            case mark:
                history.note_mark(mark)
    return history


@dataclass(slots=True)
class _Results:
    """What was found on the results topic."""

    refunds: Refunds = field(default_factory=Refunds)
    urls: dict[str, str] = field(default_factory=dict)
    last_written_ms: dict[str, int] = field(default_factory=dict)
    read: int = 0
    is_whole: bool = True


def refund_group(settings: Settings) -> str:
    """The group whose positions in the results say that no refund below is open; `relay` leaves them."""
    return f"{settings.consumer_group}.relay..refunds"


async def _results(cluster: Cluster, settings: Settings, history: History, needs: Needs) -> _Results:
    begins = await _begins(cluster, refund_group(settings)) if needs.everything else None
    found = await _read(cluster, history, needs, begins)
    if begins is not None and not found.refunds.is_certain:
        return await _read(cluster, history, needs, None)
    return found


async def _begins(cluster: Cluster, group: str) -> Mapping[Place, int] | None:
    """Where to begin for all open refunds and the latest writes; None without a relay's word."""
    left = await snapshot_reader.positions(cluster, group)
    floors = {place: offset for place, offset in left.items() if offset >= 0}
    if not floors:
        return None
    extents = await snapshot_reader.extents(cluster, [result.TOPIC])
    return {place: min(floors.get(place, 0), max(0, stop - LATEST)) for place, (_, stop) in extents.items()}


async def _read(
    cluster: Cluster, history: History, needs: Needs, begins: Mapping[Place, int] | None
) -> _Results:
    """Settle the failures whose records were written later; collect refunds, last writes and links."""
    found, first_ms = _Results(is_whole=begins is None), oldest_ms(history.undecided)
    if first_ms is None and not needs.everything:
        return found
    linked = {key.encode() for each in history.failures.values() for key in document_links.result_keys(each)}
    since_ms = None if needs.everything and begins is None else first_ms
    async for record in snapshot_reader.history(cluster, result.TOPIC, since_ms=since_ms, begins=begins):
        found.read += 1
        found.refunds.note_record(record)
        code = (record.key or b"").partition(b":")[0].decode("utf-8", "replace")
        found.last_written_ms[code] = max(record.timestamp_ms, found.last_written_ms.get(code, 0))
        is_later = first_ms is not None and record.timestamp_ms >= first_ms
        if not is_later and record.key not in linked:
            continue
        try:
            written = Result.model_validate_json(record.value or b"")
        except ValidationError:
            continue  # a tombstone, or a foreign record: no failure
        found.urls[written.key] = written.url
        if is_later:
            history.note_result(written, record.timestamp_ms)
    return found


async def _linked(cluster: Cluster, log: FailureLog, needs: Needs) -> FailureLog:
    """The log with the links that results from before the failures have."""
    keys = {
        key.encode()
        for each in needs.links_to(log)
        if not document_links.in_netsuite(each, log.urls)
        for key in document_links.result_keys(each)
    }
    urls, count = dict(log.urls), log.results_read
    async for record in snapshot_reader.history(cluster, result.TOPIC, keys=keys):
        count += 1
        if record.key not in keys:
            continue
        try:
            written = Result.model_validate_json(record.value or b"")
        except ValidationError:
            continue
        urls[written.key] = written.url
    return replace(log, urls=urls, results_read=count)


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

"""``status``: reads from Kafka alone how every connection stands."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from consumer.clock import SystemClock
from consumer.commands import (
    connection_pause,
    console_output,
    failure_log,
    reconciliation_log,
    status_report,
    waiting_records,
)
from consumer.commands.connection_status import ConnectionStatus
from consumer.commands.failure_log import FailureLog
from consumer.commands.waiting_records import Waiting
from consumer.commands.worker_reports import WorkerReports
from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.kafka import snapshot_reader, topics
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_tail import Place
from consumer.reconcile.counting_run import counting
from consumer.record import Source
from schemas.reconciliation import Reconciliation

GOOD, PERSON_NEEDED = 0, 1
LIMIT_S = 180.0


async def run(settings: Settings, codes: Sequence[str], *, as_json: bool) -> int:
    """
    Print how these connections stand; 1 when a person is needed.

    Raises:
        StartupError: Kafka cannot be reached, lacks topics, or needs more than `LIMIT_S`.
    """
    if sys.stderr.isatty():
        console_output.complain(f"Reading the topics of {len(codes)} connections …")
    try:
        async with asyncio.timeout(LIMIT_S):
            found = await _read(settings, codes)
    except TimeoutError as error:
        raise StartupError(f"Kafka has not given everything within {LIMIT_S:.0f} s") from error
    if as_json:
        console_output.say_json([each.as_json() for each in found])
    else:
        status_report.show(console_output.console(), found)
    return PERSON_NEEDED if any(each.needs_person for each in found) else GOOD


async def _read(settings: Settings, codes: Sequence[str]) -> list[ConnectionStatus]:
    cluster = Cluster.of(settings)
    log = await failure_log.take(settings)
    waiting, now = await waiting_records.read_all(cluster), SystemClock().now()
    pauses = await connection_pause.read(cluster)
    runs = counting(await reconciliation_log.read(cluster))
    extents = await snapshot_reader.extents(cluster, topics.names("input"))
    found = []
    for code in codes:
        positions = await snapshot_reader.positions(cluster, f"{settings.consumer_group}.{code}")
        backlog = backlog_of(extents, positions)
        oldest_ms = await _oldest_ms(cluster, extents, positions)
        status = _status(code, log, waiting, runs.get(code), backlog, oldest_ms, positions, now)
        found.append(replace(status, pause=pauses.of(code)))
    return found


def backlog_of(extents: Mapping[Place, tuple[int, int]], positions: Mapping[Place, int]) -> int:
    """How many records are not committed; after a parked one, also settled records count."""
    return sum(max(0, end - max(begin, positions.get(at, 0))) for at, (begin, end) in extents.items())


async def _oldest_ms(
    cluster: Cluster, extents: Mapping[Place, tuple[int, int]], positions: Mapping[Place, int]
) -> int | None:
    """The timestamp of the oldest record at a committed offset."""
    first = [
        Source(topic=topic, partition=number, offset=max(begin, positions.get((topic, number), 0)))
        for (topic, number), (begin, end) in extents.items()
        if positions.get((topic, number), 0) < end and begin < end
    ]
    stamps = [record.timestamp_ms async for _, record in snapshot_reader.originals(cluster, first) if record]
    return min(stamps, default=None)


def _status(  # noqa: PLR0917 - what was read, each named in the value
    code: str,
    log: FailureLog,
    waiting: Waiting,
    run_: Reconciliation | None,
    backlog: int,
    oldest_ms: int | None,
    positions: Mapping[Place, int],
    now: datetime,
) -> ConnectionStatus:
    own = (each for each in waiting.records if each.connection == code)
    return ConnectionStatus(
        code=code,
        last_written_ms=log.last_written_ms.get(code),
        knows_all_writes=log.is_whole,
        backlog=backlog,
        oldest_ms=oldest_ms,
        # A crash may leave a record here that is settled by now: then it is below what is committed.
        waiting=tuple(
            each
            for each in own
            if each.source.offset >= positions.get((each.source.topic, each.source.partition), 0)
        ),
        failures=tuple(each for each in log.open if each.connection == code),
        refunds=tuple(each for each in log.refunds.to_make if each.note.connection == code),
        last_run=run_,
        reports=WorkerReports.of(code, waiting.states, now),
    )

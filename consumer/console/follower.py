"""Kafka to the tables: follows the topics, and how far the workers are."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from consumer.clock import Clock
from consumer.console import database, file_error
from consumer.console.file_error import FileDamagedError, FileError
from consumer.console.projection import NOTES, Projection
from consumer.errors import StartupError
from consumer.kafka import position_tail, snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.kafka.position_tail import Batch, PositionLostError
from consumer.ops.metrics import Metrics

AGAIN_AFTER_S = 5.0
SETTLED_EVERY_S = 10.0
SUMMED_EVERY_S = 1.0
FAR_BEHIND = 1_000
"""So many records the tables may lack without a word."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Progress:
    """
    How far the tables are.

    Attributes:
        behind: records that the topics have beyond the tables; None before the first answer of Kafka.
        read_s: monotonic time at which Kafka last answered.
        error: why it does not answer, as a sentence; empty while it does.
        file_error: why the tables cannot be written, as a sentence; empty while they can.
    """

    behind: int | None = None
    read_s: float = 0.0
    error: str = ""
    file_error: str = ""


class Follower:
    """The one reader of the topics for the console."""

    def __init__(
        self,
        cluster: Cluster,
        file: Path,
        *,
        clock: Clock,
        groups: Sequence[tuple[str, str]],
        changed: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        """
        Follow topics into a file.

        Args:
            cluster: the Kafka cluster.
            file: of SQLite.
            clock: for the age of what is known.
            groups: connections, each with its consumer group.
            changed: called after rows have changed.
            metrics: of how far the tables are.

        Raises:
            StartupError: the file cannot be used.
        """
        self._cluster, self._file, self._clock = cluster, file, clock
        self._groups, self._changed, self._metrics = groups, changed, metrics
        self._projection = Projection(database.writer(file), topic_prefix=cluster.topic_prefix)
        self._one_writes = asyncio.Lock()
        self._is_stale = True
        self._is_lost = False
        self._summed_s = -SUMMED_EVERY_S
        self.progress = Progress()

    async def run(self) -> None:
        """Follow until cancelled; while Kafka is away the tables stay as they are, and are tried again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._keep_settled())

    async def _follow(self) -> None:
        while True:
            try:
                await self._read()
            except PositionLostError as error:
                log.warning("console_read_anew", reason=str(error))
                self._is_lost = True
            except sqlite3.Error as error:
                await self._file_failed(file_error.of(error, self._file))
            except FileError as error:
                await self._file_failed(error)
            except StartupError as error:
                self._say(str(error))
                log.warning("console_kafka_failed", error=str(error))
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _file_failed(self, error: FileError) -> None:
        """A damaged file is made anew; with any other trouble pages show what was known, and say so."""
        log.warning("console_file_failed", error=str(error))
        if isinstance(error, FileDamagedError) and not self._is_lost:
            self._is_lost = True
            return
        self._metrics.console_troubled(what="file", is_troubled=True)
        is_new, self.progress.file_error = self.progress.file_error != str(error), str(error)
        if is_new:
            self._changed()
        await asyncio.sleep(AGAIN_AFTER_S)

    async def _read(self) -> None:
        if self._is_lost:
            await self._begin_anew()
        positions = self._projection.positions()
        async with position_tail.tail(self._cluster, NOTES, positions) as batches:
            async for batch in batches:
                await self._take(batch)

    async def _take(self, batch: Batch) -> None:
        now_s = self._clock.monotonic_s()
        is_back = self.progress.behind is None or self.progress.error or self.progress.file_error
        if batch.records:
            await self._write(partial(self._projection.apply, batch.records))
            self._is_stale = True
        if self._is_stale and (batch.behind == 0 or now_s - self._summed_s >= SUMMED_EVERY_S):
            await self._write(self._projection.refresh)
            self._is_stale, self._summed_s = False, now_s
            self._changed()
        self.progress.behind, self.progress.error = batch.behind, ""
        self.progress.read_s = now_s - batch.silent_s
        self.progress.file_error = ""
        self._count(batch.behind)
        if is_back:
            self._changed()

    def _count(self, behind: int) -> None:
        self._metrics.console_read(behind=behind, at_s=self._clock.now().timestamp())
        self._metrics.console_troubled(what="behind", is_troubled=behind > FAR_BEHIND)
        self._metrics.console_troubled(what="kafka", is_troubled=False)
        self._metrics.console_troubled(what="file", is_troubled=False)

    def _say(self, error: str) -> None:
        """Let open pages show why they are not up to date."""
        self._metrics.console_troubled(what="kafka", is_troubled=bool(error))
        is_new, self.progress.error = self.progress.error != error, error
        if is_new:
            self._changed()

    async def _write(self, change: Callable[[], None]) -> None:
        async with self._one_writes:
            await asyncio.to_thread(change)

    async def _begin_anew(self) -> None:
        """Delete the tables and begin without them; raises `StartupError` when that cannot be done either."""
        async with self._one_writes:
            self._projection.close()
            database.delete(self._file)
            writer = database.writer(self._file)
            self._projection = Projection(writer, topic_prefix=self._cluster.topic_prefix)
        self._is_lost, self.progress.behind = False, None
        self._changed()

    async def _keep_settled(self) -> None:
        while True:
            await asyncio.sleep(SETTLED_EVERY_S)
            with suppress(StartupError, sqlite3.Error):  # the other task says so
                await self._settle()

    async def _settle(self) -> None:
        replaying = self._projection.replaying()
        found: dict[tuple[str, str, int], int] = {}
        for code, group in self._groups:
            if code in replaying:
                positions = await snapshot_reader.positions(self._cluster, group)
                found |= {(code, *place): offset for place, offset in positions.items()}
        if found:
            await self._write(partial(self._projection.settle, found))
            self._is_stale = True

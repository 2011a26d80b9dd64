"""One run of replays that the console carries out: its failures chunk by chunk, its steering, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from sqlite3 import Connection

import structlog

from consumer import errors
from consumer.commands import audit_trail, audited_replay, console_failures
from consumer.commands.audited_replay import Chunks, Order, Way
from consumer.commands.replay_run import Done
from consumer.console import replay_list
from consumer.console.act_source import ChosenFailure
from consumer.errors import ContractError, LagoNetsuiteError
from consumer.failures.run import is_stop
from consumer.kafka.cluster import Cluster

CHUNK = 500
"""Failures that are read and replayed together, and those that share their events."""
STEERED_EVERY_S = 1.0
END_LIMIT_S = 5.0
STOPPED = "the console was stopped"

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class LiveRun:
    """
    A run in this process.

    Attributes:
        home: the connection on whose chain it is steered.
        stops: how often the audit has said already that it is to stop.
        is_steered: a person has stopped it since.
        is_over: set once its end is on record, or cannot be.
        failed: why it has ended early.
    """

    cluster: Cluster
    file: Path
    order: Order
    home: str
    chosen: Sequence[ChosenFailure]
    stops: int
    way: Way
    is_steered: bool = False
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    failed: LagoNetsuiteError | None = None

    @property
    def done(self) -> Done:
        """What it has replayed up to now."""
        return self.way.done

    def stop(self) -> None:
        """A person has stopped it, as the audit has it."""
        self.is_steered = True
        self.way.stop.set()

    async def carry_out(self) -> None:
        """Replay until it is done or stopped, and record its end; what goes wrong is logged."""
        try:
            await self._replay()
        except LagoNetsuiteError as error:
            await self._fail(error)
        except asyncio.CancelledError:
            await self._record_end(STOPPED)
            raise
        except Exception as error:  # noqa: BLE001 - one run must not end the console
            await self._fail(_defect(error))
        finally:
            self.is_over.set()

    async def _replay(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            failed = await self._send()
            watching.cancel()
        if failed:
            raise failed
        if not (self.done.is_interrupted and self.is_steered):
            await self._end("")

    async def _send(self) -> LagoNetsuiteError | None:
        order = self.order
        try:
            await audited_replay.replayed(
                self.cluster, order.run_id, order.rate_per_s, self._chunks(), self.way
            )
        except LagoNetsuiteError as error:
            return error
        return None

    async def _fail(self, error: LagoNetsuiteError) -> None:
        log.warning("console_replay_failed", run=self.order.run_id, error=str(error))
        self.failed = error
        await self._record_end(str(error))

    async def _record_end(self, reason: str) -> None:
        """Without a record the run has stopped all the same, once it gives no sign."""
        with suppress(LagoNetsuiteError, TimeoutError):
            async with asyncio.timeout(END_LIMIT_S):
                await self._end(reason)

    async def _end(self, reason: str) -> None:
        async with audit_trail.opened(self.cluster, self.way.clock) as trail:
            await audited_replay.end(trail, self.home, self.order, self.done, reason=reason)

    async def _watch(self) -> None:
        """Stop when the audit says so, whoever has written it."""
        while True:
            await asyncio.sleep(STEERED_EVERY_S)
            with suppress(LagoNetsuiteError):
                if await console_failures.from_tables(self.file, self._count_stops) > self.stops:
                    self.stop()

    def _count_stops(self, tables: Connection) -> int:
        run_id = self.order.run_id
        return sum(is_stop(each, run_id) for each in replay_list.records(tables, run_id))

    async def _chunks(self) -> Chunks:
        for ids in chunks_of(self.chosen):
            failures, marks = await console_failures.still_open(self.cluster, self.file, ids)
            for mark in marks:
                self.way.history.note_mark(mark)
            yield failures


def _defect(error: Exception) -> ContractError:
    log.error("console_replay_defect", error=errors.name_of(error), frames=errors.frames_of(error))
    return ContractError("a defect of the console has ended it; its log says where")


def chunks_of(chosen: Sequence[ChosenFailure]) -> Iterator[list[str]]:
    """Ids in the order of their events, the failures of one event never apart: it is replayed once."""
    chunk: list[str] = []
    ordered = sorted(chosen, key=lambda each: each.source)
    for _, same in groupby(ordered, key=lambda each: each.source):
        chunk += [each.id for each in same]
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk

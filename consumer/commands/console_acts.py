"""What the console's pages do, as the commands do: on failures, on the books and on connections."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import assert_never

from consumer.clock import Clock
from consumer.commands import audited_replay, connection_pause, console_books, error_closing
from consumer.commands.audited_replay import By
from consumer.commands.error_closing import Wish
from consumer.config.settings import Settings
from consumer.console import act_source, database
from consumer.console.context import AcceptanceAct, Act, ActOutcome, AnyAct, PauseAct, SignOffAct
from consumer.failures.failure import Failure, read
from consumer.failures.history import History
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.record import Source
from schemas.error_mark import ErrorMark

RATE_PER_S = 50.0
_DONE = {"synced": "closed", "ignore": "closed", "reopen": "reopened", "replay": "replayed"}


@dataclass(slots=True)
class ConsoleActs:
    """
    Does one act at a time, so that the audit records of this process follow each other.

    Attributes:
        file: the tables of the console, which say where the events of failures lie.
        zones: of the connections by code, in which their months end; UTC where one is missing.
    """

    settings: Settings
    clock: Clock
    file: Path
    one_at_a_time: asyncio.Lock
    zones: Mapping[str, tzinfo] = field(default_factory=dict)

    async def do(self, act: AnyAct) -> ActOutcome:
        """
        Do an act on what it still fits.

        Raises:
            StartupError: Kafka cannot be reached, or lacks topics.
            ContractError: Kafka did not acknowledge; what is marked is done.
        """
        async with self.one_at_a_time:
            match act:
                case Act():
                    return await self._on_failures(act)
                case AcceptanceAct():
                    return await console_books.accept(self.settings, act, self.clock)
                case SignOffAct():
                    zone = self.zones.get(act.connection, UTC)
                    return await console_books.sign_off(self.settings, act, zone, self.clock)
                case PauseAct():
                    return await self._pause(act)
                case _:
                    assert_never(act)

    async def _pause(self, act: PauseAct) -> ActOutcome:
        wish = connection_pause.Wish(
            connection=act.connection, actor=act.actor, reason=act.reason, undo=act.undo
        )
        answer = await connection_pause.do(Cluster.of(self.settings), wish, self.clock)
        first, *lines = answer.lines
        return ActOutcome(said=first, is_done=True, lines=lines)

    async def _on_failures(self, act: Act) -> ActOutcome:
        failures, marks = await self._failures(act)
        if not failures:
            return ActOutcome(said="Nothing was done: none of these is open any more", is_done=False)
        if act.name == "replay":
            return await self._replay(act, failures, marks)
        await error_closing.do(self.settings, _closing(act, failures), failures, self.clock)
        return _outcome(act, len(failures))

    async def _replay(self, act: Act, failures: Sequence[Failure], marks: Sequence[ErrorMark]) -> ActOutcome:
        cluster, history = Cluster.of(self.settings), History()
        for mark in marks:
            history.note_mark(mark)
        done = await audited_replay.run(
            cluster,
            failures,
            by=By(actor=act.actor, reason=act.reason),
            history=history,
            clock=self.clock,
            rate_per_s=RATE_PER_S,
            stop=asyncio.Event(),
        )
        if done.missing:
            count = len(done.missing)
            return ActOutcome(
                said=f"{count} of {len(failures)} events are on no topic any more", is_done=False
            )
        pauses = await connection_pause.read(cluster)
        lines = connection_pause.waits(pauses, [each.connection for each in failures])
        return replace(_outcome(act, len(failures)), lines=lines)

    async def _failures(self, act: Act) -> tuple[list[Failure], list[ErrorMark]]:
        places, marks = await asyncio.to_thread(self._known, act)
        found: list[Failure] = []
        async for _, record in snapshot_reader.originals(Cluster.of(self.settings), places.values()):
            failure = read(record) if record is not None else None
            if isinstance(failure, Failure):
                found.append(failure)
        return found, marks

    def _known(self, act: Act) -> tuple[dict[str, Source], list[ErrorMark]]:
        connection = database.reader(self.file)
        try:
            if act.name == "reopen":
                ids = act_source.closed(connection, act.error_ids)
                return act_source.places(connection, ids, ("settled",)), []
            places = act_source.places(connection, act.error_ids, ("open",))
            return places, act_source.replays(connection, places)
        finally:
            connection.close()


def _closing(act: Act, failures: Sequence[Failure]) -> Wish:
    return Wish(
        act="reopen" if act.name == "reopen" else "close",
        ids=[each.id for each in failures],
        reason=act.reason,
        actor=act.actor,
        is_booked=act.name == "synced",
        go=True,
    )


def _outcome(act: Act, count: int) -> ActOutcome:
    return ActOutcome(said=f"{count} document{'s' * (count != 1)} {_DONE[act.name]}", is_done=True)

"""What the console's pages do, as the commands do: on failures, on the books and on connections."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import assert_never

from consumer.clock import Clock
from consumer.commands import (
    connection_pause,
    console_books,
    console_failures,
    error_closing,
    failure_remarks,
)
from consumer.commands.console_runs import NOTHING_OPEN, ConsoleRuns
from consumer.commands.error_closing import Wish
from consumer.config.settings import Settings
from consumer.console import act_source
from consumer.console.context import (
    AcceptanceAct,
    Act,
    ActOutcome,
    AnyAct,
    PauseAct,
    RemarkAct,
    RunAct,
    SignOffAct,
)
from consumer.failures.failure import Failure
from consumer.kafka.cluster import Cluster

_DONE = {"synced": "closed", "ignore": "closed", "reopen": "reopened"}


@dataclass(slots=True)
class ConsoleActs:
    """
    Does one act at a time, so that the audit records of this process follow each other; replays run beside.

    Attributes:
        file: the tables of the console, which say where the events of failures lie.
        runs: carries out replays, beside the other acts.
        zones: of the connections by code, in which their months end; UTC where one is missing.
    """

    settings: Settings
    clock: Clock
    file: Path
    one_at_a_time: asyncio.Lock
    runs: ConsoleRuns
    zones: Mapping[str, tzinfo] = field(default_factory=dict)

    async def do(self, act: AnyAct) -> ActOutcome:
        """
        Do an act on what it still fits.

        Raises:
            StartupError: Kafka cannot be reached, or lacks topics.
            ContractError: Kafka did not acknowledge; what is marked is done.
        """
        match act:
            case RunAct():
                return await self.runs.steer(act)
            case Act(name="replay"):
                return await self.runs.begin(act)
            case _:
                return await self._alone(act)

    async def _alone(self, act: Act | AcceptanceAct | SignOffAct | PauseAct | RemarkAct) -> ActOutcome:
        async with self.one_at_a_time:
            match act:
                case Act():
                    return await self._close_or_reopen(act)
                case RemarkAct():
                    return await self._remark(act)
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

    async def _remark(self, act: RemarkAct) -> ActOutcome:
        connections = await console_failures.from_tables(
            self.file, lambda tables: act_source.connections(tables, act.error_ids)
        )
        if not connections:
            return ActOutcome(said="There is no such failure", is_done=False)
        wish = failure_remarks.Wish(act=act.name, text=act.reason, actor=act.actor, assignee=act.assignee)
        await failure_remarks.do(self.settings, wish, connections, self.clock)
        count = len(connections)
        return ActOutcome(said=f"{count} document{'s' * (count != 1)} {wish.said}", is_done=True)

    async def _close_or_reopen(self, act: Act) -> ActOutcome:
        cluster = Cluster.of(self.settings)
        if act.name == "reopen":
            failures = await console_failures.closed(cluster, self.file, act.error_ids)
        else:
            failures, _ = await console_failures.still_open(cluster, self.file, act.error_ids)
        if not failures:
            return NOTHING_OPEN
        await error_closing.do(self.settings, _closing(act, failures), failures, self.clock)
        count = len(failures)
        said = f"{count} document{'s' * (count != 1)} {_DONE[act.name]}"
        return ActOutcome(said=said, is_done=True)


def _closing(act: Act, failures: Sequence[Failure]) -> Wish:
    return Wish(
        act="reopen" if act.name == "reopen" else "close",
        ids=[each.id for each in failures],
        reason=act.reason,
        actor=act.actor,
        is_booked=act.name == "synced",
        go=True,
    )

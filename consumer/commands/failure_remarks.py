"""``errors note`` and ``errors assign``: what people write on failures, and whose these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from consumer.clock import Clock, SystemClock
from consumer.commands import audit_trail, console_output, failure_log
from consumer.config.settings import Settings
from consumer.failures import remarks
from consumer.kafka.cluster import Cluster

DONE, FAILED = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        text: the note, or why somebody is to see to it.
        assignee: whose they are; empty for nobody, and for a note.
    """

    act: Literal["note", "assign"]
    text: str
    actor: str
    assignee: str = ""

    @property
    def said(self) -> str:
        """What is done, in words."""
        if self.act == "note":
            return "noted"
        return f"assigned to {self.assignee}" if self.assignee else "assigned to nobody"


async def run(settings: Settings, wish: Wish, ids: Sequence[str]) -> int:
    """
    Write on failures, or assign them; 1 for an id of none.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; the same command does the rest.
    """
    known = (await failure_log.failures(Cluster.of(settings))).failures
    connections = {each: known[each].connection for each in dict.fromkeys(ids) if each in known}
    await do(settings, wish, connections, SystemClock())
    for each in ids:
        if each in known:
            console_output.say(f"{each}: {wish.said}")
        else:
            console_output.complain(f"{each}: there is no such error event")
    return DONE if len(connections) == len(set(ids)) else FAILED


async def do(settings: Settings, wish: Wish, connections: Mapping[str, str], clock: Clock) -> None:
    """
    Put it on the audit record of each connection.

    Args:
        settings: of Kafka.
        wish: what.
        connections: of the failures, by their ids.
        clock: for the records.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
        ContractError: Kafka did not acknowledge.
    """
    if not connections:
        return
    assignee = wish.assignee if wish.act == "assign" else None
    async with audit_trail.opened(Cluster.of(settings), clock) as trail:
        for code in sorted(set(connections.values())):
            own = [each for each, connection in connections.items() if connection == code]
            for chunk in remarks.chunks(own):
                details = remarks.details(chunk, assignee=assignee)
                await trail.append(code, wish.act, actor=wish.actor, reason=wish.text, details=details)
